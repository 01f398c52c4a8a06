"""PostgreSQL, by psycopg."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Connection, NullPool, create_engine, event

from services.chassis.db.failures import hide_values
from services.chassis.db.stores import RELEASE, SAVE, UNDO, Link, Timeouts

APPLICATION = "xiezhi"
"""Name under which PostgreSQL lists our connections."""


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

    @property
    def is_at_hand(self) -> bool:
        """Never: it is another process."""
        return False

    def connect(self, *, writes: bool, waits: bool = True) -> Link:
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
        link.driver.execute(f"{RELEASE};{SAVE}" if again else SAVE, prepare=False)

    def undo(self, link: Link) -> None:
        """Returns to the savepoint."""
        link.driver.execute(UNDO, prepare=False)

    def is_writable(self, link: Link) -> bool:
        """Whether a transaction is open in which no statement has failed."""
        return bool(link.driver.pgconn.transaction_status == TransactionStatus.INTRANS)

    def is_open(self, link: Link) -> bool:
        """Whether a transaction is open, failed or not."""
        return link.driver.pgconn.transaction_status in {TransactionStatus.INTRANS, TransactionStatus.INERROR}

    def touch(self, connection: Connection) -> None:
        """Takes a transaction number, which makes the commit write to the log."""
        connection.exec_driver_sql("SELECT pg_current_xact_id()")

    def take_stock(self, link: Link) -> None:
        """Counts anew: a table that was just filled is read as a whole, instead of by its index, until that is done."""
        link.driver.execute("SET statement_timeout = 0", prepare=False)
        link.driver.execute("ANALYZE", prepare=False)

    def close(self) -> None:
        """Does nothing: nothing is held beside the links."""


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
