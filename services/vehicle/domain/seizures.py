"""Which seizures of a vehicle are in force and which wait (轮候查封), at any moment, as the facts alone tell.

No job promotes or ends anything. The facts are played through in order, and between two of them terms run out and the
next seizure takes its place at that very instant.

Source:
    查扣冻规定(2020) arts 26, 27 (2004: arts 28, 30); 法发〔2004〕5号 art 20 on disposal.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from itertools import count

from services.codes.legal_time import legal_date
from services.codes.terms import corresponding_day, end_of
from services.codes.vehicles import NORMAL, SEIZED
from services.vehicle.domain.facts import Disposed, Extended, Fact, Lifted, Served, Withdrawn


class SeizureState(IntEnum):
    """State of a seizure at a moment, the values of `xiezhi.vehicle.v1.SeizureState`."""

    EFFECTIVE = 1
    WAITING = 2
    LIFTED = 3
    LAPSED = 4
    EXTINGUISHED = 5
    VOID_BY_DISPOSAL = 6
    WITHDRAWN = 7


@dataclass(frozen=True, slots=True)
class Standing:
    """How a seizure stands at a moment.

    Attributes:
        seizure: How it was served.
        state: Its state.
        place: 0 for the one in force, 1 for the first that waits, and so on; None once it has ended.
        effective_from: Instant from which it is or was in force; None where it never was.
        last_day: Last day of its term, inclusive; for one that waits, the last day that its notice names, if any.
        ends_at: Instant at which that day is over, from which it is not in force; None where there is no last day.
        ended_at: Instant at which it ended, for whatever reason; None while it has not.
    """

    seizure: Served
    state: SeizureState
    place: int | None = None
    effective_from: datetime | None = None
    last_day: date | None = None
    ends_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is in force or waits."""
        return self.state in {SeizureState.EFFECTIVE, SeizureState.WAITING}


def standing_at(facts: Iterable[Fact], moment: datetime) -> tuple[Standing, ...]:
    """Tells how each seizure of a vehicle stands at a moment.

    A fact about a seizure in a state that does not admit it changes nothing: `admission` lets none of these in.

    Args:
        facts: The vehicle's facts in any order; those after the moment are not looked at.
        moment: An aware instant, of the past, present or future.

    Returns:
        All seizures served until then, in the order of service; of those that are open this is the order of the queue.
    """
    queue = _Queue()
    for fact in sorted((fact for fact in facts if fact.at <= moment), key=_order):
        queue.advance(fact.at)
        queue.take(fact)
    return queue.standings(moment)


def next_change_after(facts: Iterable[Fact], moment: datetime) -> datetime | None:
    """Returns the first instant after a moment at which a seizure ends by itself, if nothing else happens before.

    Args:
        facts: The vehicle's facts; those after the moment are not looked at.
        moment: An aware instant.

    Returns:
        The instant; None where no end is set, as for a vehicle that is not seized.
    """
    ends = (standing.ends_at for standing in standing_at(facts, moment) if standing.is_open)
    return min((end for end in ends if end is not None), default=None)


def statuses_with(standings: Iterable[Standing], on_file: frozenset[str]) -> frozenset[str]:
    """Returns the statuses that the register shows: 查封 exactly while a seizure is in force (R-2.2).

    Args:
        standings: How the vehicle's seizures stand.
        on_file: Its statuses otherwise, letters of `services.codes.vehicles.STATUSES`.
    """
    if any(standing.state is SeizureState.EFFECTIVE for standing in standings):
        return (on_file - {NORMAL}) | {SEIZED}
    return (on_file - {SEIZED}) or frozenset({NORMAL})


# Of facts at one instant: what is served is there before it can be changed, and a disposal comes last.
_KINDS: tuple[type[Fact], ...] = (Served, Extended, Withdrawn, Lifted, Disposed)


def _order(fact: Fact) -> tuple[datetime, int, int, str]:
    sequence = fact.sequence if isinstance(fact, Served) else 0
    return fact.at, _KINDS.index(type(fact)), sequence, fact.seizure_id


