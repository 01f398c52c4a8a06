"""Which orders of courts about an entry of the list are let in: each becomes a fact, or is refused with what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.codes.facts import next_instant
from services.codes.terms import end_of
from services.exit_restriction.domain.listing import (
    MAX_EXTENSION_YEARS,
    Corrected,
    Deleted,
    EntryFact,
    EntryStanding,
    Listing,
    Published,
    ReleaseProposal,
    Withdrawn,
    entries_at,
    release_proposals,
)
from services.exit_restriction.domain.restrictions import Standing
from services.filing.domain import Author
from xiezhi.errors import Reason, Violation, error, invalid_fields


@dataclass(frozen=True, slots=True)
class Removal:
    """An entry that is taken off the list.

    Attributes:
        fact: The fact.
        proposals: The releases that the court is asked to consider; none of them has happened.
    """

    fact: Withdrawn | Deleted
    proposals: tuple[ReleaseProposal, ...]


def publish(author: Author, listing: Listing, facts: Sequence[EntryFact], *, entry_id: str, now: datetime) -> Published:
    """Lets an entry in; a case has one open entry of a debtor.

    Args:
        author: The court and the case.
        listing: What the court writes.
        facts: The debtor's facts.
        entry_id: Key of the entry to be.
        now: The instant of receipt.

    Raises:
        AlreadyExists: ENTRY_EXISTS.
        InvalidArgument: FIELDS_INVALID.
        ValueError: If no behaviour is named.
    """
    at = next_instant(facts, now)
    _refuse_second(author, entries_at(facts, at))
    _check(listing, at)
    return Published(entry_id, author, at, listing)


def correct_entry(
    entry_id: str,
    author: Author,
    facts: Sequence[EntryFact],
    *,
    listing: Listing,
    others: Sequence[EntryFact],
    now: datetime,
) -> Corrected:
    """Lets a correction in, from which on the entry stands as the court writes it now.

    Args:
        entry_id: Key of the entry.
        author: Who orders it.
        facts: The facts of the debtor who is listed.
        listing: What the court writes now.
        others: The facts of the debtor as corrected, the same ones where the number stays.
        now: The instant of receipt.

    Raises:
        NotFound: ENTRY_NOT_FOUND.
        AlreadyExists: ENTRY_EXISTS.
        FailedPrecondition: ENTRY_ENDED.
        InvalidArgument: FIELDS_INVALID.
        ValueError: If no behaviour is named.
    """
    at = next_instant((*facts, *others), now)
    _find_open(entry_id, author, entries_at(facts, at))
    _refuse_second(author, (s for s in entries_at(others, at) if s.published.entry_id != entry_id))
    _check(listing, at)
    return Corrected(entry_id, at, listing)


def remove_entry(
    entry_id: str,
    author: Author,
    facts: Sequence[EntryFact],
    *,
    kind: type[Withdrawn | Deleted],
    restrictions: Iterable[Standing],
    now: datetime,
) -> Removal:
    """Lets an entry be taken off the list.

    Args:
        entry_id: Key of the entry.
        author: Who orders it.
        facts: The debtor's facts.
        kind: Whether it should not have been made, or its ground is gone.
        restrictions: How the debtor's restrictions stand, which stay as they are.
        now: The instant of receipt.

    Raises:
        NotFound: ENTRY_NOT_FOUND.
        FailedPrecondition: ENTRY_ENDED.
    """
    at = next_instant(facts, now)
    _find_open(entry_id, author, entries_at(facts, at))
    return Removal(kind(entry_id, at), release_proposals(author, restrictions))


def _check(listing: Listing, at: datetime) -> None:
    if not listing.behaviours:
        raise ValueError("an entry names the behaviour for which somebody is listed")
    last_day = listing.last_day
    if listing.extension_years and last_day is None:
        raise invalid_fields(Violation("record.extension_years", "an entry for this behaviour has no term to extend"))
    if not 0 <= listing.extension_years <= MAX_EXTENSION_YEARS:
        raise invalid_fields(
            Violation("record.extension_years", f"a term is extended by {MAX_EXTENSION_YEARS} years at most")
        )
    if last_day is not None and end_of(last_day) <= at:
        raise invalid_fields(Violation("record.publish_date", "the entry's time was over before it was received"))


def _refuse_second(author: Author, standings: Iterable[EntryStanding]) -> None:
    if any(standing.is_open and standing.published.author == author for standing in standings):
        raise error(Reason.ENTRY_EXISTS, "This case has listed the debtor already: correct that entry instead.")


def _find_open(entry_id: str, author: Author, standings: Iterable[EntryStanding]) -> EntryStanding:
    """Finds an entry of this very author that has not ended; another's looks like one that is not there."""
    for standing in standings:
        if standing.published.entry_id == entry_id and standing.published.author == author:
            if not standing.is_open:
                raise error(Reason.ENTRY_ENDED, "The entry has ended: push a new one if it is needed.")
            return standing
    raise error(Reason.ENTRY_NOT_FOUND, "There is no such entry of this court and case: check its name.")
