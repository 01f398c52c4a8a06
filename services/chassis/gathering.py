"""Streams of many small requests, read ahead so that whoever works on them works on groups."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

T = TypeVar("T")


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
    waiting: list[T] = []
    come, room = asyncio.Event(), asyncio.Event()

    async def read() -> None:
        async for request in requests:
            waiting.append(request)
            come.set()
            if len(waiting) == most:
                room.clear()
                await room.wait()

    reader = asyncio.ensure_future(read())
    reader.add_done_callback(lambda _: come.set())
    try:
        while waiting or not reader.done():
            if not waiting:
                come.clear()
                await come.wait()
                continue
            group = waiting.copy()
            waiting.clear()
            room.set()
            yield group
        await reader
    finally:
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
        if isinstance(requests, AsyncGenerator):
            await requests.aclose()
