"""Which border controls (边控) of a person are in force at any moment, as the facts alone tell.

Each court and case controls by itself and ends only its own. A control that is filed again has a successor, which
begins when the control's own term is over; to lift the one does nothing to the other.

Source:
    Notice 赣高法〔2018〕160号 二.3; domain sheet §16.2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum

from services.codes.terms import corresponding_day, end_of
from services.exit_restriction.domain.requirements import Requirement
from services.filing.domain import Author

REFILING_MONTHS = 1
"""How many months before its last day a control can first be filed again with the same requirement."""


class ControlState(IntEnum):
    """State of a control at a moment, the values of `xiezhi.exit_restriction.v1.ControlState`.

    Attributes:
        ACCEPTED: Its first day is still to come: it begins when the one before it ends.
        IN_FORCE: In force.
        LIFTED: Its court lifted it.
        EXPIRED: Its last day is over.
        REFILED: Its last day is over, and its court had filed it again.
    """

    ACCEPTED = 1
    IN_FORCE = 2
    LIFTED = 3
    EXPIRED = 4
    REFILED = 5


@dataclass(frozen=True, slots=True)
class Placed:
    """A control was accepted.

    Attributes:
        control_id: Key of the control.
        author: The court and the case, the unit that hands over (交控单位).
        requirement: What it demands.
        at: Instant of receipt.
        start: First day, in Asia/Shanghai; that of receipt, or the one after the control that it follows.
        last_day: Last day, inclusive.
        rule_version: Version of the rule by which it was let in.
    """

    control_id: str
    author: Author
    requirement: Requirement
    at: datetime
    start: date
    last_day: date
    rule_version: str

    @property
    def effective_from(self) -> datetime:
        """Instant from which it is in force, if nothing ends it before."""
        return max(self.at, end_of(self.start - timedelta(days=1)))

    @property
    def ends_at(self) -> datetime:
        """Instant at which its last day is over, from which it is not in force."""
        return end_of(self.last_day)

    @property
    def window_opens(self) -> date:
        """First day on which it can be filed again: of its last month, and of the second half of its term.

        Otherwise a control of one month could be filed again on the day of its own filing, by mistake as well.
        """
        middle = self.start + (self.last_day - self.start) / 2
        return max(middle, corresponding_day(self.last_day, -REFILING_MONTHS))


@dataclass(frozen=True, slots=True)
class Lifted:
    """The court lifted its control.

    Attributes:
        control_id: Key of the control.
        at: Instant of receipt.
    """

    control_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Refiled:
    """The court filed its control again (续控). It stays as it is until its end, when the successor begins.

    Attributes:
        control_id: Key of the control.
        at: Instant of receipt.
        successor_id: Key of the successor, which stands in its own right from its own beginning.
    """

    control_id: str
    at: datetime
    successor_id: str


ControlFact = Placed | Lifted | Refiled
"""Any of them."""


@dataclass(frozen=True, slots=True)
class ControlStanding:
    """How a control stands at a moment.

    Attributes:
        placed: How it was accepted.
        state: Its state.
        ended_at: Instant at which it ended, for whatever reason; None while it has not.
        successor_id: Key of the one with which it was filed again; None where it was not.
    """

    placed: Placed
    state: ControlState
    ended_at: datetime | None = None
    successor_id: str | None = None

    @property
    def is_in_force(self) -> bool:
        """Whether it is in force."""
        return self.state is ControlState.IN_FORCE

    @property
    def is_open(self) -> bool:
        """Whether it is in force or is going to be."""
        return self.is_in_force or self.state is ControlState.ACCEPTED


def controls_at(facts: Iterable[ControlFact], moment: datetime) -> tuple[ControlStanding, ...]:
    """Tells how each control of a person stands at a moment.

    A fact about a control in a state that does not admit it changes nothing: `orders` lets none of these in.

    Args:
        facts: The person's facts in any order; those after the moment are not looked at.
        moment: An aware instant, of the past, present or future.

    Returns:
        All controls accepted until then, in the order of receipt.
    """
    entries: dict[str, _Entry] = {}
    for fact in sorted((fact for fact in facts if fact.at <= moment), key=_order):
        if isinstance(fact, Placed):
            entries.setdefault(fact.control_id, _Entry(fact))
        elif (entry := entries.get(fact.control_id)) is not None:
            entry.take(fact)
    return tuple(entry.standing(moment) for entry in entries.values())


# Of facts at one instant: what is accepted is there before it can be changed, and lifting comes last.
_KINDS: tuple[type[ControlFact], ...] = (Placed, Refiled, Lifted)


def _order(fact: ControlFact) -> tuple[datetime, int, str]:
    return fact.at, _KINDS.index(type(fact)), fact.control_id


class _Entry:
    """A control after the facts taken so far."""

    def __init__(self, placed: Placed) -> None:
        self._placed = placed
        self._refiled: Refiled | None = None
        self._lifted_at: datetime | None = None

    def take(self, fact: Lifted | Refiled) -> None:
        """Takes the next fact, which is not before those taken."""
        if not self.standing(fact.at).is_open:
            return
        if isinstance(fact, Lifted):
            self._lifted_at = fact.at
        else:
            self._refiled = fact

    def standing(self, moment: datetime) -> ControlStanding:
        """Returns how it stands at a moment, which is not before the last fact."""
        successor_id = None if self._refiled is None else self._refiled.successor_id
        # A lifting is only taken before the last day is over, so it comes first where there is one.
        ended_at = self._placed.ends_at if self._lifted_at is None else self._lifted_at
        if moment >= ended_at:
            return ControlStanding(self._placed, self._end(), ended_at, successor_id)
        state = ControlState.ACCEPTED if moment < self._placed.effective_from else ControlState.IN_FORCE
        return ControlStanding(self._placed, state, None, successor_id)

    def _end(self) -> ControlState:
        if self._lifted_at is not None:
            return ControlState.LIFTED
        return ControlState.EXPIRED if self._refiled is None else ControlState.REFILED
