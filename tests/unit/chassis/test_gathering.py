"""Reading ahead: nothing is lost or turned round, nothing piles up, and every end is an end."""

import asyncio
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.gathering import CROWD, gather


class Failure(Exception):
    """What a stream of requests ends with."""


class Source:
    """Gives out numbers in bursts, and notes how many it gave and that it was closed."""

    def __init__(self, *bursts, failure=None):
        self.bursts, self.failure = bursts, failure
        self.given, self.closed = 0, False

    async def __call__(self):
        try:
            for burst in self.bursts:
                for _ in range(burst):
                    self.given += 1
                    yield self.given - 1
                await asyncio.sleep(0)
            if self.failure is not None:
                raise self.failure
        finally:
            self.closed = True


async def settle():
    """Lets everybody run who can."""
    for _ in range(20):
        await asyncio.sleep(0)


@given(
    bursts=st.lists(st.integers(0, 9), max_size=12),
    most=st.integers(1, 8),
    pauses=st.lists(st.integers(0, 4), max_size=12),
    fails=st.booleans(),
)
def test_nothing_is_lost_and_the_order_is_kept(bursts, most, pauses, fails):
    async def run():
        source = Source(*bursts, failure=Failure() if fails else None)
        groups, waits = [], iter(pauses)
        try:
            async with aclosing(gather(source(), most=most)) as gathered:
                async for group in gathered:
                    groups.append(group)
                    for _ in range(next(waits, 0)):
                        await asyncio.sleep(0)
        except Failure:
            assert fails
        else:
            assert not fails
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return groups

    groups = asyncio.run(run())
    assert [request for group in groups for request in group] == list(range(sum(bursts)))
    assert all(1 <= len(group) <= most for group in groups)


async def test_what_has_come_meanwhile_is_one_group():
    async with aclosing(gather(Source(1, 3)(), most=10)) as groups:
        assert await anext(groups) == [0]
        await settle()
        assert await anext(groups) == [1, 2, 3]
        assert await anext(groups, None) is None


async def test_whoever_is_alone_does_not_wait():
    asked = asyncio.Queue()

    async def requests():
        while True:
            yield await asked.get()

    async with aclosing(gather(requests(), most=10)) as groups:
        for number in range(3):
            asked.put_nowait(number)
            assert await asyncio.wait_for(anext(groups), 5) == [number]


@pytest.mark.parametrize("most", [1, 3])
async def test_no_more_is_read_ahead_than_there_is_room_for(most):
    source = Source(100)
    async with aclosing(gather(source(), most=most)) as groups:
        for taken in range(1, 4):
            assert len(await anext(groups)) == most
            await settle()
            assert source.given == most * (taken + 1)


async def test_a_failure_comes_after_everything_before_it():
    async with aclosing(gather(Source(2, failure=Failure())(), most=10)) as groups:
        assert await anext(groups) == [0, 1]
        with pytest.raises(Failure):
            await anext(groups)


@pytest.mark.parametrize("read", [0, 1])
async def test_whoever_goes_away_leaves_nothing_behind(read):
    source = Source(100)
    async with aclosing(gather(source(), most=3)) as groups:
        for _ in range(read):
            await anext(groups)
            await settle()
    assert source.closed is bool(read)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_reader_who_is_cancelled_while_nothing_comes_closes_the_requests():
    closed = asyncio.Event()

    async def requests():
        try:
            await asyncio.Event().wait()
            yield 0
        finally:
            closed.set()

    async def read():
        async with aclosing(gather(requests(), most=3)) as groups:
            await anext(groups)

    reading = asyncio.ensure_future(read())
    await settle()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert closed.is_set()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_group_without_room_is_refused():
    with pytest.raises(ValueError, match="one at least"):
        await anext(gather(Source(1)(), most=0))


async def test_after_a_crowd_the_next_group_waits_while_more_comes():
    asked = asyncio.Queue()

    async def source():
        while (number := await asked.get()) is not None:
            yield number

    for number in range(CROWD):
        asked.put_nowait(number)
    async with aclosing(gather(source(), most=10)) as groups:
        first = await anext(groups)
        while len(first) < CROWD:
            first += await anext(groups)
        later = asyncio.ensure_future(anext(groups))
        asked.put_nowait(10)
        await settle()
        assert not later.done()
        asked.put_nowait(11)
        assert await later == [10, 11]
        asked.put_nowait(None)
