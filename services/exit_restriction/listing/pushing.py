"""What becomes of entries that courts push: each is decided by itself, and all that they need is read at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.chassis.ids import IdSource
from services.codes.legal_time import legal_date
from services.exit_restriction.changes import Change, Happened, RestrictionChange, RestrictionRecord
from services.exit_restriction.domain import (
    Eligibility,
    EntryFact,
    Outcome,
    Published,
    TermRule,
)
from services.exit_restriction.listing.alike import AlikeOrders
from services.exit_restriction.listing.domain import DebtorKey, EntryFile, EntryRecord, Forwarded, Push, reasons_of
from services.exit_restriction.listing.files import Files
from services.exit_restriction.registry.domain import Examined, examine
from services.exit_restriction.reporting import Debtor
from services.exit_restriction.restrictions.domain import RestrictionFile
from xiezhi.errors import NEXT_STEPS, XiezhiError, error

_DRAWN = 64
"""Ids that are drawn at once."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of a push.

    Attributes:
        entry: The entry; None where it was refused.
        refusal: Why it was refused; None where it was not.
        forwarded: What became of it.
    """

    entry: EntryRecord | None
    refusal: XiezhiError | None
    forwarded: Forwarded

    @classmethod
    def refused(cls, refusal: XiezhiError, reasons: Sequence[str] = ()) -> Pushed:
        """Makes the outcome of a push that was refused."""
        return cls(None, refusal, Forwarded(Outcome.REFUSED, tuple(reasons) or (refusal.reason.value,)))


@dataclass(frozen=True, slots=True)
class Means:
    """What pushes are decided with.

    Attributes:
        files: The list and the files of people.
        ids: Source of ids.
        rules: How terms are computed.
        now: The instant of receipt.
        traceparent: Trace context of the call.
    """

    files: Files
    ids: IdSource
    rules: Collection[TermRule]
    now: datetime
    traceparent: str = ""

    @property
    def today(self) -> date:
        """Its legal date."""
        return legal_date(self.now)


def push_all(pushes: Sequence[Push], *, means: Means) -> list[Pushed]:
    """Pushes entries of one court, whose list is opened, each with an outcome of its own.

    Args:
        pushes: The entries in their order; one that names the debtor of an earlier one anew finds that one there.
        means: What they are decided with.

    Returns:
        What became of each.
    """
    files = means.files
    known = _open_facts(files.of_debtors({push.key for push in pushes}))
    examined = examine_all([push.ordered.debtor for push in pushes], files)
    alike = AlikeOrders(means.rules, now=means.now)
    tested = [alike.assess(push.ordered, found) for push, found in zip(pushes, examined, strict=True)]
    subjects = _subjects(pushes, examined, tested, files=files)
    opened = dict(files.open({key for key in subjects if key is not None}))
    desk = _Desk(means, alike, known=known, opened=opened)
    outcomes = [
        desk.push(push, eligibility, subject)
        for push, eligibility, subject in zip(pushes, tested, subjects, strict=True)
    ]
    files.publish([pushed.entry for pushed in outcomes if pushed.entry is not None], desk.restrictions)
    files.tell(desk.changes)
    return outcomes


def _open_facts(known: Mapping[DebtorKey, Iterable[EntryFile]]) -> dict[DebtorKey, list[EntryFact]]:
    """Returns the facts of debtors, without entries that have been corrected to somebody else."""
    return {key: [f for file in files if file.number == key[1] for f in file.facts] for key, files in known.items()}


def examine_all(debtors: Sequence[Debtor], files: Files) -> list[Examined]:
    """Holds debtors against the register, which has no organisations."""
    found = iter(files.find([debtor.named for debtor in debtors if debtor.party.is_person]))
    return [examine(debtor.party.name, next(found) if debtor.party.is_person else ()) for debtor in debtors]


def _subjects(
    pushes: Sequence[Push], examined: Sequence[Examined], tested: Sequence[Eligibility], *, files: Files
) -> list[int | None]:
    """Returns the subjects of those who are to be restricted; None for the others."""
    forwarded = [eligibility.outcome is Outcome.FORWARDED for eligibility in tested]
    named = [
        push.ordered.debtor.named
        for push, found, goes in zip(pushes, examined, forwarded, strict=True)
        if goes and found.subject is None
    ]
    made = iter(files.subjects_of(named))
    return [
        (next(made) if found.subject is None else found.subject.subject_id) if goes else None
        for found, goes in zip(examined, forwarded, strict=True)
    ]


class _Desk:
    """Decides pushes one after the other, so that each finds what those before it made."""

    def __init__(
        self,
        means: Means,
        alike: AlikeOrders,
        *,
        known: dict[DebtorKey, list[EntryFact]],
        opened: dict[int, RestrictionFile],
    ) -> None:
        self._means = means
        self._alike = alike
        # Drawn as they are needed, many at once.
        self._drawn: list[str] = []
        self._known = known
        self._opened = opened
        self.restrictions: list[RestrictionRecord] = []
        self.changes: list[Change] = []

    def push(self, push: Push, eligibility: Eligibility, subject_id: int | None) -> Pushed:
        """Decides one of them."""
        means = self._means
        facts = self._known.setdefault(push.key, [])
        entry_id = self._draw()
        try:
            received = Published(entry_id, push.ordered.author, means.now, push.written.listing)
            published = self._alike.publish(received, facts)
        except XiezhiError as refusal:
            return Pushed.refused(refusal)
        if eligibility.outcome is Outcome.REFUSED:
            first = eligibility.reasons[0]
            return Pushed.refused(error(first, NEXT_STEPS[first]), reasons_of(eligibility.reasons))
        facts.append(published)
        forwarded = Forwarded(eligibility.outcome, reasons_of(eligibility.reasons))
        if subject_id is not None:
            forwarded = self._restrict(push, published, subject_id)
        entry = EntryRecord(
            entry_id,
            push.ordered.author,
            published.at,
            push.written,
            forwarded,
            push.officer_id,
            push.handler,
        )
        return Pushed(entry, None, forwarded)

    def _draw(self) -> str:
        if not self._drawn:
            self._drawn = self._means.ids.texts(_DRAWN)[::-1]
        return self._drawn.pop()

    def _restrict(self, push: Push, published: Published, subject_id: int) -> Forwarded:
        """Restricts the debtor; where that is not admitted, the entry is on the list only."""
        ordered, opened, means = push.ordered, self._opened[subject_id], self._means
        restriction_id = self._draw()
        try:
            standing = self._alike.file(ordered.order, opened.facts, restriction_id=restriction_id)
        except XiezhiError as refusal:
            return Forwarded(Outcome.LIST_ONLY, (refusal.reason.value,))
        filed = standing.filed
        record = ordered.record(filed, subject_id, published.entry_id, officer_id=push.officer_id, handler=push.handler)
        self._opened[subject_id] = opened.with_restriction(record)
        self.restrictions.append(record)
        numbers = means.files.numbers_of(subject_id)
        self.changes.append(RestrictionChange(Happened.FILED, record, standing, filed.at, means.traceparent, numbers))
        return Forwarded(Outcome.FORWARDED, (), restriction_id)
