"""What is let into a dispute, as it stands when it comes; and in which words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from services.codes.facts import next_instant
from services.codes.private import find_numbers
from services.coordination.domain.disputes import (
    ADMITTED,
    SILENCE_DAYS,
    Consulted,
    Dispute,
    Escalated,
    Fact,
    Later,
    Position,
    Positioned,
    Settled,
    Side,
    Withdrawn,
    dispute_at,
    same_terms,
)
from xiezhi.errors import Reason, XiezhiError, error

MOST_STEPS: Mapping[type[Later], int] = MappingProxyType({Consulted: 1_000, Positioned: 2_000})
"""How many steps a dispute may have when one more of these is let in: all of them are read whenever it is looked at.

What ends a dispute is always let in, and a position for longer than words are.
"""


def consult(facts: Sequence[Fact], side: Side, *, now: datetime) -> Consulted:
    """Lets in what a side writes.

    Args:
        facts: The facts of the dispute.
        side: Who writes.
        now: The current instant.

    Raises:
        FailedPrecondition: DISPUTE_STATE.
    """
    return Consulted(_admitted(facts, Consulted, now)[0], side)


def take_position(facts: Sequence[Fact], side: Side, position: Position, *, text: str, now: datetime) -> Positioned:
    """Lets in the position of a side.

    Args:
        facts: The facts of the dispute.
        side: Whose it is.
        position: The position.
        text: The terms that it agrees to, or why it finds no agreement.
        now: The current instant.

    Raises:
        FailedPrecondition: DISPUTE_STATE, or DISPUTE_TERMS_DIFFER where the other side agrees to something else.
    """
    at, dispute = _admitted(facts, Positioned, now)
    if position is Position.NO_AGREEMENT:
        return Positioned(at, side, position)
    terms, other = same_terms(text), dispute.positions.get(side.other)
    if other is not None and other.position is Position.AGREED and other.terms != terms:
        raise error(
            Reason.DISPUTE_TERMS_DIFFER,
            "The other side has agreed to other terms: agree to the very text that it recorded, or write to it.",
        )
    return Positioned(at, side, position, terms)


def escalate(facts: Sequence[Fact], side: Side, *, days: int = SILENCE_DAYS, now: datetime) -> Escalated:
    """Lets a side take the dispute to the provincial bodies because the other is silent.

    Args:
        facts: The facts of the dispute.
        side: Who takes it there.
        days: Days that the other side has to answer.
        now: The current instant.

    Raises:
        FailedPrecondition: DISPUTE_STATE, or CONSULTATION_NOT_OVER.
    """
    at, dispute = _admitted(facts, Escalated, now)
    ends_at = dispute.silence_ends_at(days=days)
    if ends_at is None or dispute.waits is None or dispute.waits.side is not side:
        raise error(
            Reason.DISPUTE_STATE,
            "The dispute is OPEN, and the other side owes no answer: record first that your side finds no agreement.",
        )
    if at < ends_at:
        raise error(
            Reason.CONSULTATION_NOT_OVER,
            f"The other side may answer until {ends_at:%Y-%m-%dT%H:%M:%SZ}: take the dispute further then.",
        )
    return Escalated(at, side)


def withdraw(facts: Sequence[Fact], side: Side, *, now: datetime) -> Withdrawn:
    """Lets the side that opened the dispute withdraw it.

    Args:
        facts: The facts of the dispute.
        side: Who withdraws it.
        now: The current instant.

    Raises:
        FailedPrecondition: DISPUTE_STATE, also for the other side.
    """
    at, dispute = _admitted(facts, Withdrawn, now)
    if dispute.opened.side is not side:
        raise error(
            Reason.DISPUTE_STATE, "The dispute is OPEN, and the side that opened it withdraws it: agree or write to it."
        )
    return Withdrawn(at, side)


def settle(facts: Sequence[Fact], sha256: bytes, *, now: datetime) -> Settled:
    """Lets in the settlement by both provincial bodies.

    Args:
        facts: The facts of the dispute.
        sha256: SHA-256 of the record with both seals.
        now: The current instant.

    Raises:
        FailedPrecondition: DISPUTE_STATE.
    """
    return Settled(_admitted(facts, Settled, now)[0], sha256)


def require_admitted(facts: Sequence[Fact], kind: type[Later], now: datetime) -> None:
    """Refuses what the dispute's state does not admit.

    Raises:
        FailedPrecondition: DISPUTE_STATE.
    """
    _admitted(facts, kind, now)


def require_plain(text: str) -> None:
    """Refuses a text that holds numbers of persons or things.

    Raises:
        InvalidArgument: PERSONAL_DATA_IN_TEXT; it says which kinds, and never the numbers.
    """
    found = sorted(find_numbers(text))
    if found:
        raise error(
            Reason.PERSONAL_DATA_IN_TEXT,
            f"The text holds {' and '.join(found)}: leave it out, the name of the object says which is meant.",
        )


def not_found() -> XiezhiError:
    """Makes the refusal of a dispute that is not there, or not the caller's."""
    return error(Reason.DISPUTE_NOT_FOUND, "There is no such dispute of this organisation: check its name.")


def _admitted(facts: Sequence[Fact], kind: type[Later], now: datetime) -> tuple[datetime, Dispute]:
    at = next_instant(facts, now)
    dispute = dispute_at(facts, at)
    if dispute is None:
        raise not_found()
    if dispute.state not in ADMITTED[kind]:
        raise error(
            Reason.DISPUTE_STATE, f"The dispute is {dispute.state.name}, which does not admit the step: look at it."
        )
    if len(facts) >= MOST_STEPS.get(kind, len(facts) + 1):
        raise error(
            Reason.DISPUTE_STATE,
            f"The dispute is {dispute.state.name} and has as many steps as it may: end it, or let it be settled.",
        )
    return at, dispute
