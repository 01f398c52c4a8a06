"""Liaisons (联络员): who acts on a day, who may be appointed, and what is missing (notice 四.2; R-4.3, R-4.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import IntEnum

from xiezhi.errors import Reason, error

COURT = 0
"""The department of a court, which has none."""
DEPARTMENTS = (1, 2, 3, 4, 5, 6)
"""The six departments of the police, the values of `xiezhi.policy.v1.Department` (notice 四.1)."""
COURT_LIAISONS, DEPARTMENT_LIAISONS = 2, 1
"""How many the notice asks for."""
HANDOVER = timedelta(days=30)
"""How long whoever hands over may be there beside the successor. The notice sets no time; ours."""


class FaultKind(IntEnum):
    """What is wrong in the directory, the values of `xiezhi.coordination.v1.FaultKind`."""

    GAP = 1
    EXCESS = 2
    NOT_ESTABLISHED = 3
    ON_LEAVE = 4


@dataclass(frozen=True, slots=True)
class Days:
    """Some days, both ends inclusive.

    Attributes:
        first: First day.
        last: Last day; None without an end.
    """

    first: date
    last: date | None

    def __contains__(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def overlaps(self, other: Days) -> bool:
        """Whether the two have a day in common."""
        return (self.last is None or other.first <= self.last) and (other.last is None or self.first <= other.last)


@dataclass(frozen=True, slots=True)
class Post:
    """Where somebody is liaison.

    Attributes:
        organisation: Court code, or police organisation.
        department: Department of the police organisation; `COURT` for a court.
    """

    organisation: str
    department: int = COURT

    @property
    def wanted(self) -> int:
        """How many liaisons the notice asks for."""
        return COURT_LIAISONS if self.department == COURT else DEPARTMENT_LIAISONS


@dataclass(frozen=True, slots=True)
class Contact:
    """How a liaison is reached.

    Attributes:
        name: Name.
        phone: Telephone.
    """

    name: str = field(repr=False)
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Appointment:
    """That an officer is liaison, or deputy, for some days.

    Attributes:
        key: Its key.
        post: Where.
        officer_id: Who.
        is_deputy: Whether the officer is a deputy, who stands in.
        on_establishment: Whether the officer was on the establishment (在编) when appointed.
        days: When.
        leaves: Days of leave.
        lost_on: First day on which the officer is no longer on the establishment; None where none is recorded.
    """

    key: str
    post: Post
    officer_id: str
    is_deputy: bool
    on_establishment: bool
    days: Days
    leaves: tuple[Days, ...] = ()
    lost_on: date | None = None

    def is_established(self, day: date) -> bool:
        """Whether the officer is on the establishment."""
        return self.on_establishment and (self.lost_on is None or day < self.lost_on)

    def is_away(self, day: date) -> bool:
        """Whether the officer is on leave."""
        return any(day in leave for leave in self.leaves)

    def hands_over_to(self, successor: Appointment) -> bool:
        """Whether it ends soon enough after another one has begun."""
        return self.days.last is not None and self.days.last - successor.days.first <= HANDOVER


@dataclass(frozen=True, slots=True)
class Fault:
    """That the directory of a post is not as the notice asks.

    Attributes:
        kind: What is wrong.
        post: Where.
        have: How many are appointed for the day; of `ON_LEAVE` how many act, of `NOT_ESTABLISHED` how many are not.
        since: First day on which it is so without a break; None where it always was.
    """

    kind: FaultKind
    post: Post
    have: int
    since: date | None = None


def acting(appointments: Iterable[Appointment], day: date) -> tuple[Appointment, ...]:
    """Returns who acts at one post on a day: liaisons who are there, and a deputy for each who is on leave.

    Args:
        appointments: All of the post.
        day: The day, Asia/Shanghai.
    """
    running = sorted((a for a in appointments if day in a.days), key=lambda a: (a.days.first, a.key))
    liaisons = [a for a in running if not a.is_deputy]
    present = [a for a in liaisons if not a.is_away(day)]
    deputies = [a for a in running if a.is_deputy and not a.is_away(day)]
    return (*present, *deputies[: len(liaisons) - len(present)])


def require_admissible(new: Appointment, *, at_post: Iterable[Appointment], of_officer: Iterable[Appointment]) -> None:
    """Refuses an appointment that the notice does not allow.

    Args:
        new: The appointment.
        at_post: All others at the post.
        of_officer: All others of the officer, wherever.

    Raises:
        FailedPrecondition: LIAISON_NOT_ESTABLISHED or LIAISON_LIMIT.
        AlreadyExists: LIAISON_EXISTS.
    """
    if new.post.department == COURT and not new.is_established(new.days.last or date.max):
        raise error(Reason.LIAISON_NOT_ESTABLISHED, "A court's liaison and deputy must be on its establishment.")
    if any(other.days.overlaps(new.days) for other in of_officer):
        raise error(Reason.LIAISON_EXISTS, "The officer is a liaison in that time already, here or elsewhere.")
    if new.is_deputy:
        return
    liaisons = [new, *(a for a in at_post if not a.is_deputy)]
    # There are more on no other days than on those on which somebody begins.
    days = [a.days.first for a in liaisons if a.days.first in new.days]
    if any(_is_excess(new.post, [a for a in liaisons if day in a.days]) for day in days):
        raise error(
            Reason.LIAISON_LIMIT,
            f"The post has {new.post.wanted} on a day of the appointment, none of whom ends within {HANDOVER.days} days"
            " after another one has begun and has no successor yet: end an appointment first.",
        )


def find_faults(post: Post, appointments: Iterable[Appointment], day: date) -> tuple[Fault, ...]:
    """Finds what is wrong at a post on a day, with since when.

    Args:
        post: The post.
        appointments: All of it.
        day: The day, Asia/Shanghai.
    """
    those = tuple(appointments)
    found = _faults_on(post, those, day)
    return tuple(Fault(kind, post, have, _since(post, those, kind, day=day)) for kind, have in found.items())


def _faults_on(post: Post, those: tuple[Appointment, ...], day: date) -> dict[FaultKind, int]:
    running = [a for a in those if not a.is_deputy and day in a.days]
    act = len(acting(those, day))
    faults: dict[FaultKind, int] = {}
    if len(running) < post.wanted:
        faults[FaultKind.GAP] = len(running)
    elif act < post.wanted:
        faults[FaultKind.ON_LEAVE] = act
    if _is_excess(post, running):
        faults[FaultKind.EXCESS] = len(running)
    outside = sum(not a.is_established(day) for a in running) if post.department == COURT else 0
    if outside:
        faults[FaultKind.NOT_ESTABLISHED] = outside
    return faults


def _is_excess(post: Post, running: Sequence[Appointment]) -> bool:
    """Whether there are more liaisons together than wanted, but for a handover: each has one successor at most."""
    newest = max(running, key=lambda a: (a.days.first, a.days.last or date.max), default=None)
    lasting = sum(a is newest or newest is None or not a.hands_over_to(newest) for a in running)
    return lasting > post.wanted or len(running) > 2 * post.wanted


def _since(post: Post, those: tuple[Appointment, ...], kind: FaultKind, *, day: date) -> date | None:
    since: date | None = None
    for turn in sorted({turn for turn in _turns(those) if turn <= day}, reverse=True):
        since = turn
        if kind not in _faults_on(post, those, turn - timedelta(days=1)):
            return since
    return None


def _turns(those: Iterable[Appointment]) -> Iterator[date]:
    """Yields the days on which something begins to be otherwise than the day before."""
    for one in those:
        if one.lost_on is not None:
            yield one.lost_on
        for days in (one.days, *one.leaves):
            yield days.first
            if days.last is not None and days.last < date.max:
                yield days.last + timedelta(days=1)
