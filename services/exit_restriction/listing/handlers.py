"""The use cases of single entries: what courts push, and take off the list."""

from __future__ import annotations

from dataclasses import dataclass

from services.exit_restriction.changes import ReleaseProposed
from services.exit_restriction.domain import Author, Deleted, Withdrawn, next_instant, remove_entry
from services.exit_restriction.listing.correcting import find_entry, refuse
from services.exit_restriction.listing.domain import EntryFile, Push, RemovalKind, Removed, ShownEntry
from services.exit_restriction.listing.pushing import Means, push_all
from services.exit_restriction.restrictions.domain import Proposal
from xiezhi.errors import Reason


@dataclass(frozen=True, slots=True)
class Removal:
    """An entry that a court takes off the list.

    Attributes:
        entry_id: Its key.
        author: The court and the case.
        number: Number of the debtor.
        kind: Why.
    """

    entry_id: str
    author: Author
    number: str
    kind: RemovalKind


def push_one(push: Push, *, means: Means) -> ShownEntry:
    """Pushes one entry.

    Raises:
        XiezhiError: The reason for which it is refused.
    """
    means.files.lock(push.ordered.author.court_code)
    (pushed,) = push_all([push], means=means)
    if pushed.entry is None:
        raise pushed.refusal or refuse(Reason.FIELDS_INVALID)
    return EntryFile(pushed.entry).shown(pushed.entry.at)


def remove_one(removal: Removal, *, means: Means) -> tuple[ShownEntry, tuple[str, ...]]:
    """Takes an entry off the list, and proposes to release whom the case restricts; nobody is released by it.

    Returns:
        The entry, and the keys of the restrictions.

    Raises:
        NotFound: ENTRY_NOT_FOUND.
        FailedPrecondition: ENTRY_ENDED.
    """
    files, author = means.files, removal.author
    files.lock(author.court_code)
    known = find_entry(removal.entry_id, author, files=files)
    if known.number != removal.number:
        raise refuse(Reason.ENTRY_NOT_FOUND)
    opened = files.open(files.restrictions_of(author, removal.number))
    # Another process's clock may have dated what is there after this one's now.
    standings = {
        s.filed.restriction_id: s
        for file in opened.values()
        for s in file.standings(next_instant(file.facts, means.now))
    }
    kind = Withdrawn if removal.kind is RemovalKind.WITHDRAWAL else Deleted
    made = remove_entry(
        removal.entry_id, author, known.facts, kind=kind, restrictions=standings.values(), now=means.now
    )
    step = Removed(made.fact)
    files.add(known.record, step)
    records = {key: record for file in opened.values() for key, record in file.records.items()}
    proposed = [records[proposal.restriction_id] for proposal in made.proposals]
    proposed = [record for record in proposed if record.debtor.number == removal.number]
    files.propose([(r.subject_id, Proposal(r.restriction_id, step.at)) for r in proposed])
    files.tell([ReleaseProposed(r, standings[r.restriction_id], step.at, means.traceparent) for r in proposed])
    return known.followed_by(step).shown(step.at), tuple(record.restriction_id for record in proposed)
