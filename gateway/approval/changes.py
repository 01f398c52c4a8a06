"""Tells those who watch an approval, within this process, that it has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Changes:
    """Who watches which approval."""

    def __init__(self) -> None:
        self._watchers: dict[str, dict[asyncio.Event, asyncio.AbstractEventLoop]] = {}

    @contextmanager
    def follow(self, name: str) -> Iterator[asyncio.Event]:
        """Yields an event that is set after each change of an approval.

        Args:
            name: Name of the approval.
        """
        changed = asyncio.Event()
        watchers = self._watchers.setdefault(name, {})
        watchers[changed] = asyncio.get_running_loop()
        try:
            yield changed
        finally:
            del watchers[changed]
            if not watchers and self._watchers.get(name) is watchers:
                del self._watchers[name]

    def announce(self, name: str) -> None:
        """Tells that an approval has changed, from any thread."""
        for changed, loop in tuple(self._watchers.get(name, {}).items()):
            # A loop that is closed has nobody left who watches.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(changed.set)
