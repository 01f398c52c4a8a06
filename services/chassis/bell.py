"""Wakes a task that otherwise looks from time to time."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta


class Bell:
    """What a task waits for; made in the event loop of that task."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wakes the task, from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._rung.set)

    def still(self) -> None:
        """Forgets that it was rung; before the task looks, so that what comes meanwhile wakes it again."""
        self._rung.clear()

    async def wait(self, *, longest: timedelta) -> None:
        """Waits until it is rung, or for a while.

        Args:
            longest: How long.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(longest.total_seconds()):
                await self._rung.wait()
