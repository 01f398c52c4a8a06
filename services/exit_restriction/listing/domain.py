"""Entries as they are kept: what a court wrote, what became of it, and how an entry stands at a moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum

from services.exit_restriction.domain import (
    Author,
    Corrected,
    Deleted,
    EntryFact,
    EntryStanding,
    Listing,
    Outcome,
    Published,
    Withdrawn,
    entries_at,
)
from services.exit_restriction.reporting import Ordered
from services.filing.domain import Contact, Party
from xiezhi.errors import Reason

MOST_SHOWN = 200
"""How many entries of a debtor in a case are shown, the newest ones."""


class RemovalKind(IntEnum):
    """Why an entry is taken off the list, the values of `xiezhi.exit_restriction.v1.RemovalKind`."""

    WITHDRAWAL = 1
    DELETION = 2


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What became of an entry.

    Attributes:
        outcome: Whether it was forwarded.
        reasons: Why it was not.
        restriction_id: Key of the restriction that began; empty where none did.
    """

    outcome: Outcome
    reasons: tuple[str, ...] = ()
    restriction_id: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What a court wrote of a debtor.

    Attributes:
        debtor: The debtor.
        listing: What decides how long the entry stands.
        content: All of it, as bytes of the contract's message.
    """

    debtor: Party
    listing: Listing
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """An entry as it was received.

    Attributes:
        entry_id: Its key, a UUID: the receipt number.
        author: The court and the case.
        at: Instant of receipt.
        written: What the court wrote.
        forwarded: What became of it.
        officer_id: The handling judge, as the court's token names them.
        handler: How to reach them.
    """

    entry_id: str
    author: Author
    at: datetime
    written: Written
    forwarded: Forwarded
    officer_id: str
    handler: Contact

    @property
    def published(self) -> Published:
        """The fact."""
        return Published(self.entry_id, self.author, self.at, self.written.listing)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """An entry was corrected.

    Attributes:
        fact: The fact.
        written: What the court writes now.
        forwarded: What became of it.
    """

    fact: Corrected
    written: Written
    forwarded: Forwarded

    @property
    def at(self) -> datetime:
        """When."""
        return self.fact.at


@dataclass(frozen=True, slots=True)
class Removed:
    """An entry was taken off the list.

    Attributes:
        fact: The fact.
    """

    fact: Withdrawn | Deleted

    @property
    def at(self) -> datetime:
        """When."""
        return self.fact.at


@dataclass(frozen=True, slots=True)
class Followed:
    """A restriction was filed later for a debtor on the list, which changes nothing of the entry itself.

    Attributes:
        at: When.
        restriction_id: Key of the restriction.
    """

    at: datetime
    restriction_id: str


Step = Rewritten | Removed | Followed
"""What happens to an entry after it was received."""


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry at a moment.

    Attributes:
        record: How it was received.
        standing: How it stands.
        written: What the court wrote, as corrected last.
        forwarded: What became of it.
    """

    record: EntryRecord
    standing: EntryStanding
    written: Written
    forwarded: Forwarded


@dataclass(frozen=True, slots=True)
class EntryFile:
    """An entry and all that happened to it.

    Attributes:
        record: How it was received.
        steps: What happened later, in order.
    """

    record: EntryRecord
    steps: tuple[Step, ...] = ()

    @property
    def facts(self) -> tuple[EntryFact, ...]:
        """All facts."""
        return (self.record.published, *(step.fact for step in self.steps if not isinstance(step, Followed)))

    @property
    def number(self) -> str:
        """Number of the debtor, as corrected last."""
        rewritten = [step for step in self.steps if isinstance(step, Rewritten)]
        return (rewritten[-1] if rewritten else self.record).written.debtor.number

    def shown(self, at: datetime) -> ShownEntry:
        """Returns the entry as it stands at a moment not before its receipt."""
        (standing,) = entries_at(self.facts, at)
        written, forwarded = self.record.written, self.record.forwarded
        for step in self.steps:
            if step.at > at:
                continue
            if isinstance(step, Rewritten):
                written, forwarded = step.written, step.forwarded
            elif isinstance(step, Followed):
                forwarded = Forwarded(Outcome.FORWARDED, restriction_id=step.restriction_id)
        return ShownEntry(self.record, standing, written, forwarded)

    def followed_by(self, step: Step) -> EntryFile:
        """Returns the file with one more step."""
        return replace(self, steps=(*self.steps, step))


@dataclass(frozen=True, slots=True)
class Push:
    """An entry that a court pushes.

    Attributes:
        ordered: Who is listed by which case, and what is ordered of them.
        written: What the court writes.
        officer_id: The handling judge.
        handler: How to reach them.
    """

    ordered: Ordered
    written: Written
    officer_id: str
    handler: Contact

    @property
    def key(self) -> DebtorKey:
        """Whom it lists, in which case."""
        return self.ordered.author, self.written.debtor.number


DebtorKey = tuple[Author, str]
"""A debtor in a case: the court and the case, and the debtor's number."""


def reasons_of(reasons: Iterable[Reason]) -> tuple[str, ...]:
    """Returns reasons as they are kept and told."""
    return tuple(reason.value for reason in reasons)
