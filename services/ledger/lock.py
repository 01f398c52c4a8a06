"""One process writes the log: a second one does not start.

The log would not fork if this failed, since each commit replaces the very head that the process committed last; but the
process that comes second would find the log damaged instead of merely taken.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, make_url

from xiezhi.errors import Reason, XiezhiError, error

ADVISORY_LOCK = 0x6C_65_64_67_65_72  # "ledger" in ASCII, apart from that of the migrations
"""Key of the lock in the log's PostgreSQL database."""
CONNECT_SECONDS = 3


class WriterLock:
    """The right to write one log, held until it is released or the process ends, however it ends.

    Args:
        database_url: The log's database.
        high_water: The log's high-water file.
    """

    def __init__(self, database_url: str, high_water: Path) -> None:
        url = make_url(database_url)
        paths = [high_water.with_name(f"{high_water.name}.lock")]
        self._conninfo = ""
        if url.get_backend_name() == "sqlite":
            paths.append(Path(f"{url.database}.writer"))
        else:
            self._conninfo = _conninfo(url)
        self._paths = paths
        self._files: list[int] = []
        self._connection: psycopg.Connection[Any] | None = None

    def acquire(self) -> None:
        """Takes the right.

        Raises:
            Unavailable: STORE_UNAVAILABLE, if another process has it or the database does not answer.
        """
        try:
            for path in self._paths:
                self._files.append(_lock_file(path))
            if self._conninfo:
                self._connection = _lock_database(self._conninfo)
        except BaseException:
            self.release()
            raise

    async def check(self) -> None:
        """Looks whether the right is still held, and takes it again where the connection that held it was lost.

        Raises:
            Unavailable: STORE_UNAVAILABLE, if it cannot be taken.
        """
        if self._conninfo:
            await asyncio.to_thread(self._renew)

    def release(self) -> None:
        """Gives the right up."""
        while self._files:
            os.close(self._files.pop())
        if self._connection is not None:
            # Else the server gives it up when it notices that the connection is closed, which may take it a moment.
            with suppress(psycopg.Error):
                self._connection.execute("SELECT pg_advisory_unlock(%s)", (ADVISORY_LOCK,))
            self._connection.close()
            self._connection = None

    def _renew(self) -> None:
        if self._connection is not None:
            try:
                self._connection.execute("SELECT 1")
            except psycopg.Error:
                self._connection.close()
                self._connection = None
            else:
                return
        self._connection = _lock_database(self._conninfo)


def _lock_file(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise _taken() from None
    return descriptor


def _lock_database(conninfo: str) -> psycopg.Connection[Any]:
    try:
        connection = psycopg.connect(
            conninfo, autocommit=True, connect_timeout=CONNECT_SECONDS, tcp_user_timeout=1000 * CONNECT_SECONDS
        )
    except psycopg.Error:
        raise error(Reason.STORE_UNAVAILABLE, "The database of the log does not answer.") from None
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", (ADVISORY_LOCK,)).fetchone()
    if row is None or not row[0]:
        connection.close()
        raise _taken()
    return connection


def _conninfo(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _taken() -> XiezhiError:
    return error(Reason.STORE_UNAVAILABLE, "Another process writes this log; there is one writer at a time.")
