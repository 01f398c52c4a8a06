"""What both provincial bodies see and do over many referrals, and who may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from services.codes.courts import COURTS, HIGH_COURT
from services.codes.divisions import PROVINCE, name_on
from services.referral.domain import Campaign
from services.referral.domain.key_cases import Body, KeyCaseList
from services.referral.notices.domain import POLICE_DEPARTMENT, Outline
from xiezhi.errors import Reason, Violation, XiezhiError, error, invalid_fields

BODIES: Mapping[str, Body] = MappingProxyType({HIGH_COURT: Body.HIGH_COURT, POLICE_DEPARTMENT: Body.PUBLIC_SECURITY})
"""The provincial bodies by their codes."""
CODES: Mapping[Body, str] = MappingProxyType({body: code for code, body in BODIES.items()})
CAMPAIGN_PREFIX, LIST_PREFIX = "campaigns/", "keyCaseLists/"
"""Begin the names of campaigns and of lists of key cases."""
MOST_YEARS = 10
"""Years that a report covers at most."""
_DIVISION_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Counted:
    """A campaign with its numbers.

    Attributes:
        campaign: The campaign; which referrals are in it is not looked at.
        opened_by: Provincial body that opened it.
        referrals: Referrals in it.
        filed: Suspects of them who are filed.
    """

    campaign: Campaign
    opened_by: str
    referrals: int
    filed: int


@dataclass(frozen=True, slots=True)
class Case:
    """A case on a list.

    Attributes:
        outline: Where the referral lies and what has become of it.
        unit: Unit that it lay with when the list was proposed.
        is_carried_over: Whether it stood on a list of an earlier year.
    """

    outline: Outline
    unit: str
    is_carried_over: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A list with its cases.

    Attributes:
        found: The list.
        cases: Its cases, in order.
    """

    found: KeyCaseList
    cases: tuple[Case, ...]

    @property
    def texts(self) -> frozenset[str]:
        """What the signed list must mention: its title and the number of every case."""
        return frozenset({self.found.proposed.title, *(case.outline.case_number for case in self.cases)})


@dataclass(frozen=True, slots=True)
class Period:
    """The period of a report.

    Attributes:
        first_day: First day.
        last_day: Last day, inclusive.
        now: The present instant.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """

    first_day: date
    last_day: date
    now: datetime

    def __post_init__(self) -> None:
        if self.last_day < self.first_day:
            raise invalid_fields(Violation("end_date", "is not before start_date"))
        years = self.last_day.year - self.first_day.year
        is_longer = (self.last_day.month, self.last_day.day) > (self.first_day.month, self.first_day.day)
        if years > MOST_YEARS or (years == MOST_YEARS and is_longer):
            raise invalid_fields(Violation("end_date", f"is at most {MOST_YEARS} years after start_date"))


def require_body(organisation: str) -> Body:
    """Returns which provincial body an organisation is.

    Raises:
        PermissionDenied: PERMISSION_MISSING, if it is none.
    """
    body = BODIES.get(organisation)
    if body is None:
        raise error(
            Reason.PERMISSION_MISSING,
            "Only the High Court and the Provincial Public Security Department may do this: have one of them do it.",
        )
    return body


def name_of(organisation: str, on: date) -> str:
    """Returns the name of a court or police unit as reports write it.

    Args:
        organisation: Code of the court, or of the unit with 12 digits.
        on: Date on which it has the name.
    """
    court = COURTS.get(organisation)
    if court is not None:
        return court.name
    if organisation == POLICE_DEPARTMENT:
        return "江西省公安厅"
    division = organisation[:_DIVISION_DIGITS]
    name = None if division == PROVINCE else name_on(division, on)
    return organisation if name is None else f"{name}公安局"


def referral_not_found() -> XiezhiError:
    """Makes the refusal of a referral that is not there."""
    return error(Reason.REFERRAL_NOT_FOUND, "One of the referrals is not there: check the names.")


def campaign_not_found() -> XiezhiError:
    """Makes the refusal of a campaign that is not there."""
    return error(Reason.CAMPAIGN_NOT_FOUND, "There is no such campaign: list them and check the name.")


def list_not_found() -> XiezhiError:
    """Makes the refusal of a list of key cases that is not there."""
    return error(Reason.KEY_CASE_LIST_NOT_FOUND, "There is no such list of key cases: check its name.")
