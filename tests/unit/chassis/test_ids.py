"""Identifiers that begin with the time."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.clock import ManualClock
from services.chassis.ids import RandomIds, SequenceIds, TimedIds

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 9, 0, 0, 123_456, tzinfo=UTC)


@given(st.integers(0, 1 << 42))
def test_it_has_the_form_of_version_7_and_tells_the_millisecond(millisecond: int) -> None:
    made = TimedIds(ManualClock(EPOCH + timedelta(milliseconds=millisecond))).uuid()
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == millisecond


def test_a_later_one_is_greater() -> None:
    clock = ManualClock(NOW)
    ids = TimedIds(clock)
    made = []
    for _ in range(50):
        made.append(ids.uuid().bytes)
        clock.advance(timedelta(milliseconds=1))
    assert made == sorted(made)


def test_those_of_one_instant_differ() -> None:
    ids = TimedIds(ManualClock(NOW))
    assert len({ids.uuid() for _ in range(1_000)}) == 1_000


@pytest.mark.parametrize("ids", [TimedIds(ManualClock(NOW)), RandomIds(), SequenceIds(3)])
def test_many_are_as_good_as_one_by_one(ids):
    texts = ids.texts(300)
    assert texts == [str(uuid.UUID(text)) for text in texts]
    assert len({*texts}) == 300
    one = ids.uuid()
    assert {(uuid.UUID(text).version, uuid.UUID(text).variant) for text in texts} == {(one.version, one.variant)}


def test_those_of_a_sequence_go_on():
    many, single = SequenceIds(3), SequenceIds(3)
    assert [*many.texts(2), str(many.uuid())] == [str(single.uuid()) for _ in range(3)]
