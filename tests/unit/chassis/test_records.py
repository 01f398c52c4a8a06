"""Records say what JSON says, and are read again."""

from __future__ import annotations

import json
from enum import IntEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.records import RecordForm, read_record, write_record

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=12,
)


class Kind(IntEnum):
    FIRST = 1


@settings(max_examples=60)
@given(st.lists(_VALUES, max_size=6))
def test_a_record_is_compact_json_and_is_read_again(values):
    record = write_record(3, values)
    assert record == json.dumps([3, *values], ensure_ascii=False, separators=(",", ":")).encode()
    assert read_record(3, record) == values


def test_numbers_with_names_and_tuples_are_numbers_and_lists():
    assert write_record(1, (Kind.FIRST, ("a", None))) == b'[1,1,["a",null]]'


def test_a_record_says_nothing_that_json_does_not():
    with pytest.raises(TypeError, match="bytes"):
        write_record(1, [b"a"])


def test_a_record_of_another_form_is_not_read():
    with pytest.raises(RecordForm):
        read_record(2, write_record(1, []))
