"""Corrections of entries: where the person is another one, the restriction passes to the right one, or ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from services.exit_restriction.changes import Happened, RestrictionChange, RestrictionRecord
from services.exit_restriction.domain import (
    LATER_TEST,
    REPORTING_TEST,
    Author,
    EntryFact,
    Filed,
    Outcome,
    Superseded,
    assess,
    correct,
    correct_entry,
    next_instant,
    standing_of,
    supersede,
)
from services.exit_restriction.listing.domain import EntryFile, Forwarded, Push, Rewritten, ShownEntry, reasons_of
from services.exit_restriction.listing.files import Files
from services.exit_restriction.listing.pushing import Means, examine_all
from services.exit_restriction.registry.domain import Examined
from services.exit_restriction.reporting import candidate_of
from services.exit_restriction.restrictions.domain import RestrictionFile, Shown, Step
from xiezhi.errors import NEXT_STEPS, Reason, XiezhiError, error


@dataclass(frozen=True, slots=True)
class _Rest:
    """A restriction that rests on an entry and has not ended.

    Attributes:
        file: The file of the person who is restricted.
        shown: How it stands.
    """

    file: RestrictionFile
    shown: Shown

    @property
    def key(self) -> str:
        """Key of the restriction."""
        return self.shown.record.restriction_id


def refuse(reason: Reason) -> XiezhiError:
    """Makes a refusal that says what to do instead."""
    return error(reason, NEXT_STEPS[reason])


def find_entry(entry_id: str, author: Author, *, files: Files) -> EntryFile:
    """Finds an entry of an opened list; that of another court or case looks like one that is not there.

    Raises:
        NotFound: ENTRY_NOT_FOUND.
    """
    known = files.entry(entry_id)
    if known is None or known.record.author != author:
        raise refuse(Reason.ENTRY_NOT_FOUND)
    return known


def correct_one(entry_id: str, push: Push, *, means: Means) -> ShownEntry:
    """Corrects an entry; a restriction of the wrong person ends, and one of the right person begins in its place.

    Args:
        entry_id: Key of the entry.
        push: What the court writes now. The decision and the last day stay those of the restriction.
        means: What it is decided with.

    Raises:
        XiezhiError: ENTRY_NOT_FOUND, ENTRY_ENDED, or the reason for which the correction is refused.
    """
    files, author, written = means.files, push.ordered.author, push.written
    files.lock(author.court_code)
    known = find_entry(entry_id, author, files=files)
    others = [fact for file in files.of_debtors([push.key]).get(push.key, ()) for fact in _facts(file, push)]
    fact = correct_entry(entry_id, author, known.facts, listing=written.listing, others=others, now=means.now)
    before = known.shown(fact.at)
    if before.written.debtor != written.debtor:
        forwarded = _pass_on(before, push, means=means)
    elif push.ordered.names_debtor:
        forwarded = before.forwarded
    else:
        raise refuse(Reason.MISSING_ASSISTANCE_NOTICE)
    step = Rewritten(fact, written, forwarded)
    files.add(known.record, step)
    return known.followed_by(step).shown(fact.at)


def _facts(file: EntryFile, push: Push) -> Sequence[EntryFact]:
    return file.facts if file.number == push.written.debtor.number else ()


def _pass_on(before: ShownEntry, push: Push, *, means: Means) -> Forwarded:
    files, ordered = means.files, push.ordered
    (found,) = examine_all([ordered.debtor], files)
    candidate = candidate_of(ordered, found, rules=means.rules, on=means.today)
    later = assess(candidate, LATER_TEST)
    if later.outcome is Outcome.REFUSED:
        raise refuse(later.reasons[0])
    subject_id = _subject(found, push, files=files) if later.outcome is Outcome.FORWARDED else None
    opened = _open(before, subject_id, files=files)
    rest = _find_rest(before, opened.values(), means=means)
    if rest is None:
        # No term and no decision comes with a correction, so nothing begins by it where nothing was.
        eligibility = assess(replace(candidate, decision=None), REPORTING_TEST)
        return Forwarded(Outcome.LIST_ONLY, reasons_of(eligibility.reasons))
    if subject_id is None:
        fact = supersede(rest.key, ordered.author, rest.file.facts, now=means.now)
        _end(rest, fact, means=means)
        return Forwarded(Outcome.LIST_ONLY, reasons_of(later.reasons))
    return _replace(rest, push, opened[subject_id], means=means)


def _subject(found: Examined, push: Push, *, files: Files) -> int:
    if found.subject is not None:
        return found.subject.subject_id
    return files.subjects_of([push.ordered.debtor.named])[0]


def _open(before: ShownEntry, subject_id: int | None, *, files: Files) -> Mapping[int, RestrictionFile]:
    """Opens the files of the wrong and the right person at once, in the one order in which everybody does."""
    number, whose = before.written.debtor.number, set[int]()
    if before.forwarded.restriction_id:
        whose.update(files.restrictions_of(before.record.author, number))
    return files.open(whose if subject_id is None else {*whose, subject_id})


def _find_rest(before: ShownEntry, opened: Collection[RestrictionFile], *, means: Means) -> _Rest | None:
    for file in opened:
        if before.forwarded.restriction_id in file.records:
            # As it stands when it is changed: another process's clock may have dated it after this one's now.
            shown = file.shown(before.forwarded.restriction_id, next_instant(file.facts, means.now))
            return _Rest(file, shown) if shown.standing.is_open else None
    return None


def _replace(rest: _Rest, push: Push, right: RestrictionFile, *, means: Means) -> Forwarded:
    """Ends the restriction of the wrong person and begins that of the right one at the same instant."""
    author, restriction_id = push.ordered.author, str(means.ids.uuid())
    # Of the same person under another name, the restriction does not stand in its own way.
    others = [fact for fact in right.facts if fact.restriction_id != rest.key]
    try:
        made = correct(
            rest.key,
            author,
            rest.file.facts,
            successor_id=restriction_id,
            successor_facts=others,
            now=means.now,
        )
    except XiezhiError as refusal:
        if refusal.reason is not Reason.RESTRICTION_EXISTS:
            raise
        _end(rest, supersede(rest.key, author, rest.file.facts, now=means.now), means=means)
        return Forwarded(Outcome.LIST_ONLY, reasons_of([refusal.reason]))
    _end(rest, made.superseded, means=means)
    _begin(rest, push, made.filed, right=right, means=means)
    return Forwarded(Outcome.FORWARDED, (), restriction_id)


def _end(rest: _Rest, fact: Superseded, *, means: Means) -> None:
    step = Step(fact)
    record = rest.shown.record
    standing = rest.file.followed_by(step).shown(rest.key, fact.at).standing
    means.files.follow(step, record.subject_id)
    means.files.tell([RestrictionChange(Happened.SUPERSEDED, record, standing, fact.at, means.traceparent)])


def _begin(rest: _Rest, push: Push, filed: Filed, *, right: RestrictionFile, means: Means) -> None:
    record = RestrictionRecord(
        filed,
        right.subject_id,
        rest.shown.record.entry_id,
        push.written.debtor,
        rest.shown.level,
        rest.shown.decision_number,
        push.officer_id,
        push.handler,
    )
    means.files.publish((), [record])
    means.files.tell([RestrictionChange(Happened.FILED, record, standing_of(filed), filed.at, means.traceparent)])
