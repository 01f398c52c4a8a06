"""Packed hashes: there and back, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerts.packed import MAX_HASHES, pack, unpack
from xiezhi.errors import Reason, XiezhiError


@given(st.lists(st.integers(0, (1 << 64) - 1), max_size=20))
def test_what_is_packed_is_unpacked(numbers):
    data = pack(np.array(numbers, np.uint64))
    assert data == b"".join(number.to_bytes(8, "little") for number in numbers)
    assert unpack(data, field="packed").tolist() == numbers


def test_the_most_hashes_are_read():
    assert len(unpack(bytes(8 * MAX_HASHES), field="packed")) == MAX_HASHES


@pytest.mark.parametrize("size", [1, 7, 9, 8 * MAX_HASHES + 1, 8 * MAX_HASHES + 8])
def test_broken_and_too_many_hashes_are_refused(size):
    with pytest.raises(XiezhiError) as caught:
        unpack(bytes(size), field="plates.packed")
    assert caught.value.reason is Reason.FIELDS_INVALID
    assert [violation.field for violation in caught.value.violations] == ["plates.packed"]
