"""What is told of restrictions: each change, in the transaction that makes it, to whoever keeps notices and copies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import TypeAlias

from sqlalchemy import Connection

from services.exit_restriction.domain import Filed, FilingLevel, Standing
from services.filing.domain import Contact, Party


@dataclass(frozen=True, slots=True)
class RestrictionRecord:
    """A restriction as it was filed.

    Attributes:
        filed: The fact.
        subject_id: Key of the person's subject.
        entry_id: Key of the entry of the list on which it rests.
        debtor: The person as the court named them.
        level: Level at which it was decided.
        decision_number: Number of the decision (限制出境决定书).
        officer_id: The handling judge, as the court's token names them.
        handler: How to reach them.
    """

    filed: Filed
    subject_id: int
    entry_id: str
    debtor: Party
    level: FilingLevel
    decision_number: str
    officer_id: str
    handler: Contact

    @property
    def restriction_id(self) -> str:
        """Its key, a UUID."""
        return self.filed.restriction_id

    @property
    def court_code(self) -> str:
        """The court that restricts."""
        return self.filed.author.court_code

    @property
    def case_number(self) -> str:
        """The case in which it does."""
        return self.filed.author.case_number


class Happened(IntEnum):
    """What happened to a restriction."""

    FILED = 1
    RENEWED = 2
    RELEASED = 3
    SUPERSEDED = 4


@dataclass(frozen=True, slots=True)
class RestrictionChange:
    """A change of a restriction.

    Attributes:
        happened: What happened.
        record: The restriction as it was filed.
        standing: How it stands at the change.
        at: Instant of the change.
        traceparent: Trace context of the call that made it; empty where it has none.
        numbers: Identity numbers of the person on file, where whoever made it read them under the person's lock; None
            where they did not.
    """

    happened: Happened
    record: RestrictionRecord
    standing: Standing
    at: datetime
    traceparent: str = field(default="", compare=False)
    numbers: tuple[str, ...] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ReleaseProposed:
    """The debtor was taken off the list, so that the court should release the restriction, which stays (R-1.14).

    Attributes:
        record: The restriction as it was filed.
        standing: How it stands.
        at: Instant at which the entry ended.
        traceparent: Trace context of the call that ended it; empty where it has none.
    """

    record: RestrictionRecord
    standing: Standing
    at: datetime
    traceparent: str = field(default="", compare=False)


Change: TypeAlias = RestrictionChange | ReleaseProposed
"""Either of them."""

Tell: TypeAlias = Callable[[Connection, Sequence[Change]], None]
"""Tells of changes, within the transaction that makes them and after their facts were added.

An upload changes a thousand restrictions at once, so they come together; the subjects of all of them are locked.
"""


def tell_nobody(connection: Connection, changes: Sequence[Change]) -> None:
    """Tells nobody, as long as nobody keeps notices."""
    del connection, changes
