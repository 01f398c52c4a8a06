"""Files that operators replace while a process runs: keys, revocation lists, registers of keys."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")

INTERVAL_SECONDS = 0.2
"""How long a change may go unseen: looking at the files costs some microseconds, so not every call does."""


class WatchedFiles(Generic[T]):
    """A value read from files and read again when one of them changes.

    A file that has vanished or cannot be read raises at the next use: nothing is decided on what an operator
    has taken away.

    Args:
        paths: The files.
        read: Reads the value from them.
        monotonic: Source of the time in seconds that the interval is measured by.
    """

    def __init__(
        self,
        paths: tuple[Path, ...],
        read: Callable[[], T],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._paths = paths
        self._read = read
        self._monotonic = monotonic
        self._stamp = self._look()
        self._value = read()
        self._next_look = monotonic() + INTERVAL_SECONDS
        self.version = 0
        """Counts the changes seen: what was derived from an earlier version is stale."""

    def get(self) -> T:
        """Returns the current value.

        Raises:
            OSError: If a file has vanished or cannot be read.
        """
        now = self._monotonic()
        if now >= self._next_look:
            stamp = self._look()
            if stamp != self._stamp:
                self._value = self._read()
                self._stamp = stamp
                self.version += 1
            self._next_look = now + INTERVAL_SECONDS
        return self._value

    def _look(self) -> tuple[tuple[int, int, int], ...]:
        stats = (path.stat() for path in self._paths)
        return tuple((s.st_ino, s.st_size, s.st_mtime_ns) for s in stats)
