"""Reads, in a few threads or where they are asked for, each place with a connection of its own that cannot write."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from datetime import timedelta

from services.chassis.db.failures import Trouble, classify, translate
from services.chassis.db.handoff import Errand
from services.chassis.db.stores import Link, Store

VERIFY = timedelta(milliseconds=50)
"""How old the knowledge may be that the database is where it was; looking costs as much as a small read."""


class ReaderPool:
    """Runs read functions in threads.

    Args:
        store: The database.
        threads: How many.
    """

    def __init__(self, store: Store, *, threads: int) -> None:
        self._store = store
        self._queue: queue.SimpleQueue[Errand | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._run, name=f"db-reader-{number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def waiting(self) -> int:
        """How many functions wait for a thread."""
        return self._queue.qsize()

    def submit(self, errand: Errand) -> None:
        """Queues a function."""
        self._queue.put(errand)

    def close(self) -> None:
        """Runs what is queued, then ends the threads and closes their connections."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        seat = _Seat(self._store)
        while (errand := self._queue.get()) is not None:
            if errand.abandoned:
                continue
            result: object = None
            failed: BaseException | None = None
            try:
                result = seat.read(errand)
            except BaseException as failure:  # noqa: BLE001 - it is the caller's, who is told
                failed = translate(failure)
            errand.mailbox.post(errand, result, failed)
            errand.mailbox.wake()
            # Neither the caller's result nor its request may live on while this thread waits.
            del errand, result, failed
        seat.leave()


class LocalReader:
    """Runs read functions where they are asked for, for a database that answers sooner than a thread takes over.

    Args:
        store: The database.
    """

    def __init__(self, store: Store) -> None:
        self._seat = _Seat(store, waits=False)

    def run(self, errand: Errand) -> bool:
        """Runs a function and delivers its result.

        Returns:
            Whether that was done; False where the database is locked, for which only a thread may wait.
        """
        result: object = None
        failed: BaseException | None = None
        try:
            result = self._seat.read(errand)
        except Exception as failure:  # noqa: BLE001 - it is the caller's, who is told
            if classify(failure) is Trouble.LOCKED:
                return False
            failed = translate(failure)
        errand.finish(result, failed)
        return True

    def close(self) -> None:
        """Closes the connection."""
        self._seat.leave()


class _Seat:
    """One thread's place at the database.

    Args:
        store: The database.
        waits: Whether it waits for a lock.
    """

    __slots__ = ("_link", "_store", "_verified", "_waits")

    def __init__(self, store: Store, *, waits: bool = True) -> None:
        self._store = store
        self._waits = waits
        self._link: Link | None = None
        self._verified = 0.0

    def read(self, errand: Errand) -> object:
        """Runs a function, a second time if the connection turns out to have been lost while it lay idle."""
        idle = self._link is not None
        try:
            return self._attempt(errand)
        except Exception as failure:
            if not idle or classify(failure) is not Trouble.LOST:
                raise
        return self._attempt(errand)

    def _attempt(self, errand: Errand) -> object:
        link = self._link
        try:
            if link is None:
                link = self._link = self._store.connect(writes=False, waits=self._waits)
            now = time.monotonic()
            if now - self._verified > VERIFY.total_seconds():
                self._store.verify()
                self._verified = now
            if not errand.snapshot:
                return errand.run(link.connection)
            self._store.begin_snapshot(link)
            result = errand.run(link.connection)
            self._store.end(link)
        except BaseException as failure:
            self._recover(failure)
            raise
        return result

    def _recover(self, failure: BaseException) -> None:
        """Makes the connection fit for the next function, by dropping it unless the failure is none of its own."""
        if self._link is None or classify(failure) is not None:
            self.leave()
            return
        try:
            self._store.end(self._link)
        except Exception:  # noqa: BLE001 - the first failure is the one to tell of
            self.leave()

    def leave(self) -> None:
        """Closes the connection."""
        link, self._link = self._link, None
        if link is not None:
            with contextlib.suppress(Exception):
                link.close()
