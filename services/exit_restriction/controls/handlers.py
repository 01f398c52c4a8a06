"""The use cases of controls: what courts order on papers that hold, decided on the files of people."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from services.chassis.ids import IdSource
from services.exit_restriction.controls.domain import (
    LIBERTY,
    NOTICE,
    ControlFile,
    ControlRecord,
    Item,
    Judge,
    Outcome,
    Shown,
    keys_of,
    not_found,
)
from services.exit_restriction.controls.files import Files
from services.exit_restriction.domain import (
    Author,
    ControlRule,
    Lifted,
    Note,
    Refiled,
    decisions_of,
    lift,
    place,
    repeated_in,
)
from services.exit_restriction.registry.domain import Subject
from services.filing.desk import Accepted
from xiezhi.errors import Reason, XiezhiError, error


@dataclass(frozen=True, slots=True)
class Terms:
    """What controls are let in by.

    Attributes:
        rule: How long controls last and which of them a court may have.
        ids: Source of ids.
    """

    rule: ControlRule
    ids: IdSource


def file_all(
    items: Sequence[Item | Reason], accepted: Accepted, files: Files, *, judge: Judge, terms: Terms
) -> tuple[Outcome, ...]:
    """Places controls, each person with an outcome of their own.

    Args:
        items: What is ordered about each person, or why it cannot be.
        accepted: The order.
        files: The files of people.
        judge: The handling judge.
        terms: What controls are let in by.
    """
    # Before the register is asked: a notice about other people tells nobody who is on file.
    items = [_if_named(item, accepted) for item in items]
    found = iter(files.find([item.person.named for item in items if isinstance(item, Item)]))
    meant = [next(found) if isinstance(item, Item) else item for item in items]
    repeated = iter(repeated_in(_keys(items, meant)))
    opened = files.open({who.subject_id for who in meant if isinstance(who, Subject)})
    outcomes: list[Outcome] = []
    refiled: list[Refiled] = []
    for item, who in zip(items, meant, strict=True):
        if isinstance(item, Reason) or isinstance(who, Reason):
            outcomes.append(Outcome(refused=who if isinstance(who, Reason) else None))
        elif next(repeated):
            outcomes.append(Outcome(refused=Reason.BATCH_DUPLICATE))
        else:
            outcome, fact = _place(item, opened[who.subject_id], accepted, judge=judge, terms=terms)
            outcomes.append(outcome)
            refiled += [] if fact is None else [fact]
    files.place([outcome.control.record for outcome in outcomes if outcome.control is not None])
    files.add(refiled)
    return tuple(outcomes)


def lift_all(
    names: Sequence[str], accepted: Accepted, files: Files, *, author: Author, numbers: Collection[str]
) -> tuple[Shown, ...]:
    """Lifts controls, all of them or none, and with each the one that was filed again to follow it.

    Args:
        names: Their keys.
        accepted: The order.
        files: The files of people.
        author: Who orders it.
        numbers: Identity numbers of the people, all of whom the notice must name.

    Raises:
        XiezhiError: MISSING_ASSISTANCE_NOTICE, CONTROL_NOT_FOUND or CONTROL_ENDED.
    """
    if not all(accepted.mentions(NOTICE, number) for number in numbers):
        raise error(Reason.MISSING_ASSISTANCE_NOTICE, "The notice must name the number of each person.")
    subjects = files.subjects_of(names)
    if len(subjects) != len(set(names)):
        raise not_found()
    opened = files.open(subjects.values())
    lifted: dict[str, Lifted] = {}
    for name in names:
        if opened[subjects[name]].records[name].person.number not in numbers:
            raise not_found()
        following: str | None = name
        while following is not None and following not in lifted:
            file = opened[subjects[name]]
            lifted[following] = fact = lift(following, author, file.facts, now=accepted.now)
            opened[subjects[name]] = file.followed_by(fact)
            following = _waiting_after(opened[subjects[name]], fact)
    files.add(list(lifted.values()))
    hits = files.hits(names)
    shown = (opened[subjects[name]].shown(name, lifted[name].at) for name in names)
    return tuple(replace(one, hits=hits.get(one.record.control_id, 0)) for one in shown)


def _waiting_after(file: ControlFile, lifted: Lifted) -> str | None:
    """Returns the control that was filed again to follow one that is lifted; None where none waits.

    It is of the same case and demands the same, so a court that lifts one means both.
    """
    successor_id = file.shown(lifted.control_id, lifted.at).standing.successor_id
    if successor_id is None or not file.shown(successor_id, lifted.at).standing.is_open:
        return None
    return successor_id


def _if_named(item: Item | Reason, accepted: Accepted) -> Item | Reason:
    """Returns the item if the notice names the person and the decision; the reason against it otherwise."""
    if isinstance(item, Reason):
        return item
    if not accepted.mentions(NOTICE, item.person.number):
        return Reason.MISSING_ASSISTANCE_NOTICE
    if _decision(accepted) is None:
        return Reason.EXIT_DECISION_MISSING
    # The document must name the very person who is to be detained.
    is_there = accepted.mentions(LIBERTY, item.person.number)
    return replace(item, order=replace(item.order, has_liberty_document=is_there))


def _decision(accepted: Accepted) -> str | None:
    """Returns the number of the decision that the notice names; None where it names none."""
    numbers = decisions_of(accepted.filing)
    return next((number for number in numbers if accepted.mentions(NOTICE, number)), None)


def _keys(items: Sequence[Item | Reason], meant: Sequence[Subject | Reason]) -> list[frozenset[str]]:
    return [
        keys_of(item.person, who.subject_id)
        for item, who in zip(items, meant, strict=True)
        if isinstance(item, Item) and isinstance(who, Subject)
    ]


def _place(
    item: Item, file: ControlFile, accepted: Accepted, *, judge: Judge, terms: Terms
) -> tuple[Outcome, Refiled | None]:
    control_id = str(terms.ids.uuid())
    try:
        made = place(item.order, file.facts, control_id=control_id, rule=terms.rule, now=accepted.now)
    except XiezhiError as refusal:
        return Outcome(refused=refusal.reason), None
    subject = file.subject
    record = ControlRecord(
        made.placed,
        subject.subject_id,
        item.person,
        _decision(accepted) or "",
        judge,
        accepted.filing.key.request_id,
    )
    notes = [*made.notes]
    if subject.person is None:
        notes.append(Note.NOT_ON_FILE)
    elif subject.person.is_abroad:
        notes.append(Note.ABROAD)
    shown = file.with_control(record).shown(control_id, made.placed.at)
    return Outcome(shown, notes=tuple(sorted(notes))), made.refiled
