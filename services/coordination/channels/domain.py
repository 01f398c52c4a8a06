"""What the provincial bodies declare of the channel (notice 四.1, R-4.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.codes.courts import COURTS, find_court
from services.directory.channels import ALL_COURTS, ALL_DEPARTMENTS, BODIES, Declaration, Outage, Pair
from services.directory.liaisons import DEPARTMENTS
from xiezhi.errors import Reason, XiezhiError, error

PREFIX = "outages/"


@dataclass(frozen=True, slots=True)
class Declared:
    """An outage as it is kept.

    Attributes:
        outage: For whom, and when; with the end at which it was ended where it was.
        by: Body that declared it.
        reason: Why.
    """

    outage: Outage
    by: str
    reason: str


class Files(Protocol):
    """What a change of the channel sees and does, which is kept as a whole or not at all."""

    def declarations(self) -> tuple[Declaration, ...]:
        """Returns all declarations."""
        ...

    def find_outage(self, outage_id: str) -> Declared | None:
        """Returns an outage; None if there is none."""
        ...

    def declare(self, declaration: Declaration, *, at: datetime) -> None:
        """Adds a declaration."""
        ...

    def add_outage(self, declared: Declared, *, at: datetime) -> None:
        """Adds an outage."""
        ...

    def end_outage(self, outage: Outage, *, by: str, at: datetime) -> None:
        """Notes that an outage was ended."""
        ...


def require_body(organisation: str) -> str:
    """Returns an organisation if it is a provincial body.

    Raises:
        PermissionDenied: PERMISSION_MISSING, if it is none.
    """
    if organisation not in BODIES:
        raise error(
            Reason.PERMISSION_MISSING,
            "Only the High Court and the Provincial Public Security Department may do this: have one of them do it.",
        )
    return organisation


def is_declared(pair: Pair, by: str, declarations: Iterable[Declaration], *, at: datetime) -> bool:
    """Whether a body declared the platform operational for all of some, from an instant on or earlier.

    Args:
        pair: For whom.
        by: The body.
        declarations: All that were declared.
        at: The instant.
    """
    own = [d.pair for d in declarations if d.body == by and d.start <= at]
    return all(any(one.covers(court, department) for one in own) for court, department in _each(pair))


def concerned(pair: Pair, police: Iterable[str]) -> tuple[str, ...]:
    """Returns whom a declaration concerns: the courts that are meant, the police, and both provincial bodies.

    Args:
        pair: For whom it is.
        police: Police organisations that take part.
    """
    courts = {court for court, _ in _each(pair)}
    return tuple(sorted({*courts, *(one for one in police if one.isdecimal()), *BODIES}))


def not_so(sentence: str) -> XiezhiError:
    """Makes the refusal of a declaration that changes nothing.

    Args:
        sentence: Why.
    """
    return error(Reason.CHANNEL_STATE, sentence)


def is_court(court_code: str) -> bool:
    """Whether a code is that of a court now, or all courts."""
    return court_code == ALL_COURTS or find_court(court_code) is not None


def _each(pair: Pair) -> Iterator[tuple[str, int]]:
    all_courts = [court.code for court in COURTS.values() if court.until is None]
    courts = all_courts if pair.court_code == ALL_COURTS else [pair.court_code]
    departments = DEPARTMENTS if pair.department == ALL_DEPARTMENTS else (pair.department,)
    return ((court, department) for court in courts for department in departments)