@dataclass(slots=True)
class _Entry:
    """A seizure while the facts are played through."""

    served: Served
    state: SeizureState = SeizureState.WAITING
    effective_from: datetime | None = None
    last_day: date | None = None
    ended_at: datetime | None = None

    @property
    def ends_at(self) -> datetime | None:
        return None if self.last_day is None else end_of(self.last_day)

    def end(self, state: SeizureState, at: datetime) -> None:
        self.state, self.ended_at = state, at

    def lapse_by(self, moment: datetime) -> bool:
        """Ends it when its last day is over at a moment, and says whether it did."""
        end = self.ends_at
        if end is None or end > moment:
            return False
        self.end(SeizureState.LAPSED, end)
        return True

    def still_waits(self, moment: datetime) -> bool:
        """Whether it waits at a moment; one whose last day is over has lapsed then."""
        return self.state is SeizureState.WAITING and not self.lapse_by(moment)

    def take_effect(self, at: datetime) -> None:
        self.state, self.effective_from = SeizureState.EFFECTIVE, at
        self.last_day = _earlier(corresponding_day(legal_date(at), self.served.term_months), self.last_day)

    def extend(self, extension: Extended) -> None:
        """Adds a term to that of one in force; it is never made shorter."""
        if self.last_day is not None:
            end = _earlier(corresponding_day(self.last_day, extension.term_months), extension.last_day)
            self.last_day = max(self.last_day, end)

    def standing(self, place: int | None) -> Standing:
        return Standing(
            self.served,
            self.state,
            place,
            effective_from=self.effective_from,
            last_day=self.last_day,
            ends_at=self.ends_at,
            ended_at=self.ended_at,
        )


class _Queue:
    """The seizures of a vehicle after the facts taken so far: at most one in force, the others behind it."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._waiting: deque[_Entry] = deque()
        self._current: _Entry | None = None

    def advance(self, moment: datetime) -> None:
        """Lets terms run out up to a moment, and those that wait take their places."""
        while self._current is not None and self._current.lapse_by(moment):
            self._promote(self._current.ended_at or moment)

    def take(self, fact: Fact) -> None:
        """Takes the next fact, which is not before the moment reached."""
        if isinstance(fact, Served):
            self._serve(fact)
            return
        entry = self._entries.get(fact.seizure_id)
        if entry is None:
            return
        if isinstance(fact, Withdrawn):
            if entry.still_waits(fact.at):
                entry.end(SeizureState.WITHDRAWN, fact.at)
        elif entry is self._current:
            self._change(entry, fact)

    def standings(self, moment: datetime) -> tuple[Standing, ...]:
        """Returns how all of them stand at a moment, which is not before the last fact, in the order of service."""
        self.advance(moment)
        places = count()
        return tuple(
            entry.standing(next(places) if entry is self._current or entry.still_waits(moment) else None)
            for entry in self._entries.values()
        )

    def _serve(self, served: Served) -> None:
        if served.seizure_id in self._entries:
            return
        entry = self._entries[served.seizure_id] = _Entry(served, last_day=served.last_day)
        self._waiting.append(entry)
        if self._current is None:
            self._promote(served.at)

    def _promote(self, at: datetime) -> None:
        """Puts the first that still waits into force."""
        self._current = None
        while self._current is None and self._waiting:
            entry = self._waiting.popleft()
            if entry.still_waits(at):
                entry.take_effect(at)
                self._current = entry

    def _change(self, entry: _Entry, fact: Extended | Lifted | Disposed) -> None:
        """Changes the one that is in force."""
        if isinstance(fact, Extended):
            entry.extend(fact)
        elif isinstance(fact, Lifted):
            entry.end(SeizureState.LIFTED, fact.at)
            self._promote(fact.at)
        else:
            entry.end(SeizureState.EXTINGUISHED, fact.at)
            for other in self._waiting:
                if other.still_waits(fact.at):
                    other.end(SeizureState.VOID_BY_DISPOSAL, fact.at)
            self._waiting.clear()
            self._current = None


def _earlier(day: date, other: date | None) -> date:
    return day if other is None else min(day, other)
