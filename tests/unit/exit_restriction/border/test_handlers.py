"""The use cases of checks at ports, with an index and a store in memory."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from services.alerts.live import Found
from services.alerts.numbers import as_number
from services.exit_restriction.border.batches import TravellerBatch
from services.exit_restriction.border.domain import Checked, Presented, Recorded
from services.exit_restriction.border.handlers import Post, check_batches, check_traveller
from services.exit_restriction.border.keys import NumberHasher
from services.exit_restriction.domain import Action
from services.filing.domain import RequestKey
from tests.unit.exit_restriction.sought import meeting
from tests.unit.exit_restriction.told import UNIT
from xiezhi.errors import Reason, XiezhiError, error

SOUGHT, OTHER, OVER = "E12345678", "E00000001", "36990119800115001X"
HASHER = NumberHasher(b"k" * 16)
AGE = timedelta(milliseconds=150)
KEY = RequestKey(UNIT, "id", "m", b"")


class Index:
    """An index of some numbers; none of an age that it has not. Its database is the store's."""

    def __init__(self, *numbers, store, is_fresh=True):
        self.store = store
        self.hashes = np.array([HASHER.hash(number) for number in numbers], np.uint64)
        self.is_fresh = is_fresh

    def find(self, hashes):
        return Found(np.isin(hashes, self.hashes), AGE) if self.is_fresh else None

    async def listed(self, hashes):
        return await self.store.listed(hashes)


class Store:
    """What is kept, with one person under control; everything asked of it is noted."""

    def __init__(self, *, is_there=True, first=None):
        self.asked = []
        self.first = first
        self.is_there = is_there

    def _ask(self, what):
        self.asked.append(what)
        if not self.is_there:
            raise error(Reason.STORE_UNAVAILABLE, "The database is away.")

    async def listed(self, hashes):
        self._ask("listed")
        return {as_number(HASHER.hash(SOUGHT))} & set(hashes)

    async def answered(self, key):
        self._ask("answered")
        return self.first

    async def identity_differs(self, presented):
        self._ask("differs")
        return True

    async def check(self, presented, key, *, write):
        self._ask("check")
        return write(Checked(Action.STOP if SOUGHT in presented.texts else Action.NOTHING))

    async def confirm(self, sought):
        self._ask("confirm")
        return {place for place, one in enumerate(sought) if one.text in {SOUGHT, ""}}

    async def record(self, sought):
        self._ask("record")
        return {place: Recorded(f"id{place}", Action.STOP) for place in range(len(sought))}


@pytest.fixture
def observed():
    return []


def post_of(store, observed, *, is_fresh=True):
    index = Index(SOUGHT, OVER, store=store, is_fresh=is_fresh)
    return Post(store, index, HASHER, lambda name, value: observed.append((name, value)))


async def check(post, *texts):
    answers = []

    def write(checked):
        answers.append(checked)
        return b"answer"

    answer = await check_traveller(Presented(meeting(), *texts), KEY, post=post, write=write)
    return answer, answers


@pytest.mark.parametrize(("texts", "asked"), [((OTHER,), []), (("", OTHER), []), ((OTHER, "E00000002"), ["differs"])])
async def test_of_whom_the_index_knows_nothing_the_database_is_asked_for_no_control(observed, texts, asked):
    store = Store()
    _, (checked,) = await check(post_of(store, observed), *texts)
    assert checked == Checked(age=AGE, identity_differs=bool(asked))
    assert store.asked == ["answered", *asked]
    assert observed == [("border.numbers.total", len([text for text in texts if text]))]


async def test_who_asks_again_is_answered_as_before(observed):
    store = Store(first=b"before")
    assert await check(post_of(store, observed), OTHER) == (b"before", [])


@pytest.mark.parametrize(("text", "action", "hits"), [(SOUGHT, Action.STOP, 1), (OVER, Action.NOTHING, 0)])
async def test_a_hash_that_hits_is_only_a_reason_to_look_into_the_database(observed, text, action, hits):
    store = Store()
    _, (checked,) = await check(post_of(store, observed), text)
    assert (checked.action, checked.age, store.asked) == (action, None, ["check"])
    assert observed.count(("border.hits.total", 1)) == hits


async def test_an_index_that_is_too_old_says_nothing(observed):
    store = Store()
    post = post_of(store, observed, is_fresh=False)
    await check(post, OTHER)
    answered = await check_batches([TravellerBatch(1, meeting(), texts=[OTHER, SOUGHT])], post=post)
    assert store.asked == ["check", "listed", "confirm", "record"]
    assert (answered.age, answered.hits) == (None, {0: {1: Recorded("id0", Action.STOP)}})


async def test_batches_are_answered_together_each_by_its_places(observed):
    store = Store()
    packed = HASHER.hash_all([OTHER, SOUGHT]).hashes
    batches = [
        TravellerBatch(1, meeting(), texts=[OTHER, "e1234 5678", "?"]),
        TravellerBatch(2, meeting()),
        TravellerBatch(3, meeting(), texts=[OVER, OTHER]),
        TravellerBatch(4, meeting(), packed=packed),
    ]
    answered = await check_batches(batches, post=post_of(store, observed))
    assert store.asked == ["confirm", "record"]
    assert {batch: [*places] for batch, places in answered.hits.items()} == {0: [1], 3: [1]}
    assert [answered.hashed.checked(n) for n in range(4)] == [(2, [2]), (0, []), (2, []), (2, [])]
    assert ("border.numbers.total", 6) in observed
    assert ("border.hits.total", 2) in observed


async def test_what_hits_nothing_or_is_over_is_written_nowhere(observed):
    store = Store()
    post = post_of(store, observed)
    assert not (await check_batches([TravellerBatch(1, meeting(), texts=[OTHER])], post=post)).hits
    assert not store.asked
    assert not (await check_batches([TravellerBatch(1, meeting(), texts=[OVER])], post=post)).hits
    assert store.asked == ["confirm"]


async def test_without_a_database_no_hit_is_answered(observed):
    post = post_of(Store(is_there=False), observed)
    for awaited in (check(post, SOUGHT), check_batches([TravellerBatch(1, meeting(), texts=[SOUGHT])], post=post)):
        with pytest.raises(XiezhiError) as refusal:
            await awaited
        assert refusal.value.reason is Reason.STORE_UNAVAILABLE
