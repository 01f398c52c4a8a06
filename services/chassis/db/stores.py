"""What the two kinds of database have in common: connections that belong to threads, and transactions.

Transactions are steered by statements sent here and not by the drivers, which would begin them late and as readers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import Connection

SAVE = "SAVEPOINT one"
RELEASE = "RELEASE SAVEPOINT one"
UNDO = "ROLLBACK TO SAVEPOINT one"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a database may keep its callers waiting.

    Attributes:
        lock: For another writer's lock.
        statement: For one statement; PostgreSQL only.
        connect: For a connection; PostgreSQL only, at least one second.
    """

    lock: timedelta = timedelta(seconds=5)
    statement: timedelta = timedelta(seconds=10)
    connect: timedelta = timedelta(seconds=3)


@dataclass(slots=True)
class Link:
    """A connection that belongs to one thread.

    Attributes:
        connection: As SQLAlchemy sees it.
        driver: As the driver does.
    """

    connection: Connection
    driver: Any

    def close(self) -> None:
        """Closes the connection and whatever is open on it; a connection already broken is forgotten."""
        try:
            self.connection.invalidate()
        finally:
            self.connection.close()


class Store(Protocol):
    """A database of one kind."""

    @property
    def is_at_hand(self) -> bool:
        """Whether a few rows are read in less time than it takes to hand the reading to a thread."""
        ...

    def connect(self, *, writes: bool, waits: bool = True) -> Link:
        """Opens a connection.

        Args:
            writes: Whether changes are made through it; otherwise the database itself refuses them.
            waits: Whether it waits for a lock; otherwise it fails at once.
        """
        ...

    def verify(self) -> None:
        """Looks whether the database still is where it was.

        Raises:
            Vanished: If it is not.
        """
        ...

    def begin(self, link: Link) -> None:
        """Begins a transaction that writes."""
        ...

    def begin_snapshot(self, link: Link) -> None:
        """Begins a transaction that sees one state of the database throughout."""
        ...

    def end(self, link: Link) -> None:
        """Ends a transaction without keeping its changes, if one is open."""
        ...

    def save(self, link: Link, *, again: bool) -> None:
        """Sets the savepoint, after releasing the former one if there is one."""
        ...

    def undo(self, link: Link) -> None:
        """Returns to the savepoint."""
        ...

    def is_writable(self, link: Link) -> bool:
        """Whether a transaction is open and has not failed."""
        ...

    def is_open(self, link: Link) -> bool:
        """Whether a transaction is open, failed or not."""
        ...

    def touch(self, connection: Connection) -> None:
        """Makes the smallest change that a commit must make durable."""
        ...

    def take_stock(self, link: Link) -> None:
        """Has the database learn how much is in its tables, where its plans depend on it; outside of a transaction."""
        ...

    def close(self) -> None:
        """Lets go of the database, after every link is closed."""
        ...
