"""Events that leave a process: written in the transaction that makes them true, delivered at least once, in order.

A change and its event are one commit, so neither exists without the other. A relay claims events under a lease, so that
a relay that dies is taken over when its lease ends; consumers are idempotent by event id. Events of one subject are
delivered in the order in which they were written, and the next one waits until the one before is delivered. An event
that fails too often becomes a dead letter: it holds its subject's later events back, because a lifting must never
overtake the measure it lifts, until an operator replays or discards it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    UniqueConstraint,
    delete,
    exists,
    select,
    update,
)

from services.chassis.db import Alike, Columns, Instant, after_commit, alike, insert_columns

LEASE = timedelta(seconds=30)
"""How long a claimed event belongs to its relay; longer than any delivery."""
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)
MOST_ATTEMPTS = 20
CLAIM_SIZE = 100

TABLE = "outbox"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened and that others are to learn.

    Attributes:
        event_id: UUID under which consumers know it again.
        topic: Where it goes, for example "approval.changed".
        subject: What its order is kept for, an opaque key of 1 to 64 bytes; never a personal value.
        payload: What is delivered; personal content sealed.
        traceparent: Trace in which it happened (W3C trace context), empty where there is none.
        due_at: Before this instant it is not delivered.
    """

    event_id: str
    topic: str
    subject: bytes
    payload: bytes
    traceparent: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that could not be delivered, as operators see it: without its payload.

    Attributes:
        event_id: The event.
        topic: Where it should have gone.
        attempts: How often delivery was tried.
        dead_at: Since when it is given up.
        error: Kind of the last failure, never its text.
    """

    event_id: str
    topic: str
    attempts: int
    dead_at: datetime
    error: str


def define_outbox(metadata: MetaData) -> Table:
    """Defines the table of a service's events.

    Args:
        metadata: The service's tables; its migrations create this one with them.
    """
    table = Table(
        TABLE,
        metadata,
        Column("sequence", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
        Column("event_id", String(36), nullable=False),
        Column("topic", String(64), nullable=False),
        Column("subject", LargeBinary(64), nullable=False),
        Column("payload", LargeBinary, nullable=False),
        Column("traceparent", String(64), nullable=False),
        Column("due_at", Instant, nullable=False),
        Column("attempts", Integer, nullable=False, default=0),
        Column("lease", String(36), nullable=False, default=""),
        Column("lease_until", Instant),
        Column("dead_at", Instant),
        Column("error", String(64), nullable=False, default=""),
        UniqueConstraint("event_id", name="outbox_event"),
        # Numbers are not given twice, so order survives the deletion of what is delivered.
        sqlite_autoincrement=True,
    )
    Index("outbox_subject", table.c.topic, table.c.subject, table.c.sequence)
    Index("outbox_due", table.c.dead_at, table.c.due_at)
    return table


class Outbox:
    """A service's events waiting to leave.

    Args:
        table: As `define_outbox` defined it.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._wake: Callable[[], None] = lambda: None

    def on_commit(self, wake: Callable[[], None]) -> None:
        """Has a function called, in the writer's thread, after each commit that wrote an event."""
        self._wake = wake

    def write(self, connection: Connection, event: Event) -> None:
        """Writes an event with the change that it tells of.

        Writers of one subject must already exclude each other, as those do who lock what they change.

        Args:
            connection: That of the write function that makes the change.
            event: The event.
        """
        self.write_all(connection, (event,))

    def write_all(self, connection: Connection, events: Sequence[Event]) -> None:
        """Writes events, many at once; else as `write`."""
        if not events:
            return
        columns: Columns = {
            "event_id": [event.event_id for event in events],
            "topic": [event.topic for event in events],
            "subject": [event.subject for event in events],
            "payload": [event.payload for event in events],
            "traceparent": alike([event.traceparent for event in events]),
            "due_at": [event.due_at for event in events],
            "attempts": Alike(0),
            "lease": Alike(""),
            "error": Alike(""),
        }
        insert_columns(connection, self._table, columns)
        after_commit(connection, self._wake)

    def claim(self, connection: Connection, *, lease: str, now: datetime) -> list[tuple[int, Event]]:
        """Claims events that are due: of each subject the first one only.

        Args:
            connection: That of a write function.
            lease: Id of the claim.
            now: The present instant.

        Returns:
            The events with their numbers of attempts, this one included.
        """
        table, earlier = self._table, self._table.alias()
        due = (
            select(table)
            .where(
                table.c.dead_at.is_(None),
                table.c.due_at <= now,
                (table.c.lease_until.is_(None)) | (table.c.lease_until <= now),
                ~exists().where(
                    earlier.c.topic == table.c.topic,
                    earlier.c.subject == table.c.subject,
                    earlier.c.sequence < table.c.sequence,
                ),
            )
            .order_by(table.c.sequence)
            .limit(CLAIM_SIZE)
            .with_for_update(skip_locked=True)
        )
        rows = connection.execute(due).all()
        if rows:
            connection.execute(
                update(table)
                .where(table.c.sequence.in_([row.sequence for row in rows]))
                .values(lease=lease, lease_until=now + LEASE, attempts=table.c.attempts + 1)
            )
        return [(row.attempts + 1, _event(row)) for row in rows]

    def delivered(self, connection: Connection, event_ids: Sequence[str], *, lease: str) -> None:
        """Forgets events that were delivered, unless another relay has taken them over meanwhile."""
        table = self._table
        connection.execute(delete(table).where(table.c.event_id.in_(event_ids), table.c.lease == lease))

    def failed(
        self, connection: Connection, event_id: str, *, lease: str, attempts: int, error: str, now: datetime
    ) -> None:
        """Puts an event back for later, or gives it up after too many attempts.

        Args:
            connection: That of a write function.
            event_id: The event.
            lease: Id of the claim.
            attempts: How often it was tried.
            error: Kind of the failure.
            now: The present instant.
        """
        table = self._table
        connection.execute(
            update(table)
            .where(table.c.event_id == event_id, table.c.lease == lease)
            .values(
                lease="",
                lease_until=None,
                due_at=now + pause(attempts),
                dead_at=now if attempts >= MOST_ATTEMPTS else None,
                error=error[:64],
            )
        )

    def dead_letters(self, connection: Connection, *, limit: int = 100) -> list[DeadLetter]:
        """Lists events that were given up, the oldest first."""
        table = self._table
        rows = connection.execute(
            select(table.c.event_id, table.c.topic, table.c.attempts, table.c.dead_at, table.c.error)
            .where(table.c.dead_at.is_not(None))
            .order_by(table.c.sequence)
            .limit(limit)
        )
        return [DeadLetter(row.event_id, row.topic, row.attempts, row.dead_at, row.error) for row in rows]

    def replay(self, connection: Connection, event_id: str, *, now: datetime) -> bool:
        """Has a dead letter delivered again from now on.

        Returns:
            Whether there was such a dead letter.
        """
        table = self._table
        result = connection.execute(
            update(table)
            .where(table.c.event_id == event_id, table.c.dead_at.is_not(None))
            .values(dead_at=None, attempts=0, due_at=now, error="")
        )
        after_commit(connection, self._wake)
        return result.rowcount == 1


def pause(attempts: int) -> timedelta:
    """Returns how long to wait after a number of failed attempts: twice as long each time, up to a limit."""
    factor: int = 2 ** min(attempts - 1, 30)
    return min(FIRST_PAUSE * factor, LONGEST_PAUSE)


def _event(row: Row[tuple[object, ...]]) -> Event:
    return Event(row.event_id, row.topic, row.subject, row.payload, row.traceparent, row.due_at)
