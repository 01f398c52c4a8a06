"""The list of dishonest debtors (失信被执行人名单): which entries stand at any moment, as the facts alone tell.

An entry and a restriction are two things. When an entry ends, it is proposed to the court that it release the person;
released they are only by its assistance notice (R-1.14).

Source:
    法释〔2017〕7号 arts 1, 2, 10.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import IntEnum

from services.codes.terms import corresponding_day, end_of
from services.exit_restriction.domain.restrictions import Standing
from services.filing.domain import Author

TERM_YEARS = 2
"""Term of an entry for any of the behaviours (2) to (6)."""

MAX_EXTENSION_YEARS = 3
"""By how many years at most that term is extended, all extensions together."""


class Behaviour(IntEnum):
    """Why somebody is listed, by the numbers of 法释〔2017〕7号 art 1.

    The values are those of `xiezhi.exit_restriction.v1.DishonestBehaviour`.
    """

    REFUSES_THOUGH_ABLE = 1
    OBSTRUCTS = 2
    EVADES = 3
    BREAKS_PROPERTY_REPORTING = 4
    BREAKS_CONSUMPTION_LIMIT = 5
    BREAKS_SETTLEMENT = 6


class EntryState(IntEnum):
    """State of an entry at a moment, the values of `xiezhi.exit_restriction.v1.EntryState`.

    In the first two it is on the list.
    """

    PUBLISHED = 1
    CORRECTED = 2
    WITHDRAWN = 3
    DELETED = 4
    EXPIRED = 5


@dataclass(frozen=True, slots=True)
class Listing:
    """What decides how long an entry stands.

    Attributes:
        behaviours: Why somebody is listed, at least one.
        published_on: Day of publication, from which the term runs, in Asia/Shanghai.
        extension_years: By how many years the term is extended, 0 to `MAX_EXTENSION_YEARS`.
    """

    behaviours: frozenset[Behaviour]
    published_on: date
    extension_years: int = 0

    @property
    def last_day(self) -> date | None:
        """Last day of the term, inclusive; None of one for (1) alone, which has no term and ends with performance.

        Where (1) comes together with another behaviour the entry has the term of that one: the notice wants an end.
        """
        if self.behaviours <= {Behaviour.REFUSES_THOUGH_ABLE}:
            return None
        return corresponding_day(self.published_on, (TERM_YEARS + self.extension_years) * 12)


@dataclass(frozen=True, slots=True)
class Published:
    """A debtor was put on the list.

    Attributes:
        entry_id: Key of the entry.
        author: The court and the case that list.
        at: Instant of receipt.
        listing: What the court wrote.
    """

    entry_id: str
    author: Author
    at: datetime
    listing: Listing


@dataclass(frozen=True, slots=True)
class Corrected:
    """An entry was wrong, and stands corrected from now on (更正).

    Attributes:
        entry_id: Key of the entry.
        at: Instant of receipt.
        listing: What the court writes now.
    """

    entry_id: str
    at: datetime
    listing: Listing


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """An entry should not have been made and was withdrawn (撤销).

    Attributes:
        entry_id: Key of the entry.
        at: Instant.
    """

    entry_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Deleted:
    """The ground of an entry is gone, as by performance, and it was deleted (删除).

    Attributes:
        entry_id: Key of the entry.
        at: Instant.
    """

    entry_id: str
    at: datetime


EntryFact = Published | Corrected | Withdrawn | Deleted
"""Any of them."""


@dataclass(frozen=True, slots=True)
class EntryStanding:
    """How an entry stands at a moment.

    Attributes:
        published: How it was made.
        state: Its state.
        listing: What the court wrote, as corrected last.
        ended_at: Instant at which it ended, for whatever reason; None while it has not.
    """

    published: Published
    state: EntryState
    listing: Listing
    ended_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is on the list."""
        return self.ended_at is None


@dataclass(frozen=True, slots=True)
class ReleaseProposal:
    """What the court is asked to consider when an entry has ended: to release the person too.

    Attributes:
        restriction_id: Key of the restriction that is still open.
        author: The court and the case, to whom it is proposed.
    """

    restriction_id: str
    author: Author


def entries_at(facts: Iterable[EntryFact], moment: datetime) -> tuple[EntryStanding, ...]:
    """Tells how each entry of a debtor stands at a moment.

    A fact about an entry that has ended changes nothing: `entries` lets none of these in.

    Args:
        facts: The debtor's facts in any order; those after the moment are not looked at.
        moment: An aware instant, of the past, present or future.

    Returns:
        All entries made until then, in the order of receipt.
    """
    entries: dict[str, EntryStanding] = {}
    for fact in sorted((fact for fact in facts if fact.at <= moment), key=_order):
        known = entries.get(fact.entry_id)
        if isinstance(fact, Published):
            if known is None:
                entries[fact.entry_id] = EntryStanding(fact, EntryState.PUBLISHED, fact.listing)
        elif known is not None:
            entries[fact.entry_id] = _after(_expired_by(known, fact.at), fact)
    return tuple(_expired_by(standing, moment) for standing in entries.values())


def release_proposals(author: Author, standings: Iterable[Standing]) -> tuple[ReleaseProposal, ...]:
    """Returns the releases to propose to a court one of whose entries has ended, and none to any other court.

    Args:
        author: The court and the case of the entry.
        standings: How the person's restrictions stand.
    """
    return tuple(
        ReleaseProposal(standing.filed.restriction_id, author)
        for standing in standings
        if standing.is_open and standing.filed.author == author
    )


# Of facts at one instant: what is published is there before it can be changed, and what ends it comes last.
_KINDS: tuple[type[EntryFact], ...] = (Published, Corrected, Withdrawn, Deleted)


def _order(fact: EntryFact) -> tuple[datetime, int, str]:
    return fact.at, _KINDS.index(type(fact)), fact.entry_id


def _expired_by(standing: EntryStanding, moment: datetime) -> EntryStanding:
    last_day = standing.listing.last_day
    if not standing.is_open or last_day is None or moment < end_of(last_day):
        return standing
    return replace(standing, state=EntryState.EXPIRED, ended_at=end_of(last_day))


def _after(standing: EntryStanding, fact: Corrected | Withdrawn | Deleted) -> EntryStanding:
    """Returns how an entry stands after a fact, which changes nothing of one that has ended."""
    if not standing.is_open:
        return standing
    if isinstance(fact, Corrected):
        return replace(standing, state=EntryState.CORRECTED, listing=fact.listing)
    state = EntryState.WITHDRAWN if isinstance(fact, Withdrawn) else EntryState.DELETED
    return replace(standing, state=state, ended_at=fact.at)
