"""SQLite: one file, write-ahead logging, durable at every commit."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from sqlalchemy import URL, Connection, NullPool, create_engine

from services.chassis.db.failures import Vanished
from services.chassis.db.stores import RELEASE, SAVE, UNDO, Link, Timeouts

_CACHE = 8_000
"""Cache of one connection, in KiB."""
_CHECKPOINT = 16_000
"""Pages, 64 MB, that the log grows by before they are copied into the file, for which the writer stops: a page that was
written again and again until then is copied once, so copying rarely costs less than copying often."""


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
        self._log = Path(f"{self.path}-wal")
        self._seen: tuple[tuple[int, int], ...] | None = None
        self._anchor: sqlite3.Connection | None = None
        self._anchoring = threading.Lock()
        self._timeouts = timeouts
        self._engine = create_engine(url, creator=self._open, poolclass=NullPool, hide_parameters=True)
        # Rows that are inserted together go in one statement: the driver lets go of the interpreter at every statement,
        # and then waits for a busy event loop to give it back.
        self._engine.dialect.use_insertmanyvalues_wo_returning = True

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

    @property
    def is_at_hand(self) -> bool:
        """Always: it is in this process, and what is read often is in memory."""
        return True

    def connect(self, *, writes: bool, waits: bool = True) -> Link:
        """Opens a connection to the file, which must be there."""
        self.verify()
        self._hold()
        connection = self._engine.connect()
        driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
        try:
            driver.execute("PRAGMA synchronous=FULL")
            driver.execute("PRAGMA foreign_keys=ON")
            driver.execute(f"PRAGMA cache_size=-{_CACHE}")
            driver.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT}")
            if not writes:
                driver.execute("PRAGMA query_only=ON")
            if not waits:
                driver.execute("PRAGMA busy_timeout=0")
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
                _require_log(anchor)
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
            stats = (self.path.stat(), self._log.stat())
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
            link.driver.execute(RELEASE)
        link.driver.execute(SAVE)

    def undo(self, link: Link) -> None:
        """Returns to the savepoint."""
        link.driver.execute(UNDO)

    def is_writable(self, link: Link) -> bool:
        """Whether a transaction is open: SQLite ends it by itself when the disk is full or fails."""
        return bool(link.driver.in_transaction)

    def is_open(self, link: Link) -> bool:
        """Whether a transaction is open."""
        return bool(link.driver.in_transaction)

    def touch(self, connection: Connection) -> None:
        """Writes the page that holds the user version, which nothing here uses."""
        connection.exec_driver_sql("PRAGMA user_version=1")

    def take_stock(self, link: Link) -> None:
        """Does nothing: it uses its indexes anyway."""

    def close(self) -> None:
        """Closes the connection that held the log."""
        with self._anchoring:
            if self._anchor is not None:
                self._anchor.close()
                self._anchor = None


def _require_log(connection: sqlite3.Connection) -> None:
    mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if mode != "wal":
        raise ValueError(f"the file system does not allow write-ahead logging, only {mode}")
