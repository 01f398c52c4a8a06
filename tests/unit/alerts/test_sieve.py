"""The sieve: it lets through whatever was added, and little else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerts.sieve import Sieve
from tests.unit.alerts.drawn import drawn, hashes

numbers = st.integers(0, (1 << 64) - 1) | st.sampled_from([0, 1, (1 << 64) - 1, 1 << 63])


@given(st.lists(numbers, max_size=50), st.integers(0, 50))
def test_it_lets_through_what_was_added(added, size):
    sieve = Sieve(size)
    sieve.add(hashes(added))
    assert sieve.candidates(hashes(added)).tolist() == list(range(len(added)))


@given(st.lists(numbers, max_size=50))
def test_an_empty_one_lets_nothing_through(asked):
    assert not Sieve(0).candidates(hashes(asked)).size


@pytest.mark.parametrize("count", [1000, 170_000, 180_000, 300_000])  # Between the last ones it doubles.
def test_it_keeps_nearly_all_others_back_in_a_few_bytes_each(count):
    sieve = Sieve(count)
    sieve.add(drawn(count, seed=1))
    assert len(sieve.candidates(drawn(100_000, seed=2))) < 1000
    assert sieve.memory <= 6 * count + 40_000


def test_candidates_are_positions_ascending():
    sieve = Sieve(1000)
    within = drawn(1000, seed=1)
    sieve.add(within)
    asked = np.concatenate([drawn(500, seed=2), within, drawn(500, seed=3)])
    found = sieve.candidates(asked)
    assert (np.diff(found) > 0).all()
    assert set(range(500, 1500)) <= set(found.tolist())
