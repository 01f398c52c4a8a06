"""Which restrictions of a person are in force at any moment, as the facts alone tell.

No job begins or ends anything. A restriction is in force from the later of its receipt and its first day until its last
day is over in Asia/Shanghai, or until its court releases the person.

Source:
    Notice 赣高法〔2018〕160号 一.2; domain sheet §16.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum

from services.codes.legal_time import legal_date
from services.codes.terms import end_of
from services.exit_restriction.domain.facts import Fact, Filed, Released, Renewed, Superseded
from services.exit_restriction.domain.terms import Period


class RestrictionState(IntEnum):
    """State of a restriction at a moment, the values of `xiezhi.exit_restriction.v1.RestrictionState`.

    Attributes:
        FILED: Its first day is still to come.
        ACTIVE: In force, whether or not the term that follows is there already.
        RELEASED_EARLY: Released by its court before its last day was over.
        EXPIRED: Its last day is over.
        SUPERSEDED: It was of the wrong person, and another one has taken its place.
    """

    FILED = 1
    ACTIVE = 2
    RELEASED_EARLY = 3
    EXPIRED = 4
    SUPERSEDED = 5


_OPEN = frozenset({RestrictionState.FILED, RestrictionState.ACTIVE})


@dataclass(frozen=True, slots=True)
class Standing:
    """How a restriction stands at a moment.

    Attributes:
        filed: How it was filed.
        state: Its state.
        periods: Its terms, of which each begins on the day after the one before it; at least one.
        effective_from: Instant from which it is, was or will be in force; None where it ended before that.
        ended_at: Instant at which it ended, for whatever reason; None while it has not.
        successor_id: Key of the one that took its place, empty where none did; None unless it is SUPERSEDED.
    """

    filed: Filed
    state: RestrictionState
    periods: tuple[Period, ...]
    effective_from: datetime | None
    ended_at: datetime | None = None
    successor_id: str | None = None

    @property
    def last_day(self) -> date:
        """Last day of its last term, inclusive."""
        return self.periods[-1].last_day

    @property
    def ends_at(self) -> datetime:
        """Instant at which that day is over, from which it is not in force."""
        return end_of(self.last_day)

    @property
    def is_in_force(self) -> bool:
        """Whether it restricts."""
        return self.state is RestrictionState.ACTIVE

    @property
    def is_open(self) -> bool:
        """Whether it restricts or is going to."""
        return self.state in _OPEN


def standing_at(facts: Iterable[Fact], moment: datetime) -> tuple[Standing, ...]:
    """Tells how each restriction of a person stands at a moment.

    A fact about a restriction in a state that does not admit it changes nothing: `admission` lets none of these in.

    Args:
        facts: The person's facts in any order; those after the moment are not looked at.
        moment: An aware instant, of the past, present or future.

    Returns:
        All restrictions filed until then, in the order of receipt.
    """
    entries: dict[str, _Entry] = {}
    for fact in sorted((fact for fact in facts if fact.at <= moment), key=_order):
        if isinstance(fact, Filed):
            entries.setdefault(fact.restriction_id, _Entry(fact))
        elif (entry := entries.get(fact.restriction_id)) is not None:
            entry.take(fact)
    return tuple(entry.standing(moment) for entry in entries.values())


def standing_of(filed: Filed) -> Standing:
    """Tells how a restriction stands at the instant at which it is filed, whatever others there are."""
    return _Entry(filed).standing(filed.at)


# Of facts at one instant: what is filed is there before it can be changed, and what ends it comes last.
_KINDS: tuple[type[Fact], ...] = (Filed, Renewed, Released, Superseded)


def _order(fact: Fact) -> tuple[datetime, int, str, date]:
    last_day = fact.last_day if isinstance(fact, Filed | Renewed) else date.min
    return fact.at, _KINDS.index(type(fact)), fact.restriction_id, last_day


class _Entry:
    """A restriction after the facts taken so far."""

    def __init__(self, filed: Filed) -> None:
        self._filed = filed
        self._periods = [Period(0, filed.start, filed.last_day, filed.rule_version)]
        # A start that lies before the receipt does not make anything of the past illegal.
        self._begins_at = max(filed.at, end_of(filed.start - timedelta(days=1)))
        self._end: tuple[RestrictionState, datetime] | None = None
        self._successor_id: str | None = None

    def take(self, fact: Renewed | Released | Superseded) -> None:
        """Takes the next fact, which is not before those taken."""
        if isinstance(fact, Renewed):
            came = fact.at if fact.received_at is None else min(fact.at, fact.received_at)
            if self._state_at(came) is RestrictionState.ACTIVE and not self._is_renewed_on(legal_date(came)):
                self._renew(fact)
        elif self._state_at(fact.at) in _OPEN:
            if isinstance(fact, Superseded):
                self._end, self._successor_id = (RestrictionState.SUPERSEDED, fact.at), fact.successor_id
            else:
                self._end = (RestrictionState.RELEASED_EARLY, fact.at)

    def standing(self, moment: datetime) -> Standing:
        """Returns how it stands at a moment, which is not before the last fact."""
        state, ends_at = self._state_at(moment), end_of(self._periods[-1].last_day)
        ended_at = ends_at if state is RestrictionState.EXPIRED else None
        if self._end is not None:
            ended_at = self._end[1]
        return Standing(
            self._filed,
            state,
            tuple(self._periods),
            effective_from=self._begins_at if self._begins_at < (ended_at or ends_at) else None,
            ended_at=ended_at,
            successor_id=self._successor_id,
        )

    def _state_at(self, moment: datetime) -> RestrictionState:
        if self._end is not None:
            return self._end[0]
        if moment >= end_of(self._periods[-1].last_day):
            return RestrictionState.EXPIRED
        if moment < self._begins_at:
            return RestrictionState.FILED
        return RestrictionState.ACTIVE

    def _is_renewed_on(self, day: date) -> bool:
        """Whether the term that follows is there already."""
        present = self._periods[-1]
        return present.sequence > 0 and day < present.first_day

    def _renew(self, fact: Renewed) -> None:
        present = self._periods[-1]
        if fact.last_day > present.last_day:
            first_day = present.last_day + timedelta(days=1)
            self._periods.append(Period(present.sequence + 1, first_day, fact.last_day, fact.rule_version))
