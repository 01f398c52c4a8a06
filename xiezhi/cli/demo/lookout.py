"""Those who are told in the demo: a connection that watches all the while, and when what came."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from xiezhi.cli.demo.narrator import Narrator
from xiezhi.cli.demo.stage import PATIENCE
from xiezhi.cli.following import Following
from xiezhi.client import Client
from xiezhi.errors import XiezhiError

PROMPT = 1.0
"""Seconds within which somebody is to hear of what happened."""

N = TypeVar("N")


@dataclass(frozen=True, slots=True)
class Arrival(Generic[N]):
    """A notice that came.

    Attributes:
        notice: The notice.
        at: When, by the monotonic clock, seconds.
    """

    notice: N
    at: float


@dataclass(slots=True)
class Lookout(Generic[N]):
    """Follows the notices of an officer's post in a thread of its own; used in a with statement.

    Attributes:
        client: The officer's own connection, which ends with the lookout.
        watcher: Follows the notices over it.
    """

    client: Client
    watcher: Following[N]
    _arrived: queue.SimpleQueue[Arrival[N]] = field(default_factory=queue.SimpleQueue)
    _thread: threading.Thread = field(init=False)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._follow, name="lookout", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()
        self._thread.join(timeout=5)

    def next_arrival(self, seconds: float) -> Arrival[N] | None:
        """Returns the next notice, None if none comes in time."""
        try:
            return self._arrived.get(timeout=seconds)
        except queue.Empty:
            return None

    def await_notice(self, wanted: Callable[[N], bool]) -> Arrival[N] | None:
        """Returns the next notice that is wanted, None if none comes in time; acknowledges it and all before it."""
        ends = time.monotonic() + PATIENCE.total_seconds()
        while (arrival := self.next_arrival(max(ends - time.monotonic(), 0))) is not None:
            self.acknowledge(arrival.notice)
            if wanted(arrival.notice):
                return arrival
        return None

    def acknowledge(self, notice: N) -> int:
        """Acknowledges a notice; returns how many were not before."""
        return self.watcher.acknowledge([notice])

    def _follow(self) -> None:
        try:
            for notices in self.watcher.follow():
                for notice in notices:
                    self._arrived.put(Arrival(notice, time.monotonic()))
        except (XiezhiError, ValueError):
            # The connection was closed, or the story misses what should have come and says so.
            return


def court_heard(narrator: Narrator, entry: dict[str, Any], *, after: float, of: str) -> None:
    """Holds the story to a court that hears promptly, and tells it.

    Args:
        narrator: Tells it.
        entry: The step's entry.
        after: How many seconds after it began the court had it.
        of: What began.

    Raises:
        StoryError: If the court hears of it late.
    """
    entry["heard_after_seconds"] = round(after, 3)
    narrator.require(entry, after < PROMPT, "the court hears of it late")
    milliseconds = 1_000 * entry["heard_after_seconds"]
    narrator.good(f"The court had it {milliseconds:,.0f} ms after the {of} began, and acknowledged.")
