"""How a dispute stands, at any moment, as the facts alone tell (notice 四.4, domain sheet R-4.6).

    OPEN -> AGREED                 both sides agree to the same terms
    OPEN -> ESCALATED              both find no agreement, or one does and the other is silent
    OPEN -> WITHDRAWN              by the side that opened it
    ESCALATED -> SETTLED           by the record of both provincial bodies

Nothing stored says so: the facts are played through in order. A fact in a state that does not admit it changes nothing;
`dispute_steps` lets none of these in.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum
from types import MappingProxyType
from typing import TypeAlias

from services.codes.courts import HIGH_COURT
from services.codes.legal_time import legal_date
from services.codes.terms import end_of

POLICE_DEPARTMENT = "360000000000"
PROVINCIAL = (HIGH_COURT, POLICE_DEPARTMENT)
"""The provincial bodies (省高级人民法院, 省公安厅)."""
SILENCE_DAYS = 15
"""Days that a side has to answer that the other finds no agreement, the day of that not counted."""


class DisputeState(IntEnum):
    """State of a dispute, the values of `xiezhi.coordination.v1.DisputeState`."""

    OPEN = 1
    AGREED = 2
    ESCALATED = 3
    SETTLED = 4
    WITHDRAWN = 5


class Side(IntEnum):
    """A side, the values of `xiezhi.coordination.v1.DisputeSide`."""

    COURT = 1
    POLICE = 2

    @property
    def other(self) -> Side:
        """The other side."""
        return Side.POLICE if self is Side.COURT else Side.COURT


class Position(IntEnum):
    """What a side recorded, the values of `xiezhi.coordination.v1.DisputePosition`."""

    AGREED = 1
    NO_AGREEMENT = 2


@dataclass(frozen=True, slots=True)
class Opened:
    """A side opened the dispute.

    Attributes:
        at: When.
        side: Which side.
    """

    at: datetime
    side: Side


@dataclass(frozen=True, slots=True)
class Consulted:
    """A side wrote something.

    Attributes:
        at: When.
        side: Which side.
    """

    at: datetime
    side: Side


@dataclass(frozen=True, slots=True)
class Positioned:
    """A side recorded its position.

    Attributes:
        at: When.
        side: Which side.
        position: The position.
        terms: What it agrees to, as `same_terms` makes it; empty where it finds no agreement.
    """

    at: datetime
    side: Side
    position: Position
    terms: str = ""


@dataclass(frozen=True, slots=True)
class Escalated:
    """A side took it to the provincial bodies.

    Attributes:
        at: When.
        side: Which side.
    """

    at: datetime
    side: Side


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The side that opened it withdrew it.

    Attributes:
        at: When.
        side: Which side.
    """

    at: datetime
    side: Side


@dataclass(frozen=True, slots=True)
class Settled:
    """Both provincial bodies settled it.

    Attributes:
        at: When.
        sha256: SHA-256 of the record with both seals, 32 bytes.
    """

    at: datetime
    sha256: bytes


Later: TypeAlias = Consulted | Positioned | Escalated | Withdrawn | Settled
Fact: TypeAlias = Opened | Later

_S = DisputeState
ADMITTED: Mapping[type[Later], frozenset[DisputeState]] = MappingProxyType(
    {
        Consulted: frozenset({_S.OPEN, _S.ESCALATED}),
        Positioned: frozenset({_S.OPEN}),
        Escalated: frozenset({_S.OPEN}),
        Withdrawn: frozenset({_S.OPEN}),
        Settled: frozenset({_S.ESCALATED}),
    }
)
"""In which states each fact is let in; those that no fact names are final."""
FINAL = frozenset(DisputeState) - frozenset().union(*ADMITTED.values())
"""States that nothing follows."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute at a moment.

    Attributes:
        opened: How it was opened.
        state: Its state.
        positions: The last position of each side that has recorded one.
        waits: The position of the side that finds no agreement and waits for the other, as it was recorded first;
            None where neither does.
        settled: The settlement; None without one.
    """

    opened: Opened
    state: DisputeState = DisputeState.OPEN
    positions: Mapping[Side, Positioned] = field(default_factory=dict)
    waits: Positioned | None = None
    settled: Settled | None = None

    @property
    def is_open(self) -> bool:
        """Whether anything may follow."""
        return self.state not in FINAL

    def silence_ends_at(self, *, days: int = SILENCE_DAYS) -> datetime | None:
        """Returns until when, exclusive, the silent side may answer; None where nobody waits for it.

        Args:
            days: Days that it has.
        """
        if self.waits is None or self.state is not DisputeState.OPEN:
            return None
        return end_of(legal_date(self.waits.at) + timedelta(days=days))


def dispute_at(facts: Iterable[Fact], moment: datetime) -> Dispute | None:
    """Tells how a dispute stands at a moment.

    Args:
        facts: Its facts in any order; those after the moment are not looked at.
        moment: An aware instant.

    Returns:
        The dispute; None before it was opened.
    """
    dispute = None
    for fact in sorted((fact for fact in facts if fact.at <= moment), key=lambda fact: fact.at):
        if isinstance(fact, Opened):
            dispute = dispute or Dispute(fact)
        elif dispute is not None and dispute.state in ADMITTED[type(fact)]:
            dispute = _after(dispute, fact)
    return dispute


def _after(dispute: Dispute, fact: Later) -> Dispute:
    match fact:
        case Consulted():
            return dispute
        case Positioned():
            return _positioned(dispute, fact)
        case Escalated():
            return replace(dispute, state=_S.ESCALATED)
        case Withdrawn():
            return replace(dispute, state=_S.WITHDRAWN)
        case Settled():
            return replace(dispute, state=_S.SETTLED, settled=fact)


def _positioned(dispute: Dispute, fact: Positioned) -> Dispute:
    positions = {**dispute.positions, fact.side: fact}
    waits = None
    if fact.position is Position.NO_AGREEMENT:
        # Whoever says so again waits since the first time, unless the other side has answered meanwhile.
        former = dispute.waits
        waits = fact if former is None or former.side is not fact.side else former
    state = dispute.state
    other = positions.get(fact.side.other)
    if other is not None and (other.position, other.terms) == (fact.position, fact.terms):
        state = _S.AGREED if fact.position is Position.AGREED else _S.ESCALATED
    return replace(dispute, state=state, positions=MappingProxyType(positions), waits=waits)


def same_terms(text: str) -> str:
    """Returns terms without what makes no other terms of them: forms of characters, white space, invisible ones."""
    composed = unicodedata.normalize("NFKC", text)
    return "".join(one for one in composed if not one.isspace() and unicodedata.category(one) != "Cf")
