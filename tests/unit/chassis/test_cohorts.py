"""Calls that come together: who waits for whom, and for how long."""

import asyncio

import pytest

from services.chassis import cohorts as module
from services.chassis.cohorts import Cohorts, next_stage


class Bench:
    """Calls that note when they set off and stay inside until they are let go."""

    def __init__(self):
        self.cohorts = Cohorts()
        self.off = []
        self.tasks = {}
        self._ends = {}

    def call(self, name):
        self._ends[name] = asyncio.Event()
        self.tasks[name] = asyncio.ensure_future(self._run(name))

    def end(self, *names):
        for name in names:
            self._ends[name].set()

    async def _run(self, name):
        try:
            await self.cohorts.join()
            self.off.append(name)
            await self._ends[name].wait()
        finally:
            self.cohorts.leave()


async def turns(count=5):
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.fixture
def bench():
    return Bench()


@pytest.fixture
async def crowd(bench, monkeypatch):
    """Four calls under way, and pauses that no machine makes by itself."""
    monkeypatch.setattr(module, "LULL", 0.05)
    for number in range(4):
        bench.call(number)
    await turns()
    assert bench.off == [0, 1, 2, 3]
    bench.off.clear()
    return bench


async def test_who_is_alone_does_not_wait(bench):
    for name in "abc":
        bench.call(name)
        await turns()
        assert bench.off == [name]
        bench.end(name)
        await turns()
        bench.off.clear()


async def test_who_comes_while_one_is_inside_does_not_wait(bench):
    bench.call("a")
    await turns()
    bench.call("b")
    await turns()
    assert bench.off == ["a", "b"]


async def test_those_of_one_turn_set_off_together_and_stay_abreast(bench):
    seen = []

    async def run(name):
        await bench.cohorts.join()
        for stage in range(3):
            seen.append((stage, name))
            await next_stage()
        bench.cohorts.leave()

    await asyncio.gather(*map(run, "abcd"))
    assert seen == [(stage, name) for stage in range(3) for name in "abcd"]


async def test_a_cohort_waits_until_half_of_all_wait(crowd):
    for name in "abc":
        crowd.call(name)
        await turns()
        assert crowd.off == []
    crowd.call("d")
    await turns()
    assert crowd.off == ["a", "b", "c", "d"]


async def test_a_cohort_sets_off_in_a_lull(crowd, monkeypatch):
    monkeypatch.setattr(module, "LULL", 0.002)
    crowd.call("a")
    await asyncio.sleep(0.05)
    assert crowd.off == ["a"]


async def test_a_cohort_that_grows_on_sets_off_in_the_end(crowd, monkeypatch):
    monkeypatch.setattr(module, "LULL", 0.02)
    monkeypatch.setattr(module, "LONGEST", 0.03)
    for number in range(100, 160):
        crowd.call(number)
    await turns()
    crowd.off.clear()
    loop = asyncio.get_running_loop()
    began, names = loop.time(), iter(range(40))
    while not crowd.off:
        crowd.call(next(names))
        await asyncio.sleep(0.01)
    assert 0.03 <= loop.time() - began < 1
    assert crowd.off[0] == 0


async def test_who_goes_away_is_not_waited_for(crowd):
    for name in "abc":
        crowd.call(name)
    await turns()
    crowd.tasks["b"].cancel()
    await turns()
    crowd.end(0, 1)
    await turns()
    crowd.call("d")
    await turns()
    assert crowd.off == ["a", "c", "d"]
    crowd.end(*crowd.tasks)
    await asyncio.gather(*crowd.tasks.values(), return_exceptions=True)
    crowd.call("e")
    await turns()
    assert crowd.off[-1] == "e"
