"""Streams of many small requests, read ahead so that whoever works on them works on groups."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Generic, TypeVar

T = TypeVar("T")

CROWD = 4
LULL = 0.002
LONGEST = 0.02
"""After a group of so many requests the next one gathers until nothing has come for a lull, or for so long at most,
seconds: what is done once for each group is done less often then. Whoever sends few does not wait."""


async def gather(requests: AsyncIterator[T], *, most: int) -> AsyncGenerator[list[T], None]:
    """Yields everything that has come since the last group: one request at once while idle, many under load.

    What fails the requests is raised after the groups of those before it. To be closed with `aclosing`, which ends the
    reading.

    Args:
        requests: The requests.
        most: The largest group, and how many requests are read ahead beside it; at least 1.

    Yields:
        Requests in their order, at least one.

    Raises:
        ValueError: If `most` leaves no room for any.
    """
    if most < 1:
        raise ValueError("a group has room for one at least")
    ahead = _Ahead(requests, most=most)
    try:
        while group := await ahead.take():
            yield group
        await ahead.reader
    finally:
        ahead.reader.cancel()
        await asyncio.gather(ahead.reader, return_exceptions=True)
        if isinstance(requests, AsyncGenerator):
            await requests.aclose()


class _Ahead(Generic[T]):
    """Requests that were read and not taken yet.

    Args:
        requests: The requests.
        most: How many are read ahead.

    Attributes:
        reader: Reads them.
    """

    def __init__(self, requests: AsyncIterator[T], *, most: int) -> None:
        self._requests = requests
        self._most = most
        self._waiting: list[T] = []
        self._come, self._room = asyncio.Event(), asyncio.Event()
        self._crowded = False
        self.reader = asyncio.ensure_future(self._read())
        self.reader.add_done_callback(lambda _: self._come.set())

    async def take(self) -> list[T]:
        """Waits for requests; none when all are taken and no more come."""
        while not self._waiting and not self.reader.done():
            self._come.clear()
            await self._come.wait()
        if self._crowded:
            await self._linger()
        group = self._waiting.copy()
        self._waiting.clear()
        self._room.set()
        self._crowded = len(group) >= CROWD
        return group

    async def _linger(self) -> None:
        """Lets more of them come."""
        loop = asyncio.get_running_loop()
        ends, former = loop.time() + LONGEST, 0
        while former < len(self._waiting) < self._most and not self.reader.done() and loop.time() < ends:
            former = len(self._waiting)
            await asyncio.sleep(LULL)

    async def _read(self) -> None:
        async for request in self._requests:
            self._waiting.append(request)
            self._come.set()
            if len(self._waiting) == self._most:
                self._room.clear()
                await self._room.wait()
