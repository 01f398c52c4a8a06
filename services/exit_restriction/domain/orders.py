"""Which orders of courts about border controls are let in, one by one and in batches (集中提供, R-2.7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.codes.facts import next_instant
from services.codes.legal_time import legal_date
from services.exit_restriction.domain.controls import (
    ControlFact,
    ControlStanding,
    Lifted,
    Placed,
    Refiled,
    controls_at,
)
from services.exit_restriction.domain.requirements import (
    OBJECTIONS,
    Beginning,
    ControlOrder,
    ControlRule,
    Note,
    last_day_of,
    notes_on,
    objections_to,
)
from services.filing.domain import Author
from xiezhi.errors import Reason, error


@dataclass(frozen=True, slots=True)
class Placement:
    """A control that is let in.

    Attributes:
        placed: The fact.
        refiled: The fact about the one that it follows, the same court's and case's with the same requirement; None
            where there is none.
        notes: What the court is told beside that.
    """

    placed: Placed
    refiled: Refiled | None
    notes: tuple[Note, ...]


def place(
    order: ControlOrder, facts: Sequence[ControlFact], *, control_id: str, rule: ControlRule, now: datetime
) -> Placement:
    """Lets a control in; after one of the same case with the same requirement, and in the last month of that only.

    Args:
        order: The order, about a natural person.
        facts: The person's facts.
        control_id: Key of the control to be.
        rule: How long controls last and which of them a court may have.
        now: The instant of receipt.

    Raises:
        FailedPrecondition: REQUIREMENT_NOT_ALLOWED, LIBERTY_DOCUMENT_MISSING, TERM_ENDS_BEFORE_START or TERM_TOO_LONG.
        AlreadyExists: CONTROL_EXISTS.
    """
    at = next_instant(facts, now)
    before = _find_last_open(order, controls_at(facts, at))
    beginning = Beginning.on(legal_date(at)) if before is None else Beginning.after(before.last_day)
    if before is not None and legal_date(at) < before.window_opens:
        raise error(
            Reason.CONTROL_EXISTS,
            f"The case has this control until {before.last_day}: file again from {before.window_opens} on, or lift it.",
        )
    for reason in objections_to(order, rule, beginning):
        raise error(reason, OBJECTIONS[reason])
    placed = Placed(
        control_id,
        order.author,
        order.requirement,
        at=at,
        start=beginning.first_day,
        last_day=last_day_of(order, rule, beginning),
        rule_version=rule.version,
    )
    notes = notes_on(order, rule, beginning)
    if before is None:
        return Placement(placed, None, notes)
    return Placement(placed, Refiled(before.control_id, at, control_id), (*notes, Note.REFILED))


def lift(control_id: str, author: Author, facts: Sequence[ControlFact], *, now: datetime) -> Lifted:
    """Lets a lifting in, which takes effect at its receipt; what other courts control stays.

    Args:
        control_id: Key of the control.
        author: Who orders it.
        facts: The person's facts.
        now: The instant of receipt.

    Raises:
        NotFound: CONTROL_NOT_FOUND.
        FailedPrecondition: CONTROL_ENDED.
    """
    at = next_instant(facts, now)
    _find_open(control_id, author, controls_at(facts, at))
    return Lifted(control_id, at)


def repeated_in(items: Iterable[frozenset[str]]) -> tuple[bool, ...]:
    """Tells which items of a batch are about somebody who is named in one before; of those only the first is let in.

    Args:
        items: Keys of the person of each item, such as those of a card's number and of each passport's.
    """
    seen: set[str] = set()
    repeated = list[bool]()
    for keys in items:
        repeated.append(not seen.isdisjoint(keys))
        seen |= keys
    return tuple(repeated)


def _find_last_open(order: ControlOrder, standings: Iterable[ControlStanding]) -> Placed | None:
    """Finds the control of the same case with the same requirement that ends last, of those that have not ended."""
    return max(
        (
            standing.placed
            for standing in standings
            if standing.is_open
            and (standing.placed.author, standing.placed.requirement) == (order.author, order.requirement)
        ),
        key=lambda placed: placed.last_day,
        default=None,
    )


def _find_open(control_id: str, author: Author, standings: Iterable[ControlStanding]) -> ControlStanding:
    """Finds a control of this very author that has not ended; another's looks like one that is not there."""
    for standing in standings:
        if standing.placed.control_id == control_id and standing.placed.author == author:
            if standing.ended_at is not None:
                raise error(Reason.CONTROL_ENDED, "The control has ended: file a new one if it is needed.")
            return standing
    raise error(Reason.CONTROL_NOT_FOUND, "There is no such control of this court and case: check its name.")
