"""Which orders of courts about border controls are let in, one by one and in batches (集中提供, R-2.7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from services.codes.legal_time import legal_date
from services.exit_restriction.domain.controls import (
    ControlFact,
    ControlStanding,
    Lifted,
    Placed,
    Refiled,
    controls_at,
)
from services.exit_restriction.domain.facts import Author, next_instant
from services.exit_restriction.domain.requirements import (
    OBJECTIONS,
    ControlOrder,
    ControlRule,
    Note,
    notes_on,
    objections_to,
)
from xiezhi.errors import Reason, error


@dataclass(frozen=True, slots=True)
class Placement:
    """A control that is let in.

    Attributes:
        placed: The fact.
        refiled: The facts about those that give way to it, the same court's and case's with the same requirement.
        notes: What the court is told beside that.
    """

    placed: Placed
    refiled: tuple[Refiled, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One item of a batch.

    Attributes:
        subject_keys: Keys of the person, such as those of a card's number and of each passport's; at least one.
        is_natural_person: Whether it is one, and no organisation.
        order: What is ordered.
    """

    subject_keys: frozenset[str] = field(repr=False)
    is_natural_person: bool
    order: ControlOrder


@dataclass(frozen=True, slots=True)
class ItemVerdict:
    """What becomes of an item of a batch.

    Attributes:
        objections: Everything for which it is not let in; empty where it is.
        notes: What the court is told of one that is let in.
    """

    objections: tuple[Reason, ...]
    notes: tuple[Note, ...] = ()


def place(
    order: ControlOrder, facts: Sequence[ControlFact], *, control_id: str, rule: ControlRule, now: datetime
) -> Placement:
    """Lets a control in; one of the same case with the same requirement gives way to it, in its last month only.

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
    today = legal_date(at)
    for reason in objections_to(order, rule, today=today):
        raise error(reason, OBJECTIONS[reason])
    placed = Placed(
        control_id,
        order.author,
        order.requirement,
        at=at,
        start=today if order.start is None else order.start,
        last_day=order.last_day,
        rule_version=rule.version,
    )
    present = (standing.placed for standing in controls_at(facts, at) if standing.is_open)
    refiled = tuple(
        _refile(known, placed, today)
        for known in present
        if (known.author, known.requirement) == (order.author, order.requirement)
    )
    return Placement(placed, refiled, notes_on(order, rule, today=today))


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


def check_batch(items: Iterable[BatchItem], *, rule: ControlRule, today: date) -> tuple[ItemVerdict, ...]:
    """Checks the items of a batch each by itself, so that a bad one does not keep the others out.

    Args:
        items: The items.
        rule: How long controls last and which of them a court may have.
        today: Day of receipt, in Asia/Shanghai.

    Returns:
        What becomes of each, in the order of the items; of those about one person only the first is let in.
    """
    seen: set[str] = set()
    verdicts = list[ItemVerdict]()
    for item in items:
        found = (
            (Reason.NATURAL_PERSON_ONLY, not item.is_natural_person),
            (Reason.BATCH_DUPLICATE, not seen.isdisjoint(item.subject_keys)),
        )
        objections = tuple(reason for reason, applies in found if applies)
        objections += objections_to(item.order, rule, today=today)
        seen |= item.subject_keys
        verdicts.append(ItemVerdict(objections, () if objections else notes_on(item.order, rule, today=today)))
    return tuple(verdicts)


def _refile(known: Placed, successor: Placed, today: date) -> Refiled:
    if today < known.window_opens:
        raise error(
            Reason.CONTROL_EXISTS,
            f"The case has this control until {known.last_day}: file again from {known.window_opens} on, or lift it.",
        )
    return Refiled(known.control_id, successor.at, successor.effective_from, successor.control_id)


def _find_open(control_id: str, author: Author, standings: Iterable[ControlStanding]) -> ControlStanding:
    """Finds a control of this very author that has not ended; another's looks like one that is not there."""
    for standing in standings:
        if standing.placed.control_id == control_id and standing.placed.author == author:
            if standing.ended_at is not None:
                raise error(Reason.CONTROL_ENDED, "The control has ended: file a new one if it is needed.")
            return standing
    raise error(Reason.CONTROL_NOT_FOUND, "There is no such control of this court and case: check its name.")
