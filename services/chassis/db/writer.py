"""Writes in groups: one thread, one connection, one commit for all writes that gathered during the last commit."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, RootTransaction

from services.chassis.db.failures import Trouble, Vanished, classify, translate, unavailable
from services.chassis.db.handoff import Job, Mailbox, Observer
from services.chassis.db.stores import Link, Store

_HOOKS = "services.chassis.db.after_commit"

logger = logging.getLogger(__name__)


class _Broken(Exception):  # noqa: N818 - never leaves this module
    """The group's transaction is lost, and with it what its functions wrote."""


def after_commit(connection: Connection, hook: Callable[[], None]) -> None:
    """Has a function called once what the running write function wrote is durable.

    It is not called if the write function fails or the commit does.

    Args:
        connection: The connection that `Database.write` gave to the write function.
        hook: Called in the writer's thread; must be quick, must not use the connection, and must not raise.

    Raises:
        RuntimeError: If the connection is not a writer's.
    """
    hooks: list[Callable[[], None]] | None = connection.info.get(_HOOKS)
    if hooks is None:
        raise RuntimeError("only a function run by Database.write has a commit to wait for")
    hooks.append(hook)


class GroupWriter:
    """Runs write functions in one thread and commits them in groups.

    Args:
        store: The database.
        max_group: Most functions of one commit.
        observer: Told the seconds of each group and the number of its writes.
    """

    def __init__(self, store: Store, *, max_group: int, observer: Observer) -> None:
        self._store = store
        self._max_group = max_group
        self._observer = observer
        self._queue: queue.SimpleQueue[Job[Any] | None] = queue.SimpleQueue()
        self._link: Link | None = None
        self._hooks: list[Callable[[], None]] = []
        self._thread = threading.Thread(target=self._run, name="db-writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many functions wait for the thread."""
        return self._queue.qsize()

    def submit(self, job: Job[Any]) -> None:
        """Queues a function."""
        self._queue.put(job)

    def close(self) -> None:
        """Runs what is queued, then ends the thread and closes its connection."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        stopping = False
        while not stopping:
            first = self._queue.get()
            if first is None:
                break
            group = [first]
            stopping = self._gather(group)
            started = time.perf_counter()
            self._commit_and_tell(group)
            self._observer("db.commit.seconds", time.perf_counter() - started)
            self._observer("db.commit.writes", len(group))
        self._drop_link()

    def _gather(self, group: list[Job[Any]]) -> bool:
        """Adds the jobs that wait by now to a group.

        Returns:
            Whether the last one was the order to stop.
        """
        while len(group) < self._max_group:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                return False
            if job is None:
                return True
            group.append(job)
        return False

    def _commit_and_tell(self, group: Sequence[Job[Any]]) -> None:
        live = [job for job in group if not job.abandoned]
        outcomes: list[tuple[object, BaseException | None]] = []
        try:
            self._commit(live, outcomes)
        except BaseException as failure:  # noqa: BLE001 - the thread must outlive it, and each caller is told
            self._drop_link()
            _fail_all(live, outcomes, failure)
        boxes: set[Mailbox] = set()
        for job, (result, failed) in zip(live, outcomes, strict=True):
            job.mailbox.post(job, result, None if failed is None else translate(failed))
            boxes.add(job.mailbox)
        for box in boxes:
            box.wake()

    def _commit(self, group: Sequence[Job[Any]], outcomes: list[tuple[object, BaseException | None]]) -> None:
        """Runs the functions, each under its own savepoint, and commits.

        Args:
            group: The functions.
            outcomes: Filled with the result or the failure of each function as it is run.

        Raises:
            Exception: Whatever loses the transaction; nothing of the group is durable then.
        """
        if not group:
            return
        self._hooks.clear()
        link = self._begin()
        transaction = link.connection.begin()
        saved = written = False
        for job in group:
            if written:
                self._store.save(link, again=saved)
                saved, written = True, False
            kept = len(self._hooks)
            try:
                outcomes.append((job.fn(link.connection), None))
                self._require_intact(link, transaction)
                written = True
            except _Broken:
                raise
            except BaseException as failure:  # noqa: BLE001 - it is the caller's, who is told
                del self._hooks[kept:]
                del outcomes[group.index(job) :]
                outcomes.append((None, failure))
                self._undo(link, transaction, saved=saved)
        transaction.commit()
        for hook in self._hooks:
            hook()
