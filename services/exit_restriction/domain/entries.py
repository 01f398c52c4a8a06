"""Which orders of courts about an entry of the list are let in: each becomes a fact, or is refused with what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.codes.legal_time import legal_date
from services.codes.terms import end_of
from services.exit_restriction.domain.facts import Author, next_instant
from services.exit_restriction.domain.listing import (
    MAX_EXTENSION_YEARS,
    Behaviour,
    Corrected,
    Deleted,
    EntryFact,
    EntryStanding,
    EntryState,
    Extended,
    Published,
    ReleaseProposal,
    Withdrawn,
    entries_at,
    last_listed_day,
    release_proposals,
)
from services.exit_restriction.domain.restrictions import Standing
from xiezhi.errors import Reason, error


@dataclass(frozen=True, slots=True)
class EntryOrder:
    """What a court orders to be listed.

    Attributes:
        author: The court and the case.
        behaviours: Why, at least one.
        published_on: Day of publication, in Asia/Shanghai; None for the day of receipt.
        extension_years: By how many years the term is extended from the beginning, 0 to `MAX_EXTENSION_YEARS`.
    """

    author: Author
    behaviours: frozenset[Behaviour]
    published_on: date | None = None
    extension_years: int = 0


@dataclass(frozen=True, slots=True)
class Replacement:
    """An entry that takes the place of a wrong one.

    Attributes:
        corrected: The fact about the wrong one.
        published: The entry in its place, whose term runs from the day from which the wrong one's did.
    """

    corrected: Corrected
    published: Published


@dataclass(frozen=True, slots=True)
class Removal:
    """An entry that is taken off the list.

    Attributes:
        fact: The fact.
        proposals: The releases that the court is asked to consider; none of them has happened.
    """

    fact: Withdrawn | Deleted
    proposals: tuple[ReleaseProposal, ...]


def publish(order: EntryOrder, facts: Sequence[EntryFact], *, entry_id: str, now: datetime) -> Published:
    """Lets an entry in; a case has one open entry of a debtor.

    Args:
        order: The order.
        facts: The debtor's facts.
        entry_id: Key of the entry to be.
        now: The instant of receipt.

    Raises:
        AlreadyExists: ENTRY_EXISTS.
        FailedPrecondition: TERM_TOO_LONG or TERM_ENDS_BEFORE_START.
        ValueError: If no behaviour is named.
    """
    at = next_instant(facts, now)
    _refuse_second(order.author, entries_at(facts, at))
    published_on = legal_date(at) if order.published_on is None else order.published_on
    published = Published(
        entry_id,
        order.author,
        order.behaviours,
        at=at,
        published_on=published_on,
        extension_years=order.extension_years,
    )
    _check(published)
    return published


def extend_entry(entry_id: str, author: Author, facts: Sequence[EntryFact], *, years: int, now: datetime) -> Extended:
    """Lets an extension of an entry's term in.

    Args:
        entry_id: Key of the entry.
        author: Who orders it.
        facts: The debtor's facts.
        years: By how many years, from 1; all extensions together have at most `MAX_EXTENSION_YEARS`.
        now: The instant of receipt.

    Raises:
        NotFound: ENTRY_NOT_FOUND.
        FailedPrecondition: ENTRY_ENDED, TERM_TOO_LONG or TERM_ENDS_BEFORE_START.
    """
    at = next_instant(facts, now)
    standing = _find_open(entry_id, author, entries_at(facts, at))
    if years < 1:
        raise error(Reason.TERM_ENDS_BEFORE_START, "The extension has no year: name one or more.")
    _check_extension(standing.published, standing.extension_years + years)
    return Extended(entry_id, at, years)


def correct_entry(
    entry_id: str,
    author: Author,
    facts: Sequence[EntryFact],
    *,
    successor_id: str,
    behaviours: frozenset[Behaviour],
    successor_facts: Sequence[EntryFact],
    now: datetime,
) -> Replacement:
    """Lets a correction in: the wrong entry ends and another one takes its place just after it.

    Args:
        entry_id: Key of the wrong entry.
        author: Who orders it.
        facts: The facts of the debtor who is listed wrongly.
        successor_id: Key of the entry to be.
        behaviours: The right ones.
        successor_facts: The facts of the debtor who is to be listed, the same ones where the debtor stays.
        now: The instant of receipt.

    Raises:
        NotFound: ENTRY_NOT_FOUND.
        AlreadyExists: ENTRY_EXISTS.
        FailedPrecondition: ENTRY_ENDED or TERM_ENDS_BEFORE_START.
        ValueError: If no behaviour is named.
    """
    at = next_instant((*facts, *successor_facts), now)
    standing = _find_open(entry_id, author, entries_at(facts, at))
    _refuse_second(author, (s for s in entries_at(successor_facts, at) if s.published.entry_id != entry_id))
    corrected = Corrected(entry_id, at, successor_id)
    years = standing.extension_years if behaviours - {Behaviour.REFUSES_THOUGH_ABLE} else 0
    after, wrong = next_instant((corrected,), at), standing.published
    published = replace(wrong, entry_id=successor_id, behaviours=behaviours, at=after, extension_years=years)
    _check(published)
    return Replacement(corrected, published)


def withdraw_entry(
    entry_id: str, author: Author, facts: Sequence[EntryFact], *, restrictions: Iterable[Standing], now: datetime
) -> Removal:
    """Lets the withdrawal of an entry in that should not have been made.

    Args:
        entry_id: Key of the entry.
        author: Who orders it.
        facts: The debtor's facts.
        restrictions: How the debtor's restrictions stand, which stay as they are.
        now: The instant of receipt.

    Raises:
        NotFound: ENTRY_NOT_FOUND.
        FailedPrecondition: ENTRY_ENDED.
    """
    at = next_instant(facts, now)
    _find_open(entry_id, author, entries_at(facts, at))
    return Removal(Withdrawn(entry_id, at), release_proposals(author, restrictions))


def delete_entry(
    entry_id: str, author: Author, facts: Sequence[EntryFact], *, restrictions: Iterable[Standing], now: datetime
) -> Removal:
    """Lets the deletion of an entry in whose ground is gone.

    Args:
        entry_id: Key of the entry.
        author: Who orders it.
        facts: The debtor's facts.
        restrictions: How the debtor's restrictions stand, which stay as they are.
        now: The instant of receipt.

    Raises:
        NotFound: ENTRY_NOT_FOUND.
        FailedPrecondition: ENTRY_ENDED.
    """
    at = next_instant(facts, now)
    _find_open(entry_id, author, entries_at(facts, at))
    return Removal(Deleted(entry_id, at), release_proposals(author, restrictions))


def _check(published: Published) -> None:
    if not published.behaviours:
        raise ValueError("an entry names the behaviour for which somebody is listed")
    if published.extension_years:
        _check_extension(published, published.extension_years)
    last_day = last_listed_day(published, published.extension_years)
    if last_day is not None and end_of(last_day) <= published.at:
        raise error(
            Reason.TERM_ENDS_BEFORE_START,
            f"The entry's term was over on {last_day}: check publication and behaviour.",
        )


def _check_extension(published: Published, years: int) -> None:
    if last_listed_day(published, 0) is None:
        raise error(Reason.TERM_TOO_LONG, "The entry has no term that could be extended: it ends with performance.")
    if not 0 < years <= MAX_EXTENSION_YEARS:
        raise error(
            Reason.TERM_TOO_LONG, f"The term is extended by one to {MAX_EXTENSION_YEARS} years in all: shorten it."
        )


def _refuse_second(author: Author, standings: Iterable[EntryStanding]) -> None:
    if any(s.state is EntryState.PUBLISHED and s.published.author == author for s in standings):
        raise error(Reason.ENTRY_EXISTS, "This case has listed the debtor already: correct that entry instead.")


def _find_open(entry_id: str, author: Author, standings: Iterable[EntryStanding]) -> EntryStanding:
    """Finds an entry of this very author that has not ended; another's looks like one that is not there."""
    for standing in standings:
        if standing.published.entry_id == entry_id and standing.published.author == author:
            if standing.ended_at is not None:
                raise error(Reason.ENTRY_ENDED, "The entry has ended: push a new one if it is needed.")
            return standing
    raise error(Reason.ENTRY_NOT_FOUND, "There is no such entry of this court and case: check its name.")
