"""The index of alerts: a set, whatever was changed in which order, read while it changes, in little memory."""

from __future__ import annotations

import itertools
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerts.index import AlertIndex
from tests.unit.alerts.drawn import drawn, hashes

EDGES = [0, 1, 2, (1 << 63) - 1, 1 << 63, (1 << 64) - 2, (1 << 64) - 1]
UNIVERSE = EDGES + drawn(9, seed=1).tolist()
portions = st.lists(st.sampled_from(UNIVERSE), max_size=8)
TEN_MILLION = 10_000_000
LIMIT = 500_000_000


@given(portions, st.lists(st.tuples(portions, portions), max_size=12), st.integers(1, 12))
def test_it_is_the_set_that_the_changes_make(first, changes, merge_at):
    index = AlertIndex(hashes(first), merge_at=merge_at)
    model = set(first)
    for added, removed in changes:
        index.update(added=hashes(added), removed=hashes(removed))
        model = (model - set(removed)) | set(added)
        assert index.contains(hashes(UNIVERSE)).tolist() == [number in model for number in UNIVERSE]
        assert len(index) == len(model)


@given(st.lists(portions, max_size=4))
def test_it_is_built_of_portions(built_of):
    index = AlertIndex.build(hashes(portion) for portion in built_of)
    held = {number for portion in built_of for number in portion}
    assert index.contains(hashes(UNIVERSE)).tolist() == [number in held for number in UNIVERSE]


def test_an_empty_one_holds_nothing():
    index = AlertIndex.build([])
    assert len(index) == 0
    assert not index.contains(hashes(EDGES)).any()
    assert index.contains(hashes()).tolist() == []


def test_the_same_update_again_changes_nothing():
    index = AlertIndex(drawn(1000, seed=1))
    added, removed = drawn(50, seed=2), drawn(1000, seed=1)[:50]
    for _ in range(2):
        index.update(added=added, removed=removed)
        assert len(index) == 1000
        assert index.contains(added).all()
        assert not index.contains(removed).any()


def test_an_update_leaves_its_arrays_alone():
    index = AlertIndex(drawn(10, seed=1))
    added, removed = drawn(5, seed=2), drawn(5, seed=3)
    for array in (added, removed):
        array.flags.writeable = False
    index.update(added=added, removed=removed)
    assert (added == drawn(5, seed=2)).all()


def test_hashes_near_those_that_are_sought_are_not_found():
    sought = drawn(100_000, seed=1)
    index = AlertIndex(sought.copy())
    for bit in range(64):
        near = sought ^ np.uint64(1 << bit)
        assert not index.contains(near).any()


@pytest.mark.parametrize("merge_at", [1, 50, 1 << 16])
def test_who_looks_while_it_changes_sees_what_stays_and_each_update_whole(merge_at):
    staying, strangers = drawn(1000, seed=1), drawn(1000, seed=2)
    pairs = [drawn(2, seed=100 + number) for number in range(200)]
    index = AlertIndex(np.concatenate([staying, pairs[0][:1]]), merge_at=merge_at)
    asked = np.concatenate([staying, strangers])
    started, done = threading.Barrier(3), threading.Event()

    def look() -> int:
        started.wait()
        looks = 0
        while not done.is_set() or not looks:
            found = index.contains(asked)
            assert found[:1000].all()
            assert not found[1000:].any()
            # Each update removes one hash and adds the next: there is always exactly one.
            assert index.contains(singles).sum() == 1
            looks += 1
        return looks

    singles = np.array([pair[0] for pair in pairs])
    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(look) for _ in range(2)]
        started.wait()
        try:
            for before, after in itertools.pairwise(singles):
                index.update(added=np.array([after]), removed=np.array([before]))
        finally:
            done.set()
        assert all(reader.result() for reader in readers)


def test_two_threads_may_change_it():
    index = AlertIndex(hashes(), merge_at=20)
    parts = [[drawn(10, seed=100 * thread + number) for number in range(50)] for thread in range(2)]

    def add(part):
        for portion in part:
            index.update(added=portion, removed=hashes())

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add, parts))
    assert len(index) == 1000
    assert all(index.contains(portion).all() for part in parts for portion in part)


def test_ten_million_fit_in_500_megabytes_even_while_they_are_built_and_merged():
    million = 1_000_000
    tracemalloc.start()
    try:
        index = AlertIndex.build(drawn(million // 10, seed=seed) for seed in range(10))
        _, built = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        index.update(added=drawn(70_000, seed=11), removed=drawn(million // 10, seed=0)[:1000])
        _, merged = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(index) == million + 69_000
    for peak in (index.memory, built, merged):
        assert peak * TEN_MILLION / million < LIMIT
    assert index.memory <= 14 * len(index) + 1_000_000
