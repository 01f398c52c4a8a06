"""Follows a feed of notices over breaks of the connection, as any post does."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from xiezhi.errors import DeadlineExceeded, Unavailable

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
"""Seconds before the stream is opened again after the exchange was away."""

N = TypeVar("N")


@dataclass(slots=True)
class Following(ABC, Generic[N]):
    """Follows the notices of the caller's post.

    Attributes:
        stub: The caller's connection.
        cursor: That of the last notice that was handed out; empty before the first.
        sleep: Waits so many seconds.
    """

    stub: Any
    cursor: str = ""
    sleep: Callable[[float], None] = time.sleep

    def next_group(self, patience: timedelta) -> Sequence[N]:
        """Returns the next notices, none if there are none in time."""
        try:
            for answer in self._open(patience.total_seconds()):
                self.cursor = answer.notices[-1].cursor
                return tuple(answer.notices)
        except DeadlineExceeded:
            pass
        return ()

    def follow(self) -> Iterator[Sequence[N]]:
        """Yields notices in their order until the caller stops; opens the stream again when it ends or breaks."""
        pause = FIRST_PAUSE
        while True:
            try:
                for answer in self._open(None):
                    pause = FIRST_PAUSE
                    yield answer.notices
                    self.cursor = answer.notices[-1].cursor
            except DeadlineExceeded:
                continue
            except Unavailable:
                pause = self._rest(pause)

    def acknowledge(self, notices: Sequence[N]) -> int:
        """Acknowledges notices; returns how many were not before."""
        return self._acknowledge(notices) if notices else 0

    def acknowledge_at_last(self, notices: Sequence[N]) -> None:
        """Acknowledges notices as soon as the exchange, which may be away, takes it."""
        pause, taken = FIRST_PAUSE, False
        while not taken:
            try:
                self.acknowledge(notices)
                taken = True
            except (DeadlineExceeded, Unavailable):
                pause = self._rest(pause)

    def _rest(self, pause: float) -> float:
        """Waits so many seconds; returns how many to wait the next time."""
        self.sleep(pause)
        return min(2 * pause, LONGEST_PAUSE)

    @abstractmethod
    def _acknowledge(self, notices: Sequence[N]) -> int:
        """Does so; there is one at least."""

    @abstractmethod
    def _begin(self, seconds: float | None) -> Any:
        """Opens the stream after the cursor, for so many seconds or for as long as its contract allows."""

    def _open(self, seconds: float | None) -> Iterator[Any]:
        stream = self._begin(seconds)
        try:
            yield from stream
        finally:
            stream.cancel()
