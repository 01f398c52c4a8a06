"""The two kinds of database: how each is connected to, and how its transactions are steered.

Transactions are steered by statements sent here and not by the drivers, which would begin them late and as readers.
"""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Connection, NullPool, create_engine, event, make_url

from services.chassis.db.failures import Vanished, hide_values

APPLICATION = "xiezhi"
"""Name under which PostgreSQL lists our connections."""

_SAVE = "SAVEPOINT one"
_RELEASE = "RELEASE SAVEPOINT one"
_UNDO = "ROLLBACK TO SAVEPOINT one"
_SQLITE_PAGES = 8_000
"""Cache of one connection, in KiB."""


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

    def connect(self, *, writes: bool) -> Link:
        """Opens a connection; without `writes` the database itself refuses every change made through it."""
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

    def close(self) -> None:
        """Lets go of the database, after every link is closed."""
        ...


class SqliteStore:
    """A SQLite database in one file, in write-ahead logging, made durable at every commit.

    Args:
        url: Names the file by its absolute path.
        timeouts: How long to wait for its lock.

    Raises:
        ValueError: If the URL names no file by an absolute path.
    """

    def __init__(self, url: URL, timeouts: Timeouts) -> None:
        if not url.database or not Path(url.database).is_absolute():
            raise ValueError("a SQLite database is named by an absolute path: sqlite:////var/lib/xiezhi/x.db")
        self.path = Path(url.database)
        self._wal = Path(f"{url.database}-wal")
        self._seen: tuple[tuple[int, int], ...] | None = None
        self._anchor: sqlite3.Connection | None = None
        self._anchoring = threading.Lock()
        self._timeouts = timeouts
        self._engine = create_engine(url, creator=self._open, poolclass=NullPool, hide_parameters=True)

    def _open(self) -> sqlite3.Connection:
        # Mode rw: a file that has gone must not come back empty.
        return sqlite3.connect(
            f"{self.path.as_uri()}?mode=rw",
            uri=True,
            isolation_level=None,
            timeout=self._timeouts.lock.total_seconds(),
            check_same_thread=False,
            cached_statements=512,
        )

    def connect(self, *, writes: bool) -> Link:
        """Opens a connection to the file, which must be there."""
        self.verify()
        self._hold()
        connection = self._engine.connect()
        driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
        try:
            driver.execute("PRAGMA synchronous=FULL")
            driver.execute("PRAGMA foreign_keys=ON")
            driver.execute(f"PRAGMA cache_size=-{_SQLITE_PAGES}")
            if not writes:
                driver.execute("PRAGMA query_only=ON")
        except BaseException:
            connection.close()
            raise
        return Link(connection, driver)

    def _hold(self) -> None:
        """Opens a connection that stays: the last one to close deletes the log, by which the database is known."""
        with self._anchoring:
            if self._anchor is not None:
                return
            anchor = self._open()
            try:
                mode = anchor.execute("PRAGMA journal_mode=WAL").fetchone()[0]
                if mode != "wal":
                    raise ValueError(f"the file system does not allow write-ahead logging, only {mode}")
                anchor.execute("SELECT count(*) FROM sqlite_schema").fetchone()
                self._seen = self._look()
            except BaseException:
                anchor.close()
                raise
            self._anchor = anchor

    def verify(self) -> None:
        """Looks whether the file and its log are those seen first: SQLite itself goes on with a deleted file."""
        if self._seen is not None and self._look() != self._seen:
            raise Vanished

    def _look(self) -> tuple[tuple[int, int], ...]:
        try:
            stats = (self.path.stat(), self._wal.stat())
        except FileNotFoundError:
            raise Vanished from None
        return tuple((s.st_dev, s.st_ino) for s in stats)

    def begin(self, link: Link) -> None:
        """Begins a transaction that holds the writer's lock from the start."""
        link.driver.execute("BEGIN IMMEDIATE")

    def begin_snapshot(self, link: Link) -> None:
        """Begins a transaction that sees the state of its first statement throughout."""
        link.driver.execute("BEGIN")

    def end(self, link: Link) -> None:
        """Ends a transaction without keeping its changes, if one is open."""
        if link.driver.in_transaction:
            link.driver.execute("ROLLBACK")

    def save(self, link: Link, *, again: bool) -> None:
        """Sets the savepoint, after releasing the former one if there is one."""
        if again:
            link.driver.execute(_RELEASE)
        link.driver.execute(_SAVE)

    def undo(self, link: Link) -> None:
        """Returns to the savepoint."""
        link.driver.execute(_UNDO)

    def is_writable(self, link: Link) -> bool:
        """Whether a transaction is open: SQLite ends it by itself when the disk is full or fails."""
        return bool(link.driver.in_transaction)

    def is_open(self, link: Link) -> bool:
        """Whether a transaction is open."""
        return bool(link.driver.in_transaction)

    def touch(self, connection: Connection) -> None:
        """Writes the page that holds the user version, which nothing here uses."""
        connection.exec_driver_sql("PRAGMA user_version=1")

    def close(self) -> None:
        """Closes the connection that held the log."""
        with self._anchoring:
            if self._anchor is not None:
                self._anchor.close()
                self._anchor = None


