"""The channel between a court and a police department: platform, or paper (notice 四.1, R-4.1, §16.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from itertools import combinations

from services.codes.courts import HIGH_COURT

ALL_COURTS, ALL_DEPARTMENTS = "", 0
BODIES = (HIGH_COURT, "360000000000")
"""The provincial bodies (省高级人民法院, 省公安厅), both of which declare the platform operational."""


class ChannelState(IntEnum):
    """How it stands, the values of `xiezhi.coordination.v1.ChannelState`."""

    NOT_OPERATIONAL = 1
    OPERATIONAL = 2
    OUTAGE = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """Courts and departments that something is about.

    Attributes:
        court_code: The court; `ALL_COURTS` for all.
        department: The department; `ALL_DEPARTMENTS` for all six.
    """

    court_code: str = ALL_COURTS
    department: int = ALL_DEPARTMENTS

    def covers(self, court_code: str, department: int) -> bool:
        """Whether a court and a department are among them."""
        return self.court_code in {ALL_COURTS, court_code} and self.department in {ALL_DEPARTMENTS, department}

    def widened(self) -> tuple[Pair, ...]:
        """Returns all that may be named to mean one court and one department."""
        courts, departments = (self.court_code, ALL_COURTS), (self.department, ALL_DEPARTMENTS)
        return tuple(Pair(court, department) for court in courts for department in departments)

    def meet(self, other: Pair) -> Pair | None:
        """Returns what both are about; None if nothing."""
        courts = {self.court_code, other.court_code} - {ALL_COURTS}
        departments = {self.department, other.department} - {ALL_DEPARTMENTS}
        if len(courts) > 1 or len(departments) > 1:
            return None
        return Pair(next(iter(courts), ALL_COURTS), next(iter(departments), ALL_DEPARTMENTS))


@dataclass(frozen=True, slots=True)
class Declaration:
    """That one provincial body declares the platform operational for some.

    Attributes:
        key: Its key.
        body: The body, one of `BODIES`.
        pair: For whom.
        start: From when on, UTC, inclusive.
    """

    key: str
    body: str
    pair: Pair
    start: datetime


@dataclass(frozen=True, slots=True)
class Operation:
    """That the platform is operational for some, as both provincial bodies declared.

    Attributes:
        key: Its key.
        pair: For whom.
        start: From when on, UTC, inclusive.
    """

    key: str
    pair: Pair
    start: datetime


@dataclass(frozen=True, slots=True)
class Outage:
    """That the platform is out for some.

    Attributes:
        key: Its key.
        pair: For whom.
        start: From when on, UTC, inclusive.
        end: Until when, UTC, exclusive.
    """

    key: str
    pair: Pair
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Channel:
    """How it stands between a court and a department at an instant.

    Attributes:
        state: The state.
        since: Since when it is operational, UTC; None while it is not.
        outages: Outages that run.
    """

    state: ChannelState
    since: datetime | None = None
    outages: tuple[Outage, ...] = ()


def agree(one: Declaration, other: Declaration) -> Operation | None:
    """Returns for whom two declarations make the platform operational: for those whom both bodies mean.

    Args:
        one: A declaration.
        other: Another one.

    Returns:
        The operation, from the later start on; None where both are of one body, or mean nobody in common.
    """
    pair = None if one.body == other.body else one.pair.meet(other.pair)
    if pair is None:
        return None
    first, second = sorted((one, other), key=lambda declaration: declaration.body)
    return Operation(f"{first.key}/{second.key}", pair, max(one.start, other.start))


def operations_of(declarations: Iterable[Declaration]) -> tuple[Operation, ...]:
    """Returns for whom the platform is operational by all declarations together."""
    met = (agree(one, other) for one, other in combinations(declarations, 2))
    return tuple(operation for operation in met if operation is not None)


def channel_at(
    court_code: str, department: int, at: datetime, *, operations: Iterable[Operation], outages: Iterable[Outage]
) -> Channel:
    """Says how it stands between a court and a department.

    Args:
        court_code: The court.
        department: The department, one of the six.
        at: The instant, UTC.
        operations: All that were declared.
        outages: All that were declared.
    """
    since = min((o.start for o in operations if o.pair.covers(court_code, department) and o.start <= at), default=None)
    if since is None:
        return Channel(ChannelState.NOT_OPERATIONAL)
    running = tuple(o for o in outages if o.pair.covers(court_code, department) and o.start <= at < o.end)
    return Channel(ChannelState.OUTAGE if running else ChannelState.OPERATIONAL, since, running)
