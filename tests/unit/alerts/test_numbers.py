"""Hashes as databases keep them: there and back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.alerts.numbers import as_hashes, as_number, as_numbers
from tests.unit.alerts.drawn import hashes


@given(st.lists(st.integers(0, (1 << 64) - 1) | st.sampled_from([0, 1 << 63, (1 << 64) - 1]), max_size=20))
def test_each_hash_is_one_signed_number(drawn):
    numbers = as_numbers(hashes(drawn))
    assert all(-(1 << 63) <= number < 1 << 63 for number in numbers)
    assert numbers == [as_number(one) for one in drawn]
    assert as_hashes(numbers).tolist() == drawn
