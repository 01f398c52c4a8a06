"""Calls that come together: who waits for whom, and for how long."""

import asyncio
from dataclasses import dataclass

import pytest

from services.chassis import cohorts as module
from services.chassis.cohorts import FOLLOWED, Cohorts, Departures, next_stage


class Bench:
    """Calls that note when they set off and stay inside until they are let go."""

    def __init__(self):
        self.cohorts = Cohorts()
        self.off = []
        self.tasks = {}
        self._ends = {}

    def call(self, name, *, followed=False):
        self._ends[name] = asyncio.Event()
        self.tasks[name] = asyncio.ensure_future(self._run(name, followed))

    def end(self, *names):
        for name in names:
            self._ends[name].set()

    async def _run(self, name, followed):
        cohort = await self.cohorts.join(followed=followed)
        try:
            self.off.append(name)
            await self._ends[name].wait()
        finally:
            self.cohorts.leave(cohort)


@dataclass
class Accompanied:
    """The part of a call that is used here."""

    company: int


async def turns(count=5):
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.fixture
def bench():
    return Bench()


@pytest.fixture
async def crowd(bench, monkeypatch):
    """Four calls under way, and no end of waiting that the test does not bring about."""
    monkeypatch.setattr(module, "LULL", 60)
    monkeypatch.setattr(module, "LONGEST", 60)
    monkeypatch.setattr(module, "PATIENCE", 60)
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
        cohort = await bench.cohorts.join()
        for stage in range(3):
            seen.append((stage, name))
            await next_stage(Accompanied(cohort.size))
        bench.cohorts.leave(cohort)

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


async def test_who_is_alone_goes_on_from_stage_to_stage():
    others = []
    asyncio.get_running_loop().call_soon(others.append, "came")
    await next_stage(Accompanied(1))
    assert others == []
    await next_stage(Accompanied(2))
    assert others == ["came"]


async def test_a_cohort_sets_off_in_a_lull(crowd, monkeypatch):
    monkeypatch.setattr(module, "LULL", 0.002)
    crowd.call("a")
    await asyncio.sleep(0.05)
    assert crowd.off == ["a"]


@pytest.mark.parametrize("followed", [False, True])
async def test_a_cohort_that_grows_on_sets_off_in_the_end(crowd, monkeypatch, followed):
    monkeypatch.setattr(module, "LULL", 0.3)
    monkeypatch.setattr(module, "LONGEST", 0.6)
    for number in range(100, 300):
        crowd.call(number)
    await turns()
    crowd.off.clear()
    loop = asyncio.get_running_loop()
    began, names = loop.time(), iter(range(200))
    while not crowd.off:
        crowd.call(next(names), followed=followed)
        await asyncio.sleep(0.01)
    assert 0.5 < loop.time() - began < 5
    assert crowd.off[0] == 0


async def test_a_cohort_sets_off_once_nobody_is_left_inside(crowd):
    crowd.call("a")
    await turns()
    crowd.end(0, 1, 2)
    await turns()
    assert crowd.off == []
    crowd.end(3)
    await turns()
    assert crowd.off == ["a"]


async def test_who_is_followed_waits_for_those_who_follow(bench, monkeypatch):
    monkeypatch.setattr(module, "LULL", 60)
    monkeypatch.setattr(module, "LONGEST", 60)
    for name in "abc":
        bench.call(name, followed=True)
        await turns()
        assert bench.off == []
    bench.call("d")
    await turns()
    assert bench.off == ["a", "b", "c", "d"]


async def test_who_is_followed_waits_on_when_others_end(crowd):
    crowd.call("a", followed=True)
    await turns()
    crowd.end(0, 1, 2, 3)
    await turns()
    assert crowd.off == []
    crowd.call("b")
    await turns()
    assert crowd.off == ["a", "b"]


async def test_the_last_one_is_followed_by_nobody(crowd):
    crowd.call("a", followed=True)
    await turns()
    crowd.call("b")
    await turns()
    assert crowd.off == []
    crowd.end(0, 1, 2, 3)
    await turns()
    assert crowd.off == ["a", "b"]


async def test_those_behind_a_call_that_went_away_are_not_waited_for(crowd):
    crowd.call("a")
    await turns()
    crowd.call("b", followed=True)
    await turns()
    crowd.tasks["b"].cancel()
    await turns()
    crowd.end(0, 1, 2, 3)
    await turns()
    assert crowd.off == ["a"]


async def test_followers_who_never_come_are_not_waited_for_long(bench, monkeypatch):
    monkeypatch.setattr(module, "LULL", 0.002)
    bench.call("a", followed=True)
    await asyncio.sleep(0.05)
    assert bench.off == ["a"]


async def test_those_in_company_depart_together_and_all_but_the_last_say_so():
    departures = Departures()
    left = []

    async def run(name, company):
        left.append((name, await departures.depart(Accompanied(company))))

    gone = asyncio.ensure_future(run("gone", 4))
    leaving = [asyncio.ensure_future(run(name, 4)) for name in "abc"]
    await asyncio.sleep(0)
    assert left == []
    gone.cancel()
    await asyncio.gather(*leaving)
    assert left == [("a", (FOLLOWED,)), ("b", (FOLLOWED,)), ("c", ())]


async def test_who_is_alone_departs_at_once():
    others = []
    asyncio.get_running_loop().call_soon(others.append, "came")
    assert await Departures().depart(Accompanied(1)) == ()
    assert others == []


async def test_calls_that_wait_for_something_else_are_not_waited_for(bench, monkeypatch):
    monkeypatch.setattr(module, "LULL", 60)
    monkeypatch.setattr(module, "PATIENCE", 0.01)
    for number in range(4):
        bench.call(number)
    await asyncio.sleep(0.05)
    bench.call("a")
    await turns()
    assert bench.off[-1] == "a"
    bench.end(*bench.tasks)
    await asyncio.gather(*bench.tasks.values())
    bench.call("b")
    await turns()
    assert bench.off[-1] == "b"


async def test_who_goes_away_is_not_waited_for(crowd):
    for name in "abc":
        crowd.call(name)
    await turns()
    crowd.tasks["b"].cancel()
    await turns()
    crowd.call("d")
    await turns()
    assert crowd.off == ["a", "c", "d"]
    crowd.end(*crowd.tasks)
    await asyncio.gather(*crowd.tasks.values(), return_exceptions=True)
    crowd.call("e")
    await turns()
    assert crowd.off[-1] == "e"


async def test_who_goes_away_as_the_cohort_sets_off_counts_no_more(bench):
    bench.call("a")
    bench.call("b")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    bench.tasks["a"].cancel()
    await turns()
    bench.end("b")
    await asyncio.gather(*bench.tasks.values(), return_exceptions=True)
    assert bench.cohorts._inside == 0
