"""Hands work from event loops to threads, and results back, with as few wake-ups as possible.

A future of `loop.run_in_executor` costs two thread switches and a write to the loop's self-pipe each. Here results are
posted into a mailbox, and the loop is woken once for all that have gathered by then.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")

logger = logging.getLogger(__name__)

Observer = Callable[[str, float], None]
"""Told a measurement's name and value, in any thread: see `services.chassis.db.database.Database.open`."""


class Letter(Protocol):
    """Work whose result a loop waits for."""

    def finish(self, result: object, failure: BaseException | None) -> None:
        """Takes the result or, if it is not None, the failure; runs in the loop's thread."""
        ...


class Errand(Letter, Protocol):
    """Work to be done on a connection, in a thread."""

    @property
    def mailbox(self) -> Mailbox:
        """Where its result goes."""
        ...

    @property
    def abandoned(self) -> bool:
        """Whether all who waited for it have gone away."""
        ...

    @property
    def snapshot(self) -> bool:
        """Whether its statements must see one state of the database."""
        ...

    def run(self, connection: Connection) -> object:
        """Does the work; runs in a thread of the database."""
        ...


def guard(observer: Observer) -> Observer:
    """Makes an observer that never raises: no measurement is worth an answer."""

    def observe(name: str, value: float) -> None:
        try:
            observer(name, value)
        except Exception as failure:  # noqa: BLE001 - whatever it is, the work was done
            logger.warning("%s could not be observed: %s", name, type(failure).__name__)

    return observe


class Mailbox:
    """Results on their way to one event loop.

    Args:
        loop: The loop.
    """

    __slots__ = ("_letters", "_woken", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._letters: deque[tuple[Letter, object, BaseException | None]] = deque()
        self._woken = False

    def post(self, letter: Letter, result: object, failure: BaseException | None) -> None:
        """Puts a result into the box, from any thread; `wake` makes the loop look."""
        self._letters.append((letter, result, failure))

    def wake(self) -> None:
        """Has the loop deliver what is in the box, from any thread, once however often it is called meanwhile."""
        if self._woken:
            return
        self._woken = True
        try:
            self.loop.call_soon_threadsafe(self._deliver)
        except RuntimeError:
            # The loop is closed, so nobody waits any more.
            self._letters.clear()

    def _deliver(self) -> None:
        # Lowered first: a letter posted while this runs is either still seen below or wakes the loop again.
        self._woken = False
        while self._letters:
            letter, result, failure = self._letters.popleft()
            letter.finish(result, failure)


class Job(Generic[T]):
    """A function to be run on a connection, and the future that waits for it.

    Args:
        fn: The function.
        mailbox: Where its result goes.
        snapshot: Whether its statements must see one state of the database.
    """

    __slots__ = ("future", "mailbox", "run", "snapshot")

    def __init__(self, fn: Callable[[Connection], T], *, mailbox: Mailbox, snapshot: bool = True) -> None:
        self.run = fn
        self.mailbox = mailbox
        self.snapshot = snapshot
        self.future: asyncio.Future[T] = mailbox.loop.create_future()

    @property
    def abandoned(self) -> bool:
        """Whether the caller has gone away, so that there is nobody to run it for."""
        return self.future.cancelled()

    def finish(self, result: object, failure: BaseException | None) -> None:
        """Resolves the future, unless its caller has gone away."""
        settle(self.future, result, failure)


def settle(future: asyncio.Future[T], result: object, failure: BaseException | None) -> None:
    """Resolves a future, unless its caller has gone away.

    Args:
        future: The future, of the running loop.
        result: What it is to return.
        failure: What it is to raise instead, if it is not None.
    """
    if future.done():
        return
    if failure is None:
        future.set_result(result)  # type: ignore[arg-type]
    elif isinstance(failure, StopIteration):
        # A future refuses to carry it.
        future.set_exception(RuntimeError("a database function raised StopIteration"))
    else:
        future.set_exception(failure)
