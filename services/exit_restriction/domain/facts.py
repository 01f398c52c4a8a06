"""What happened to a person's restrictions: facts, to which more are added and which never change.

Each court and case restricts by itself, so that no fact about one restriction touches another (domain sheet A10).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from services.filing.domain import Author


class Ground(IntEnum):
    """Why the law lets a court keep somebody from leaving.

    Source:
        出境入境管理法 art 12(3) for citizens, art 28(2) for foreigners.
    """

    CITIZEN_UNSETTLED_CASE = 1
    FOREIGNER_UNSETTLED_CASE = 2


@dataclass(frozen=True, slots=True)
class Filed:
    """A restriction was filed (报备) with the exit-entry administration.

    Attributes:
        restriction_id: Key of the restriction.
        author: The court and the case that restrict.
        ground: Why.
        at: Instant of receipt.
        start: Day from which the term runs, in Asia/Shanghai; it may lie before or after the receipt.
        last_day: Last day of the term, inclusive, as it was computed then.
        rule_version: Version of the rule by which it was.
    """

    restriction_id: str
    author: Author
    ground: Ground
    at: datetime
    start: date
    last_day: date
    rule_version: str


@dataclass(frozen=True, slots=True)
class Renewed:
    """The court that restricts renewed the term (续报); the new term begins on the day after the present one.

    Attributes:
        restriction_id: Key of the restriction.
        at: Instant at which it was written down, from which it is known.
        last_day: Last day of the new term, inclusive.
        rule_version: Version of the rule by which it was computed.
        received_at: Instant of receipt, where the term was over by the time it was written down; otherwise None.
    """

    restriction_id: str
    at: datetime
    last_day: date
    rule_version: str
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Released:
    """The court that restricts released the person early (提前解除), which takes effect at its receipt.

    Attributes:
        restriction_id: Key of the restriction.
        at: Instant of receipt.
    """

    restriction_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Superseded:
    """The restriction was of the wrong person, and one of the right person has taken its place, if there may be one.

    Attributes:
        restriction_id: Key of the restriction.
        at: Instant.
        successor_id: Key of the restriction of the right person; empty where the reporting test admits none.
    """

    restriction_id: str
    at: datetime
    successor_id: str


Fact = Filed | Renewed | Released | Superseded
"""Any of them."""
