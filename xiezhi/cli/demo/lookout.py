"""Those who are told in the demo: a connection that watches all the while, and when what came."""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Generic, Self, TypeVar

from xiezhi.cli.following import Following
from xiezhi.client import Client
from xiezhi.errors import XiezhiError

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
