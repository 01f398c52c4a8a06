"""Writes in groups: one thread, one connection, one commit for all writes that gathered during the last commit."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, RootTransaction

from services.chassis.db.failures import Trouble, classify, translate, unavailable
from services.chassis.db.handoff import Job, Mailbox, Observer
from services.chassis.db.stores import Link, Store

_HOOKS = "services.chassis.db.after_commit"
_ENDINGS = "services.chassis.db.before_commit"
_HANDED = "services.chassis.db.handed_in"

logger = logging.getLogger(__name__)


class _Broken(Exception):
    """The group's transaction is lost, and with it what its functions wrote; its cause is what one of them raised."""


Outcome = tuple[object, BaseException | None]
"""What a function returned, or what it raised."""


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


def before_commit(connection: Connection, ending: Callable[[Connection], None], *handed: Any) -> None:
    """Has a function called at the end of the transaction, after all write functions that share it.

    It is for locks that every writer takes: taken last and in one order they are held shortly, and transactions in
    which unrelated writes came together cannot wait for each other in a circle.

    Args:
        connection: The connection that `Database.write` gave to the write function.
        ending: A function or method; called once however often it is given, also if the write function fails after all,
            and with others in the order of their names, which all processes have in common. If it raises, nothing of
            the transaction is kept.
        handed: What the ending is to work on, which it finds by `handed_in`; that of a write function that fails is
            gone.

    Raises:
        RuntimeError: If the connection is not a writer's.
    """
    endings: dict[Callable[[Connection], None], None] | None = connection.info.get(_ENDINGS)
    if endings is None:
        raise RuntimeError("only a function run by Database.write has a commit to come before")
    endings[ending] = None
    if handed:
        connection.info[_HANDED] += [(ending, one) for one in handed]


def handed_in(connection: Connection, ending: Callable[[Connection], None]) -> list[Any]:
    """Returns what was handed in for an ending since the transaction began, in order.

    Args:
        connection: The connection that the ending is called with.
        ending: The ending.
    """
    return [one for whose, one in connection.info.get(_HANDED, ()) if whose == ending]


def _name(ending: Callable[[Connection], None]) -> str:
    """Returns what endings are called in the order of: the same in every process."""
    return f"{ending.__module__}.{getattr(ending, '__qualname__', '')}"


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
        self._endings: dict[Callable[[Connection], None], None] = {}
        self._handed: list[tuple[Callable[[Connection], None], Any]] = []
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
        if not live:
            return
        outcomes: list[Outcome] = []
        try:
            self._commit(live, outcomes)
        except BaseException as failure:  # noqa: BLE001 - the thread must outlive it, and each caller is told
            self._drop_link()
            outcomes = _fail_all(outcomes, failure, count=len(live))
        boxes: set[Mailbox] = set()
        for job, (result, failed) in zip(live, outcomes, strict=True):
            job.mailbox.post(job, result, None if failed is None else translate(failed))
            boxes.add(job.mailbox)
        for box in boxes:
            box.wake()

    def _commit(self, group: Sequence[Job[Any]], outcomes: list[Outcome]) -> None:
        """Runs the functions, each so that it can be undone by itself, and commits.

        The first function needs no savepoint: nothing is lost with the transaction if it fails. Nor does one after a
        function that was undone, because the savepoint it returned to is still there.

        Args:
            group: The functions.
            outcomes: Filled with the result or the failure of each function as it is run.

        Raises:
            Exception: Whatever loses the transaction; nothing of the group may be relied on then.
        """
        self._hooks.clear()
        self._endings.clear()
        self._handed.clear()
        link = self._begin()
        transaction = link.connection.begin()
        saved = written = False
        for job in group:
            if written:
                self._store.save(link, again=saved)
                saved, written = True, False
            kept, held = len(self._hooks), len(self._handed)
            try:
                result = job.run(link.connection)
                self._require_intact(link, transaction)
            except BaseException as failure:  # noqa: BLE001 - it is the caller's, who is told
                del self._hooks[kept:], self._handed[held:]
                self._undo(link, transaction, saved=saved, failure=failure)
                outcomes.append((None, failure))
            else:
                outcomes.append((result, None))
                written = True
        for ending in sorted(self._endings, key=_name):
            ending(link.connection)
        transaction.commit()
        self._handed.clear()
        # SQLite commits to a deleted file without a word.
        self._store.verify()
        for hook in self._hooks:
            try:
                hook()
            except Exception as failure:  # noqa: BLE001 - what is durable must not be reported as failed
                logger.warning("a function called after the commit failed: %s", type(failure).__name__)

    def _begin(self) -> Link:
        """Begins a transaction, on a new connection if the one at hand was lost while it lay idle."""
        if self._link is not None:
            try:
                self._store.begin(self._link)
            except Exception as failure:
                self._drop_link()
                if classify(failure) is not Trouble.LOST:
                    raise
            else:
                return self._link
        self._link = self._store.connect(writes=True)
        self._link.connection.info[_HOOKS] = self._hooks
        self._link.connection.info[_ENDINGS] = self._endings
        self._link.connection.info[_HANDED] = self._handed
        self._store.begin(self._link)
        return self._link

    def _require_intact(self, link: Link, transaction: RootTransaction) -> None:
        """Looks whether the transaction still can be committed with what a function wrote.

        Raises:
            RuntimeError: If it cannot.
        """
        ours = transaction.is_active and not link.connection.in_nested_transaction()
        if not (ours and self._store.is_writable(link)):
            raise RuntimeError("a write function went on after a failed statement, or ended a transaction not its own")

    def _undo(self, link: Link, transaction: RootTransaction, *, saved: bool, failure: BaseException) -> None:
        """Undoes what the function that failed wrote, and nothing of its neighbours.

        Raises:
            _Broken: If the transaction is not there any more, or another than it was.
        """
        ours = transaction.is_active and not link.connection.in_nested_transaction()
        if not (ours and self._store.is_open(link)):
            raise _Broken from failure
        if saved:
            self._store.undo(link)
        else:
            self._store.end(link)
            self._store.begin(link)

    def _drop_link(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            with contextlib.suppress(Exception):
                link.close()


def _fail_all(outcomes: Sequence[Outcome], failure: BaseException, *, count: int) -> list[Outcome]:
    """Makes the outcomes of a group whose transaction is lost.

    A function that had failed by itself keeps its failure. The one that broke the transaction is told its own. All
    others are told that the database cannot be used, though a connection lost in the commit leaves open whether they
    were written: writes are made to be repeated.

    Args:
        outcomes: Of the functions run before the transaction was lost.
        failure: What lost it.
        count: Number of functions in the group.
    """
    cause = failure.__cause__ if isinstance(failure, _Broken) and failure.__cause__ is not None else failure
    trouble = classify(cause)
    logger.warning("commit of %d writes failed: %s", count, trouble.name if trouble else type(cause).__name__)
    told: list[Outcome] = [(None, own or unavailable(trouble or Trouble.BROKEN)) for _, own in outcomes]
    told += [(None, unavailable(trouble or Trouble.BROKEN)) for _ in range(count - len(outcomes))]
    if trouble is None and isinstance(failure, _Broken):
        told[len(outcomes)] = (None, cause)
    elif trouble is None and count == 1 and not (outcomes and outcomes[0][1]):
        told[0] = (None, cause)
    return told