class PostgresStore:
    """A PostgreSQL database.

    Args:
        url: Names it.
        timeouts: How long to wait for it.
    """

    def __init__(self, url: URL, timeouts: Timeouts) -> None:
        self._engine = create_engine(
            url, poolclass=NullPool, hide_parameters=True, connect_args=_postgres_arguments(url, timeouts)
        )
        hide_values(self._engine)
        event.listen(self._engine, "connect", _require_durability)

    def connect(self, *, writes: bool) -> Link:
        """Opens a connection."""
        connection = self._engine.connect()
        driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
        if not writes:
            driver.execute("SET default_transaction_read_only = on")
        return Link(connection, driver)

    def verify(self) -> None:
        """Does nothing: a lost server shows in the first statement."""

    def begin(self, link: Link) -> None:
        """Begins a transaction."""
        link.driver.execute("BEGIN", prepare=False)

    def begin_snapshot(self, link: Link) -> None:
        """Begins a transaction that sees the state of its first statement throughout."""
        link.driver.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", prepare=False)

    def end(self, link: Link) -> None:
        """Ends a transaction without keeping its changes, if one is open."""
        if self.is_open(link):
            link.driver.execute("ROLLBACK", prepare=False)

    def save(self, link: Link, *, again: bool) -> None:
        """Sets the savepoint, after releasing the former one if there is one, in one round trip."""
        link.driver.execute(f"{_RELEASE};{_SAVE}" if again else _SAVE, prepare=False)

    def undo(self, link: Link) -> None:
        """Returns to the savepoint."""
        link.driver.execute(_UNDO, prepare=False)

    def is_writable(self, link: Link) -> bool:
        """Whether a transaction is open in which no statement has failed."""
        return bool(link.driver.pgconn.transaction_status == TransactionStatus.INTRANS)

    def is_open(self, link: Link) -> bool:
        """Whether a transaction is open, failed or not."""
        return link.driver.pgconn.transaction_status in {TransactionStatus.INTRANS, TransactionStatus.INERROR}

    def touch(self, connection: Connection) -> None:
        """Takes a transaction number, which makes the commit write to the log."""
        connection.exec_driver_sql("SELECT pg_current_xact_id()")

    def close(self) -> None:
        """Does nothing: nothing is held beside the links."""


def make_store(url: str, timeouts: Timeouts) -> Store:
    """Makes the store that a URL names, without connecting to it yet.

    Args:
        url: "sqlite:////absolute/path.db" or "postgresql+psycopg://...".
        timeouts: How long it may keep its callers waiting.

    Raises:
        ValueError: If the URL is of another kind; its text, which may hold a password, is not repeated.
    """
    parsed = make_url(url)
    if parsed.drivername in {"sqlite", "sqlite+pysqlite"}:
        return SqliteStore(parsed, timeouts)
    if parsed.drivername == "postgresql+psycopg":
        return PostgresStore(parsed, timeouts)
    raise ValueError("a database is either sqlite:////absolute/path.db or postgresql+psycopg://...")


def _postgres_arguments(url: URL, timeouts: Timeouts) -> dict[str, Any]:
    """Makes the arguments of a connection; autocommit, because transactions are begun by statements of our own."""
    limits = {
        "statement_timeout": timeouts.statement,
        "lock_timeout": timeouts.lock,
        "idle_in_transaction_session_timeout": timeouts.statement * 3,
    }
    options = [str(url.query["options"])] if "options" in url.query else []
    options += [f"-c {name}={limit // timedelta(milliseconds=1)}" for name, limit in limits.items()]
    return {
        "autocommit": True,
        "application_name": APPLICATION,
        "connect_timeout": max(1, round(timeouts.connect.total_seconds())),
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
        "options": " ".join(options),
    }


def _require_durability(connection: psycopg.Connection[Any], record: object) -> None:
    """Undoes a server-wide asynchronous commit: what was answered must outlive a crash."""
    del record
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )
