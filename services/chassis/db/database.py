"""The one way to a service's database from its event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import ArgumentError

from services.chassis.db.failures import Trouble, closed, unavailable
from services.chassis.db.handoff import Errand, Job, Mailbox, Observer, guard
from services.chassis.db.postgres import PostgresStore
from services.chassis.db.readers import LocalReader, ReaderPool
from services.chassis.db.sqlite import SqliteStore
from services.chassis.db.stores import Store, Timeouts
from services.chassis.db.writer import GroupWriter

T = TypeVar("T")

READERS = 4
"""Threads that read."""
MAX_GROUP = 64
"""Most writes of one commit; PostgreSQL keeps up to 64 subtransactions of a transaction at hand."""
_KINDS = "a database is either sqlite:////absolute/path.db or postgresql+psycopg://..."
MAX_WAITING = 4096
"""Most functions that may wait for a thread; more are refused at once instead of being answered too late."""


class Database:
    """A database: functions run on a connection in threads of its own, and are awaited in an event loop.

    What may fail is told as STORE_UNAVAILABLE: after it, a write may be repeated and a read is of no consequence.

    Args:
        store: The database.
        observer: See `open`.
        readers: Threads that read.
        max_group: Most writes of one commit.
        max_waiting: Most functions that may wait, reads and writes each.
        hands_over: See `open`.
    """

    def __init__(
        self,
        store: Store,
        *,
        observer: Observer,
        readers: int = READERS,
        max_group: int = MAX_GROUP,
        max_waiting: int = MAX_WAITING,
        hands_over: bool = False,
    ) -> None:
        self._store = store
        self._observer = guard(observer)
        self._max_waiting = max_waiting
        self._mailbox: Mailbox | None = None
        self._closed = False
        self._writer = GroupWriter(store, max_group=max_group, observer=self._observer)
        self._readers = ReaderPool(store, threads=readers)
        self._local = LocalReader(store) if store.is_at_hand and not hands_over else None

    @classmethod
    def open(
        cls,
        url: str,
        *,
        observer: Observer = lambda name, value: None,
        timeouts: Timeouts | None = None,
        readers: int = READERS,
        max_group: int = MAX_GROUP,
        max_waiting: int = MAX_WAITING,
        hands_over: bool = False,
    ) -> Database:
        """Opens a database; connections are made when the first function needs them.

        Args:
            url: "sqlite:////absolute/path.db" or "postgresql+psycopg://...".
            observer: Told measurements, by name: "db.read.seconds" and "db.write.seconds", what a caller waited, in
                the caller's task; "db.commit.seconds", "db.commit.writes" and "db.batch.keys", one commit's duration
                and its number of writes, one coalesced read's number of keys, in any thread.
            timeouts: How long the database may keep its callers waiting.
            readers: Threads that read, each with a connection.
            max_group: Most writes of one commit.
            max_waiting: Most functions that may wait, reads and writes each.
            hands_over: Whether reads by key go to a thread even where the database is at hand.

        Raises:
            ValueError: If the URL is of another kind; its text, which may hold a password, is not repeated.
        """
        store = make_store(url, timeouts or Timeouts())
        return cls(
            store,
            observer=observer,
            readers=readers,
            max_group=max_group,
            max_waiting=max_waiting,
            hands_over=hands_over,
        )

    async def read(self, fn: Callable[[Connection], T], *, snapshot: bool = True) -> T:
        """Runs a function that reads.

        Args:
            fn: The function; may be run twice if a connection was lost. Its results must not need the connection.
            snapshot: Whether its statements see one state of the database; a function of one statement needs none, and
                spares PostgreSQL two round trips.

        Raises:
            XiezhiError: STORE_UNAVAILABLE if the database cannot be used, SHUTTING_DOWN after `close`.
        """
        started = time.perf_counter()
        job = Job(fn, mailbox=self.mailbox(), snapshot=snapshot)
        self.send(job)
        try:
            return await job.future
        finally:
            self._observer("db.read.seconds", time.perf_counter() - started)

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """Runs a function that writes, and returns once what it wrote is durable.

        Functions run one after another, and those that wait at the same time share a commit. One that raises leaves
        nothing behind and does not disturb the others. Of a caller that is cancelled the function may still be run.

        Args:
            fn: The function; must neither commit nor roll back. Its results must not need the connection.

        Raises:
            XiezhiError: STORE_UNAVAILABLE if the database cannot be used, SHUTTING_DOWN after `close`. Whether `fn`
                took effect is not certain then, so what it does must bear being repeated.
        """
        started = time.perf_counter()
        self._admit(self._writer.waiting)
        job = Job(fn, mailbox=self.mailbox())
        self._writer.submit(job)
        try:
            return await job.future
        finally:
            self._observer("db.write.seconds", time.perf_counter() - started)

    async def check(self) -> None:
        """Makes sure that the database can be read and that a change becomes durable.

        Raises:
            XiezhiError: STORE_UNAVAILABLE if not.
        """
        await self.write(self._store.touch)
        await self.read(_ask)

    def close(self) -> None:
        """Runs what waits, then closes every connection; nothing is accepted any more."""
        if self._closed:
            return
        self._closed = True
        self._readers.close()
        if self._local is not None:
            self._local.close()
        self._writer.close()
        self._store.close()

    def mailbox(self) -> Mailbox:
        """Returns the mailbox of the running event loop."""
        loop = asyncio.get_running_loop()
        if self._mailbox is None or self._mailbox.loop is not loop:
            self._mailbox = Mailbox(loop)
        return self._mailbox

    def send(self, errand: Errand) -> None:
        """Queues work that only reads.

        Raises:
            XiezhiError: STORE_UNAVAILABLE if too much waits, SHUTTING_DOWN after `close`.
        """
        self._admit(self._readers.waiting)
        self._readers.submit(errand)

    def send_keys(self, errand: Errand) -> None:
        """Runs a read by a few keys at once where the database is at hand, and queues it otherwise.

        Raises:
            XiezhiError: As `send`.
        """
        self._admit(0)
        if self._local is None or not self._local.run(errand):
            self.send(errand)

    def observe(self, name: str, value: float) -> None:
        """Tells the observer a measurement."""
        self._observer(name, value)

    def _admit(self, waiting: int) -> None:
        if self._closed:
            raise closed()
        if waiting >= self._max_waiting:
            raise unavailable(Trouble.OVERLOADED)


def make_store(url: str, timeouts: Timeouts) -> Store:
    """Makes the store that a URL names, without connecting to it yet.

    Args:
        url: "sqlite:////absolute/path.db" or "postgresql+psycopg://...".
        timeouts: How long it may keep its callers waiting.

    Raises:
        ValueError: If the URL is of another kind; its text, which may hold a password, is not repeated.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ValueError(_KINDS) from None
    if parsed.drivername in {"sqlite", "sqlite+pysqlite"}:
        return SqliteStore(parsed, timeouts)
    if parsed.drivername == "postgresql+psycopg":
        return PostgresStore(parsed, timeouts)
    raise ValueError(_KINDS)


def _ask(connection: Connection) -> None:
    connection.execute(text("SELECT 1")).scalar_one()
