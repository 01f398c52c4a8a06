"""The lookout: one look for all, nobody woken for nothing, nobody left asleep."""

import asyncio
from contextlib import ExitStack
from datetime import timedelta

import pytest

from services.chassis.feed.lookout import Lookout
from xiezhi.errors import Reason, error

PATIENCE = 10


class Heads:
    """What there is to see."""

    def __init__(self):
        self.known = {}
        self.asked = []
        self.fails = None
        self.looked = asyncio.Event()

    async def __call__(self, addressees):
        self.asked.append(sorted(addressees))
        self.looked.set()
        if self.fails is not None:
            raise self.fails
        return {addressee: self.known[addressee] for addressee in addressees if addressee in self.known}

    async def looks(self, count):
        """Waits for so many looks more."""
        for _ in range(count):
            self.looked.clear()
            async with asyncio.timeout(PATIENCE):
                await self.looked.wait()


@pytest.fixture
async def heads():
    return Heads()


@pytest.fixture
async def lookout(heads):
    return Lookout(heads, poll=timedelta(milliseconds=1))


def waiting(watched, number):
    return asyncio.ensure_future(watched.passed(number))


async def come(task):
    async with asyncio.timeout(PATIENCE):
        await task


async def test_each_look_asks_once_for_all_that_are_followed(lookout, heads):
    names = [f"{number:03}" for number in range(100)]
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(lookout.watch(name))
        await heads.looks(3)
    assert all(asked == names for asked in heads.asked)


async def test_whoever_waits_is_woken_by_a_later_number_and_by_no_other(lookout, heads):
    with lookout.watch("a") as a, lookout.watch("b") as b:
        tasks = [waiting(a, 4), waiting(a, 5), waiting(b, 4)]
        heads.known = {"a": 5, "b": 4, "c": 9}
        await come(tasks[0])
        await heads.looks(2)
        assert [task.done() for task in tasks] == [True, False, False]
        heads.known = {"a": 6, "b": 5}
        await asyncio.gather(*map(come, tasks))


async def test_a_number_that_was_reached_before_one_waits_is_not_waited_for(lookout, heads):
    with lookout.watch("a") as watched:
        watched.reached(3)
        watched.reached(2)
        assert watched.head == 3
        await come(waiting(watched, 2))


async def test_a_commit_of_this_process_wakes_from_another_thread(heads):
    lookout = Lookout(heads, poll=timedelta(minutes=1))
    lookout.tell({"a": 1})
    with lookout.watch("a") as watched:
        task = waiting(watched, 0)
        await asyncio.to_thread(lookout.tell, {"a": 1, "b": 2})
        await come(task)
    assert heads.asked == []
    lookout.tell({"a": 2})


async def test_nobody_is_looked_for_once_the_last_has_left(lookout, heads):
    with lookout.watch("a"):
        with lookout.watch("a"), lookout.watch("b"):
            await heads.looks(1)
        heads.asked.clear()
        await heads.looks(1)
        assert heads.asked[-1] == ["a"]
    heads.asked.clear()
    await asyncio.sleep(0.01)
    assert heads.asked == []
    with lookout.watch("a"):
        await heads.looks(1)


async def test_a_database_that_is_away_wakes_nobody(lookout, heads):
    with lookout.watch("a") as watched:
        task = waiting(watched, 0)
        heads.fails = error(Reason.STORE_UNAVAILABLE, "away")
        await heads.looks(3)
        assert not task.done()
        heads.fails, heads.known = None, {"a": 1}
        await come(task)


@pytest.mark.parametrize("failure", [error(Reason.SHUTTING_DOWN, "closed"), KeyError("broken")])
async def test_whatever_else_is_wrong_has_all_look_for_themselves(lookout, heads, failure):
    with lookout.watch("a") as watched:
        heads.fails = failure
        await asyncio.gather(come(waiting(watched, 0)), come(waiting(watched, 9)))


def test_a_loop_that_was_closed_is_not_told():
    async def leave_open(stack):
        lookout = Lookout(Heads(), poll=timedelta(minutes=1))
        stack.enter_context(lookout.watch("a"))
        return lookout

    with ExitStack() as stack:
        asyncio.run(leave_open(stack)).tell({"a": 1})
