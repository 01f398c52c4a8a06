"""The case in which a court calls, who handles it and who its debtor is, as options tell it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import typer

from xiezhi.cli.output import CommandError
from xiezhi.cli.session import Session
from xiezhi.common.v1 import case_pb2
from xiezhi.pki import UnknownOfficerError

DEBTOR = "The case and the debtor"
HANDLER = "The handling judge; with development keys the officer's own"
CREDIT_CODE_LENGTH = 18
_LICENCE = re.compile("[0-9]{15}")
_RESIDENCE_CARD = re.compile("9[0-9]{16}[0-9Xx]|[A-Za-z]{3}[0-9]{12}")
_PASSPORT = re.compile("[A-Za-z]{3}[0-9A-Za-z]+")

Case = Annotated[str, typer.Option("--case", help="Case number, e.g. （2018）赣0102执1234号.", rich_help_panel=DEBTOR)]
Court = Annotated[
    str, typer.Option("--court", help="Court code, e.g. 赣0102; else the officer's own.", rich_help_panel=DEBTOR)
]
HandlerName = Annotated[str, typer.Option("--handler-name", help="Name (姓名).", rich_help_panel=HANDLER)]
Phone = Annotated[str, typer.Option("--phone", help="Telephone (联系电话).", rich_help_panel=HANDLER)]
WorkCard = Annotated[str, typer.Option("--work-card", help="Work card (工作证).", rich_help_panel=HANDLER)]
EnforcementCard = Annotated[
    str, typer.Option("--enforcement-card", help="Enforcement card (执行公务证).", rich_help_panel=HANDLER)
]


def number_type(number: str, *, organisation: bool = False) -> case_pb2.IdentityNumberType:
    """Returns of which kind a number looks.

    Args:
        number: The number; whether it is one is for the service to say.
        organisation: Whether it is an organisation's or a sole trader's.
    """
    if organisation:
        if _LICENCE.fullmatch(number):
            return case_pb2.IDENTITY_NUMBER_TYPE_BUSINESS_LICENCE
        is_credit_code = len(number) == CREDIT_CODE_LENGTH
        return (
            case_pb2.IDENTITY_NUMBER_TYPE_SOCIAL_CREDIT_CODE
            if is_credit_code
            else case_pb2.IDENTITY_NUMBER_TYPE_ORGANISATION_CODE
        )
    if _RESIDENCE_CARD.fullmatch(number):
        return case_pb2.IDENTITY_NUMBER_TYPE_FOREIGN_PERMANENT_RESIDENT
    if _PASSPORT.fullmatch(number):
        return case_pb2.IDENTITY_NUMBER_TYPE_PASSPORT
    return case_pb2.IDENTITY_NUMBER_TYPE_CITIZEN


def party_type(number: str, *, organisation: bool = False) -> case_pb2.PartyType:
    """Returns of which kind a party looks by its number: who has a business licence's is a sole trader.

    Args:
        number: The number; whether it is one is for the service to say.
        organisation: Whether it is an organisation's or a sole trader's.
    """
    if not organisation:
        return case_pb2.PARTY_TYPE_NATURAL
    if number_type(number, organisation=True) == case_pb2.IDENTITY_NUMBER_TYPE_BUSINESS_LICENCE:
        return case_pb2.PARTY_TYPE_INDIVIDUAL_BUSINESS
    return case_pb2.PARTY_TYPE_LEGAL_PERSON


@dataclass(frozen=True, slots=True)
class CaseQuestion:
    """The case, and whoever handles it; what is empty is taken from the officer with development keys.

    Attributes:
        case: Case number.
        court: Court code.
        handler_name: Name of the handling judge.
        phone: Telephone.
        work_card: Number of the work card.
        enforcement_card: Number of the enforcement card.
    """

    case: Case = ""
    court: Court = ""
    handler_name: HandlerName = ""
    phone: Phone = ""
    work_card: WorkCard = ""
    enforcement_card: EnforcementCard = ""

    def context(
        self, session: Session, *, request_id: str, documents: Iterable[case_pb2.LegalDocument] = ()
    ) -> case_pb2.CaseContext:
        """Makes what a court's call says of its case.

        Args:
            session: Who asks.
            request_id: Key of the request, a random UUID: the ledger holds the digest of the request's bytes, and it is
                what keeps the digest from being guessed.
            documents: What the call rests on.

        Raises:
            CommandError: If the case or the handling judge is not told in full.
        """
        if not self.case:
            raise CommandError("A court's call needs --case.", next_step="See the command's --help for examples.")
        court, handler = self._handler(session)
        return case_pb2.CaseContext(
            request_id=request_id,
            court_code=court,
            case_number=self.case,
            handler=handler,
            documents=documents,
            channel=case_pb2.CHANNEL_PLATFORM,
        )

    def _handler(self, session: Session) -> tuple[str, case_pb2.Handler]:
        handler = case_pb2.Handler(
            officer_id=session.officer_id,
            name=self.handler_name,
            phone=self.phone,
            work_card_number=self.work_card,
            enforcement_card_number=self.enforcement_card,
        )
        court = self.court
        if session.home.keys.exists and session.officer_id:
            try:
                officer = session.home.keys.officers.get(session.officer_id)
            except UnknownOfficerError:
                officer = None
            if officer is not None:
                court = court or officer.organisation
                handler.name = handler.name or officer.name
                handler.phone = handler.phone or officer.phone
                handler.work_card_number = handler.work_card_number or officer.work_card
                handler.enforcement_card_number = handler.enforcement_card_number or officer.enforcement_card
        missing = [field.name for field in handler.DESCRIPTOR.fields if not getattr(handler, field.name)]
        if not court or missing:
            raise CommandError(
                f"It is not known of the handling judge: {', '.join([*missing, *([] if court else ['court'])])}.",
                next_step="Name the judge with --as, and give --court, --handler-name, --phone, --work-card and "
                "--enforcement-card where there are no development keys.",
            )
        return court, handler


@dataclass(frozen=True, slots=True)
class DebtorQuestion:
    """The debtor, a person or an organisation.

    Attributes:
        debtor_name: Name as registered.
        debtor_number: Citizen identity number; of an organisation its social credit code or old organisation code;
            of a sole trader also the business licence's registration number.
        organisation: Whether it is an organisation or a sole trader.
    """

    debtor_name: Annotated[
        str, typer.Option("--name", help="Name of the debtor (姓名, 名称).", rich_help_panel=DEBTOR)
    ] = ""
    debtor_number: Annotated[
        str,
        typer.Option(
            "--number",
            help="Citizen identity number; of a foreigner the residence card's, or the passport's after its state, "
            "e.g. GBR123456789; of an organisation its credit code or old organisation code, "
            "of a sole trader (个体工商户) also the licence's 15 digits.",
            rich_help_panel=DEBTOR,
        ),
    ] = ""
    organisation: Annotated[
        bool,
        typer.Option("--organisation", help="The debtor is an organisation or sole trader.", rich_help_panel=DEBTOR),
    ] = False

    def party(self) -> case_pb2.Party:
        """Makes the party of a call.

        Raises:
            CommandError: If the debtor is not told in full.
        """
        given = {"--name": self.debtor_name, "--number": self.debtor_number}
        missing = [option for option, value in given.items() if not value]
        if missing:
            raise CommandError(
                f"The debtor is told with {', '.join(given)}; there is no {' and no '.join(missing)}.",
                next_step="See the command's --help for examples.",
            )
        return case_pb2.Party(
            type=party_type(self.debtor_number, organisation=self.organisation),
            name=self.debtor_name,
            id_type=number_type(self.debtor_number, organisation=self.organisation),
            id_number=self.debtor_number,
        )
