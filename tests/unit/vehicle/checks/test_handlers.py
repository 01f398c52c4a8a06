"""The use cases of checks, with an index and a store in memory."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from services.alerts.live import Found
from services.filing.domain import RequestKey
from services.vehicle.checks.batches import PlateBatch
from services.vehicle.checks.domain import Checked, Finding
from services.vehicle.checks.handlers import Post, check_batches, check_vehicle
from services.vehicle.checks.keys import PlateHasher
from services.vehicle.domain import Outcome, Trigger
from tests.unit.vehicle.cars import NOW, car
from tests.unit.vehicle.checks.met import UNIT, hit, seen
from tests.unit.vehicle.orders import DONGHU
from xiezhi.errors import Reason, error

CAR, OTHER, LAPSED = car(1), car(2), car(3)
HASHER = PlateHasher(b"k" * 16)
AGE = timedelta(milliseconds=150)
KEY = RequestKey(UNIT, "id", "m", b"")


class Index:
    """An index of some plates; none of an age that it has not. Its database is the store's."""

    def __init__(self, *plates, store, is_fresh=True):
        self.store = store
        self.hashes = np.array([HASHER.hash(plate) for plate in plates], np.uint64)
        self.is_fresh = is_fresh

    def find(self, hashes):
        return Found(np.isin(hashes, self.hashes), AGE) if self.is_fresh else None

    async def listed(self, hashes):
        return await self.store.listed(hashes)


class Store:
    """What is kept, with one seized vehicle; everything asked of it is noted."""

    def __init__(self, *, is_there=True):
        self.asked = []
        self.first = None
        self.is_there = is_there

    def _ask(self, what):
        self.asked.append(what)
        if not self.is_there:
            raise error(Reason.STORE_UNAVAILABLE, "The database is away.")

    async def listed(self, hashes):
        self._ask("listed")
        return {HASHER.hash(CAR.plate) - (1 << 64 if HASHER.hash(CAR.plate) >> 63 else 0)} & set(hashes)

    async def answered(self, key):
        self._ask("answered")
        return self.first

    async def look(self, what):
        self._ask("look")
        return Finding((CAR,), None)

    async def check(self, what, key, *, write):
        self._ask("check")
        is_hit = what.encounter.plate == CAR.plate
        return write(Checked(Outcome.RECORDED if is_hit else Outcome.NOTHING))

    async def confirm(self, sought):
        self._ask("confirm")
        return {place for place, one in enumerate(sought) if one.text in {CAR.plate, ""}}

    async def record(self, sought, meet):
        self._ask("record")
        self.met = [meet(place, hit(CAR, DONGHU)) for place in range(len(sought))]
        return {place: f"id{place}" for place in range(len(sought))}


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def observed():
    return []


@pytest.fixture
def post(store, observed):
    index = Index(CAR.plate, LAPSED.plate, store=store)
    return Post(store, index, HASHER, lambda name, value: observed.append((name, value)))


async def check(what, post):
    answers = []

    def write(checked):
        answers.append(checked)
        return b"answer"

    assert await check_vehicle(what, KEY, post=post, write=write) == b"answer"
    return answers[0]


async def test_a_control_of_which_the_index_knows_nothing_is_kept_nowhere(store, post, observed):
    checked = await check(seen(OTHER), post)
    assert (checked.outcome, checked.age, checked.is_suspected_clone) == (Outcome.NOTHING, AGE, False)
    assert store.asked == ["answered"]
    assert observed == [("check.plates.total", 1)]


async def test_a_repeated_control_is_answered_as_when_there_was_an_alert(store, post):
    store.first = b"first"
    assert await check_vehicle(seen(OTHER), KEY, post=post, write=lambda checked: b"now") == b"first"


async def test_a_control_with_a_vin_asks_the_register_for_a_false_plate_only(store, post):
    assert (await check(seen(OTHER, vin=OTHER.vin), post)).is_suspected_clone
    assert store.asked == ["answered", "look"]


@pytest.mark.parametrize(
    ("what", "hits"),
    [(seen(CAR), 1), (seen(LAPSED), 0), (seen(OTHER, Trigger.ANNUAL_INSPECTION), 0)],
    ids=["found", "found but lapsed", "inspection"],
)
async def test_all_else_is_decided_in_the_database(store, post, observed, what, hits):
    assert (await check(what, post)).age is None
    assert store.asked == ["check"]
    assert observed.count(("check.hits.total", 1)) == hits


async def test_an_index_that_is_too_old_decides_nothing(store):
    post = Post(store, Index(store=store, is_fresh=False), HASHER)
    await check(seen(OTHER), post)
    assert store.asked == ["check"]


def batch(*plates):
    return PlateBatch(1, NOW, "K12", texts=plates)


async def answered(post, *batches):
    return await check_batches(batches, unit=UNIT, traceparent="t", post=post)


async def test_batches_without_a_hit_ask_no_database(store, post, observed):
    found = await answered(post, batch(OTHER.plate, "?"), batch(OTHER.plate))
    assert (found.sightings, found.age) == ({}, AGE)
    assert store.asked == []
    assert observed == [("check.plates.total", 2)]


async def test_what_has_lapsed_is_looked_at_and_not_written(store, post):
    assert (await answered(post, batch(LAPSED.plate))).sightings == {}
    assert store.asked == ["confirm"]


async def test_hits_of_a_group_are_recorded_together(store, post, observed):
    hashes = HASHER.hash_all([CAR.plate]).hashes
    found = await answered(post, batch(OTHER.plate, LAPSED.plate, CAR.plate), PlateBatch(2, NOW, "K99", packed=hashes))
    assert found.sightings == {0: {2: "id0"}, 1: {0: "id1"}}
    assert store.asked == ["confirm", "record"]
    assert [(m.place, m.unit, m.traceparent, m.plate) for m in store.met] == [
        ("K12", UNIT, "t", CAR.plate),
        ("K99", UNIT, "t", CAR.plate),
    ]
    assert ("check.hits.total", 2) in observed


async def test_where_the_index_is_too_old_the_database_is_asked(store):
    post = Post(store, Index(store=store, is_fresh=False), HASHER)
    found = await answered(post, batch(OTHER.plate, CAR.plate))
    assert (found.sightings, found.age) == ({0: {1: "id0"}}, None)
    assert store.asked == ["listed", "confirm", "record"]


@pytest.mark.parametrize("is_fresh", [False, True], ids=["too old", "a hit"])
async def test_where_nobody_can_tell_nothing_counts_as_checked(is_fresh, observed):
    store = Store(is_there=False)
    post = Post(
        store,
        Index(CAR.plate, store=store, is_fresh=is_fresh),
        HASHER,
        lambda name, value: observed.append((name, value)),
    )
    with pytest.raises(Exception, match="STORE_UNAVAILABLE"):
        await answered(post, batch(CAR.plate))
    assert observed == []
