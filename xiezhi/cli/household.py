"""The request for a household lookup, as the options of `submit` and `lookup` describe it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, cast

import typer

from xiezhi.cli.case import DEBTOR, CaseQuestion, number_type
from xiezhi.cli.output import CommandError
from xiezhi.cli.session import Session
from xiezhi.common.v1 import case_pb2
from xiezhi.identity.v1 import identity_pb2

METHOD = "/xiezhi.identity.v1.IdentityService/LookupHousehold"


class Category(StrEnum):
    """What may be asked of a debtor's household."""

    HOUSEHOLD = "household"
    PHOTOS = "photos"
    EXIT_DOCUMENTS = "exit-documents"


EVERY_CATEGORY = tuple(Category)

Name = Annotated[str, typer.Option("--name", help="Name (姓名) of the debtor.", rich_help_panel=DEBTOR)]
Number = Annotated[
    str,
    typer.Option("--number", help="Citizen (公民身份号码) or foreigner: the identity number.", rich_help_panel=DEBTOR),
]
Categories = Annotated[
    list[Category] | None,
    typer.Option("--category", help="What to ask for; repeatable. Else everything.", rich_help_panel=DEBTOR),
]
Historic = Annotated[
    bool, typer.Option("--historic", help="Members who moved away or died, too.", rich_help_panel=DEBTOR)
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
    asked = CaseQuestion(
        question.case,
        question.court,
        handler_name=question.handler_name,
        phone=question.phone,
        work_card=question.work_card,
        enforcement_card=question.enforcement_card,
    )
    return identity_pb2.LookupHouseholdRequest(
        context=asked.context(session, request_id=request_id),
        debtor=case_pb2.Party(
            type=case_pb2.PARTY_TYPE_NATURAL,
            name=question.name,
            id_type=number_type(question.number),
            id_number=question.number,
        ),
        categories=[category_value(category) for category in question.categories],
        include_historic_members=question.historic,
    )


def _require(question: HouseholdQuestion) -> None:
    given = {"--case": question.case, "--name": question.name, "--number": question.number}
    missing = [option for option, value in given.items() if not value]
    if missing:
        raise CommandError(
            f"A household lookup needs {', '.join(missing)}.", next_step="See the command's --help for examples."
        )


def category_value(category: Category) -> identity_pb2.Category:
    """Returns a category as the contract names it."""
    name = "CATEGORY_" + category.value.replace("-", "_").upper()
    return cast("identity_pb2.Category", identity_pb2.Category.Value(name))
