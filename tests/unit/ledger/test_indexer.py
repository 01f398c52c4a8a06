"""The index follows the log: wholly, once, and from where it was, whatever fails in between."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from services.ledger.log import Log
from services.ledger.oversight.indexer import AT_ONCE, Indexer
from tests.unit.ledger.entries import entry, make_log, records
from xiezhi.errors import Reason, Unavailable, error

COUNT = 2 * AT_ONCE + 7


class MemoryIndex:
    """Notes which places were indexed. A failure may come before or after the effect."""

    def __init__(self) -> None:
        self.cursor = 0
        self.indexed: list[int] = []
        self.failures: list[str] = []
        self.asked = 0
        self.slow = False
        self._moved = asyncio.Event()

    async def next_index(self) -> int:
        self.asked += 1
        return self.cursor

    async def advance(self, start: int, end: int) -> int:
        await asyncio.sleep(60 if self.slow else 0)
        failure = self.failures.pop(0) if self.failures else ""
        if failure == "before":
            raise error(Reason.STORE_UNAVAILABLE, "The connection is lost.")
        if start == self.cursor:
            self.indexed += range(start, end)
            self.cursor = end
            self._moved.set()
        if failure == "after":
            raise error(Reason.STORE_UNAVAILABLE, "The connection is lost.")
        return self.cursor

    async def reach(self, place: int) -> None:
        """Waits until the cursor is at a place."""
        while self.cursor < place:
            self._moved.clear()
            await self._moved.wait()


@pytest.fixture
async def log() -> Log:
    return await make_log(*(entry(number) for number in range(COUNT)))


async def test_whoever_searches_finds_all_that_the_log_has_shown(log: Log) -> None:
    index = MemoryIndex()
    await Indexer(index, log).catch_up(COUNT)
    assert index.indexed == [*range(COUNT)]
    assert index.asked == 1


async def test_what_is_there_already_is_not_looked_at_again(log: Log) -> None:
    index = MemoryIndex()
    indexer = Indexer(index, log)
    await indexer.catch_up(COUNT)
    await indexer.catch_up(COUNT)
    await indexer.catch_up(3)
    assert (index.indexed, index.asked) == ([*range(COUNT)], 1)


async def test_many_who_search_at_once_index_each_entry_once(log: Log) -> None:
    index = MemoryIndex()
    indexer = Indexer(index, log)
    await asyncio.gather(*(indexer.catch_up(COUNT) for _ in range(5)))
    assert index.indexed == [*range(COUNT)]


@pytest.mark.parametrize("failure", ["before", "after"])
async def test_after_a_failure_it_goes_on_where_the_cursor_is(log: Log, failure: str) -> None:
    index = MemoryIndex()
    index.failures = ["", failure]
    indexer = Indexer(index, log)
    with pytest.raises(Unavailable):
        await indexer.catch_up(COUNT)
    await indexer.catch_up(COUNT)
    assert index.indexed == [*range(COUNT)]
    assert index.asked == 2


async def test_one_that_starts_goes_on_where_the_last_one_was_killed(log: Log) -> None:
    index = MemoryIndex()
    await Indexer(index, log).catch_up(AT_ONCE)
    await Indexer(index, log).catch_up(COUNT)
    assert index.indexed == [*range(COUNT)]


async def test_who_would_wait_too_long_is_told_how_far_it_is(log: Log) -> None:
    index = MemoryIndex()
    index.slow = True
    with pytest.raises(Unavailable, match=rf"0 of {COUNT:,} entries") as caught:
        await Indexer(index, log, patience=timedelta(milliseconds=5)).catch_up(COUNT)
    assert caught.value.reason is Reason.STORE_UNAVAILABLE
    assert caught.value.retry_after is not None


async def test_the_background_keeps_up_and_outlives_a_store_that_was_away(log: Log) -> None:
    index = MemoryIndex()
    index.failures = ["before"]
    following = asyncio.ensure_future(Indexer(index, log, rest=timedelta(milliseconds=1)).run())
    async with asyncio.timeout(10):
        await index.reach(COUNT)
        await log.append(records([entry()]))
        await index.reach(COUNT + 1)
    following.cancel()
    assert index.indexed == [*range(COUNT + 1)]
