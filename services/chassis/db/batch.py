"""Point reads of concurrent callers, answered together by one query."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import Connection

from services.chassis.db.database import Database
from services.chassis.db.failures import classify, repeat
from services.chassis.db.handoff import Mailbox, settle

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MAX_KEYS = 256

Fetch = Callable[[Connection, Sequence[K]], Mapping[K, V]]
"""Reads the values of keys, each key once, in one statement; a key without a value is left out."""


class BatchReader(Generic[K, V]):
    """Answers reads by key; those of one turn of the event loop share a query.

    While a query runs in a thread, further keys gather for the next one. A read never joins a query that was sent
    before it, so it sees everything that was committed before it was called.

    Args:
        database: Where to read.
        fetch: Reads the values; runs in a thread of the database.
        max_keys: Most keys of one query.
    """

    def __init__(self, database: Database, fetch: Fetch[K, V], *, max_keys: int = MAX_KEYS) -> None:
        self._database = database
        self._fetch = fetch
        self._max_keys = max_keys
        self._waiting: dict[K, list[asyncio.Future[V | None]]] = {}
        self._flying = False

    async def get(self, key: K) -> V | None:
        """Reads the value of a key.

        Args:
            key: The key.

        Returns:
            The value, which other callers may have received too; None if there is none.

        Raises:
            XiezhiError: STORE_UNAVAILABLE if the database cannot be used, SHUTTING_DOWN after it was closed.
        """
        started = time.perf_counter()
        future = self._ask(key)
        try:
            return await future
        finally:
            self._database.observe("db.read.seconds", time.perf_counter() - started)

    async def get_many(self, keys: Iterable[K]) -> dict[K, V]:
        """Reads the values of several keys.

        Args:
            keys: The keys; repeated ones are read once.

        Returns:
            The values by key, in the order of the keys; a key without a value is left out.

        Raises:
            XiezhiError: As `get`.
        """
        started = time.perf_counter()
        futures = {key: self._ask(key) for key in dict.fromkeys(keys)}
        try:
            # Gathering costs ten times what is gathered where there is but one.
            values = (
                await asyncio.gather(*futures.values()) if len(futures) > 1 else [await f for f in futures.values()]
            )
        finally:
            self._database.observe("db.read.seconds", time.perf_counter() - started)
        return {key: value for key, value in zip(futures, values, strict=True) if value is not None}

    def _ask(self, key: K) -> asyncio.Future[V | None]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[V | None] = loop.create_future()
        self._waiting.setdefault(key, []).append(future)
        if not self._flying:
            self._flying = True
            # Not now: the other calls that this turn of the loop woke are to come along.
            loop.call_soon(self._fly)
        return future

    def _fly(self) -> None:
        """Sends a query for the keys that wait, if any still do."""
        boarding: dict[K, list[asyncio.Future[V | None]]] = {}
        while self._waiting and len(boarding) < self._max_keys:
            key = next(iter(self._waiting))
            futures = [future for future in self._waiting.pop(key) if not future.done()]
            if futures:
                boarding[key] = futures
        if not boarding:
            self._flying = False
            return
        self._database.observe("db.batch.keys", len(boarding))
        flight = _Flight(boarding, fetch=self._fetch, mailbox=self._database.mailbox(), landed=self._fly)
        try:
            self._database.send_keys(flight)
        except Exception as failure:  # noqa: BLE001 - it is for those who wait
            flight.finish(None, failure)


class _Flight(Generic[K, V]):
    """One query under way.

    Args:
        waiting: Who waits, by key.
        fetch: Reads the values.
        mailbox: Where the result goes.
        landed: Called when all who waited have been told.
    """

    __slots__ = ("_fetch", "_landed", "_waiting", "mailbox")

    def __init__(
        self,
        waiting: dict[K, list[asyncio.Future[V | None]]],
        *,
        fetch: Fetch[K, V],
        mailbox: Mailbox,
        landed: Callable[[], None],
    ) -> None:
        self._waiting = waiting
        self._fetch = fetch
        self._landed = landed
        self.mailbox = mailbox

    @property
    def snapshot(self) -> bool:
        """One statement needs none."""
        return False

    @property
    def abandoned(self) -> bool:
        """Never: those who wait for the next query wait for this one to land."""
        return False

    def run(self, connection: Connection) -> _Values[K, V]:
        """Reads the values; keys that cannot be read together are read one by one, so that only the bad ones fail."""
        keys = tuple(self._waiting)
        try:
            return _Values(self._fetch(connection, keys), {})
        except Exception as failure:
            if len(keys) == 1 or classify(failure) is not None:
                raise
        found: dict[K, V] = {}
        failed: dict[K, BaseException] = {}
        for key in keys:
            try:
                found.update(self._fetch(connection, (key,)))
            except Exception as failure:
                if classify(failure) is not None:
                    raise
                failed[key] = failure
        return _Values(found, failed)

    def finish(self, result: object, failure: BaseException | None) -> None:
        """Tells those who wait, then has the next query sent."""
        values = result if isinstance(result, _Values) else _Values({}, {})
        for key, futures in self._waiting.items():
            value, failed = values.found.get(key), failure or values.failed.get(key)
            for future in futures:
                settle(future, value, failed and repeat(failed))
        self._landed()


@dataclass(frozen=True, slots=True)
class _Values(Generic[K, V]):
    """What one query found.

    Attributes:
        found: The values.
        failed: Why a key could not be read.
    """

    found: Mapping[K, V]
    failed: Mapping[K, BaseException]
