"""The request for a household lookup, as the options of `submit` and `lookup` describe it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, cast

import typer

from xiezhi.cli.output import CommandError
from xiezhi.cli.session import Session
from xiezhi.common.v1 import case_pb2
from xiezhi.identity.v1 import identity_pb2
from xiezhi.pki import UnknownOfficerError

METHOD = "/xiezhi.identity.v1.IdentityService/LookupHousehold"
DEBTOR = "The case and the debtor"
HANDLER = "The handling judge; with development keys the officer's own"


class Category(StrEnum):
    """What may be asked of a debtor's household."""

    HOUSEHOLD = "household"
    PHOTOS = "photos"
    EXIT_DOCUMENTS = "exit-documents"


EVERY_CATEGORY = tuple(Category)

Case = Annotated[str, typer.Option("--case", help="Case number, e.g. （2018）赣0102执1234号.", rich_help_panel=DEBTOR)]
Court = Annotated[
    str, typer.Option("--court", help="Court code, e.g. 赣0102; else the officer's own.", rich_help_panel=DEBTOR)
]
Name = Annotated[str, typer.Option("--name", help="Name (姓名) of the debtor.", rich_help_panel=DEBTOR)]
Number = Annotated[
    str, typer.Option("--number", help="Citizen identity number (公民身份号码).", rich_help_panel=DEBTOR)
]
Categories = Annotated[
    list[Category] | None,
    typer.Option("--category", help="What to ask for; repeatable. Else everything.", rich_help_panel=DEBTOR),
]
Historic = Annotated[
    bool, typer.Option("--historic", help="Members who moved away or died, too.", rich_help_panel=DEBTOR)
]
HandlerName = Annotated[str, typer.Option("--handler-name", help="Name (姓名).", rich_help_panel=HANDLER)]
Phone = Annotated[str, typer.Option("--phone", help="Telephone (联系电话).", rich_help_panel=HANDLER)]
WorkCard = Annotated[str, typer.Option("--work-card", help="Work card (工作证).", rich_help_panel=HANDLER)]
EnforcementCard = Annotated[
    str, typer.Option("--enforcement-card", help="Enforcement card (执行公务证).", rich_help_panel=HANDLER)
]


@dataclass(frozen=True, slots=True)
class HouseholdQuestion:
    """What the options say; the same options under the same request id always make the same bytes.

    Attributes:
        case: Case number.
        court: Court code; empty for the officer's own.
        name: Name of the debtor.
        number: Identity number of the debtor.
        categories: What to ask for.
        historic: Whether to include members who moved away or died.
        handler_name: Name of the handling judge; empty for the officer's own, as are the three that follow.
        phone: Telephone.
        work_card: Number of the work card.
        enforcement_card: Number of the enforcement card.
    """

    case: str
    court: str
    name: str
    number: str
    categories: tuple[Category, ...]
    historic: bool
    handler_name: str = ""
    phone: str = ""
    work_card: str = ""
    enforcement_card: str = ""

    @property
    def is_asked(self) -> bool:
        """Whether any option was given that describes a request."""
        return bool(self.case or self.name or self.number)


def build_request(
    session: Session, question: HouseholdQuestion, *, request_id: str
) -> identity_pb2.LookupHouseholdRequest:
    """Makes the request.

    Args:
        session: Who asks.
        question: What the options say.
        request_id: Key of the request, a random UUID: the ledger holds the digest of these bytes, and it is what keeps
            the digest from being guessed.

    Raises:
        CommandError: If the case, the debtor or the handling judge is not told in full.
    """
    _require(question)
    court, handler = _handler(session, question)
    return identity_pb2.LookupHouseholdRequest(
        context=case_pb2.CaseContext(
            request_id=request_id,
            court_code=court,
            case_number=question.case,
            handler=handler,
            channel=case_pb2.CHANNEL_PLATFORM,
        ),
        debtor=case_pb2.Party(
            type=case_pb2.PARTY_TYPE_NATURAL,
            name=question.name,
            id_type=case_pb2.IDENTITY_NUMBER_TYPE_CITIZEN,
            id_number=question.number,
        ),
        categories=[_category(category) for category in question.categories],
        include_historic_members=question.historic,
    )


def _require(question: HouseholdQuestion) -> None:
    given = {"--case": question.case, "--name": question.name, "--number": question.number}
    missing = [option for option, value in given.items() if not value]
    if missing:
        raise CommandError(
            f"A household lookup needs {', '.join(missing)}.", next_step="See the command's --help for examples."
        )


def _handler(session: Session, question: HouseholdQuestion) -> tuple[str, case_pb2.Handler]:
    handler = case_pb2.Handler(
        officer_id=session.officer_id,
        name=question.handler_name,
        phone=question.phone,
        work_card_number=question.work_card,
        enforcement_card_number=question.enforcement_card,
    )
    court = question.court
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


def _category(category: Category) -> identity_pb2.Category:
    name = "CATEGORY_" + category.value.replace("-", "_").upper()
    return cast("identity_pb2.Category", identity_pb2.Category.Value(name))
