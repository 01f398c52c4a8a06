"""Repeated sightings are one with a count."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given

from services.vehicle.domain import WINDOW, Sighting, Trigger
from tests.unit.vehicle.domain.seized import START, at, instants

UNIT, OTHER_UNIT = "360100000001", "360100000002"


def seen(moment=START, *, vehicle_id=1, trigger=Trigger.HIGHWAY_PATROL, unit=UNIT):
    return Sighting.once(vehicle_id, trigger, unit, at=moment)


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (seen(), True),
        (seen(at(minutes=9)), True),
        (seen(at(minutes=10)), True),
        (seen(at(minutes=10, microseconds=1)), False),
        (seen(at(minutes=-10)), True),
        (seen(at(minutes=-10, microseconds=-1)), False),
        (seen(vehicle_id=2), False),
        (seen(trigger=Trigger.ANNUAL_INSPECTION), False),
        (seen(unit=OTHER_UNIT), False),
    ],
)
def test_the_same_vehicle_occasion_and_unit_within_minutes_is_the_same(other, is_same):
    joined = seen().joined(other)
    assert (joined is not None) is is_same
    if joined is not None:
        assert (joined.count, joined.first_at, joined.last_at) == (
            2,
            min(START, other.first_at),
            max(START, other.last_at),
        )


def test_minutes_count_from_the_last_time():
    one = seen().joined(seen(at(minutes=8)))
    assert one is not None
    two = one.joined(seen(at(minutes=17)))
    assert two is not None
    assert (two.count, two.first_at, two.last_at) == (3, START, at(minutes=17))
    assert two.joined(seen(at(minutes=28))) is None


def test_a_report_that_comes_late_joins_what_it_lies_between():
    early, late = seen(), seen(at(minutes=18))
    assert early.joined(late) is None
    one = late.joined(seen(at(minutes=9)))
    assert one is not None
    both = early.joined(one)
    assert both is not None
    assert (both.count, both.first_at, both.last_at) == (3, START, at(minutes=18))


def test_the_window_can_be_set():
    assert seen().joined(seen(at(minutes=9)), window=timedelta(minutes=5)) is None
    assert seen().joined(seen(), window=timedelta()) is not None


@given(instants, instants)
def test_it_does_not_matter_which_is_joined_to_which(one, other):
    joined = seen(one).joined(seen(other))
    assert joined == seen(other).joined(seen(one))
    assert (joined is not None) is (abs(one - other) <= WINDOW)
