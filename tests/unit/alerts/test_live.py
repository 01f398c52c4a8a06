"""How old the index is: it follows its feed, and does not answer once it is stale."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.alerts.index import AlertIndex
from services.alerts.live import LiveIndex, Progress
from tests.unit.alerts.drawn import hashes

NOON = datetime(2026, 5, 3, 4, tzinfo=UTC)
BOUND = timedelta(seconds=5)
TICK = timedelta(microseconds=1)


@pytest.fixture
def live() -> LiveIndex:
    return LiveIndex(AlertIndex(hashes([1, 2])), Progress(7, NOON), bound=BOUND)


@pytest.mark.parametrize(
    ("age", "fresh"),
    [
        (timedelta(0), True),
        (TICK, True),
        (BOUND, True),
        (BOUND + TICK, False),
        (timedelta(days=1), False),
        (-TICK, False),
    ],
)
def test_it_answers_while_its_age_is_within_the_bound(live, age, fresh):
    now = NOON + age
    assert live.age(now) == age
    assert live.is_fresh(now) is fresh
    found = live.find(hashes([1, 3]), now=now)
    assert (found is not None) is fresh
    if found is not None:
        assert found.hits.tolist() == [True, False]
        assert found.age == age


def test_it_follows_the_feed(live):
    later = NOON + BOUND
    live.follow(Progress(9, later), added=hashes([3]), removed=hashes([1]))
    assert live.progress == Progress(9, later)
    found = live.find(hashes([1, 2, 3]), now=later)
    assert found is not None
    assert found.hits.tolist() == [False, True, True]
    assert len(live.index) == 2


def test_a_feed_without_changes_keeps_it_fresh(live):
    for step in range(1, 4):
        live.follow(Progress(7, NOON + step * BOUND), added=hashes(), removed=hashes())
    assert live.is_fresh(NOON + 4 * BOUND)
    assert not live.is_fresh(NOON + 4 * BOUND + TICK)


def test_a_feed_that_goes_back_is_refused_and_changes_nothing(live):
    with pytest.raises(ValueError, match="build the index anew"):
        live.follow(Progress(6, NOON + BOUND), added=hashes([3]), removed=hashes([1]))
    assert live.progress == Progress(7, NOON)
    found = live.find(hashes([1, 3]), now=NOON)
    assert found is not None
    assert found.hits.tolist() == [True, False]


def test_the_same_changes_may_come_again(live):
    for _ in range(2):
        live.follow(Progress(8, NOON), added=hashes([3]), removed=hashes([1]))
    assert len(live.index) == 2
