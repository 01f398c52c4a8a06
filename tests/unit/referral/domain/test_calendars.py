"""Working days and their versions (domain sheet §11.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referral.domain import Calendar, Calendars, provisional
from tests.unit.referral.domain.referred import CALENDARS, at, on

BASE = Calendar(2027, "one", frozenset({date(2027, 2, 8)}), frozenset({date(2027, 2, 14)}), "a notice")
days = st.dates(date(2004, 1, 15), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        ("2018-09-29", True),
        ("2018-09-30", True),
        ("2018-10-01", False),
        ("2018-12-29", True),
        ("2019-02-10", False),
        ("2020-01-31", False),
        ("2026-10-01", False),
        ("2027-01-01", False),
        ("2027-01-02", False),
        ("2027-05-02", False),
        ("2027-05-03", True),
        ("2028-05-02", False),
        ("2028-10-03", False),
        ("2028-10-04", True),
    ],
)
def test_whether_a_day_is_worked(day, is_working):
    assert CALENDARS.is_working(on(day)) is is_working


def test_a_year_without_a_notice_is_provisional():
    assert CALENDARS.of(2027) == provisional(2027)
    assert CALENDARS.of(2027).is_provisional
    assert CALENDARS.of(2027).version == "provisional-2027"
    assert not CALENDARS.of(2026).is_provisional
    assert date(2024, 5, 2) not in provisional(2024).off
    assert date(2025, 5, 2) in provisional(2025).off


def test_the_newest_version_counts_unless_another_is_asked_for():
    published = replace(BASE, version="published", published_on=date(2026, 11, 1))
    again = replace(published, version="again")
    adopted = replace(BASE, version="adopted", adopted_at=at("2026-12-01"))
    later = replace(BASE, version="later", adopted_at=at("2026-12-02"), published_on=date(2026, 1, 1))
    for known, newest in (
        ((BASE,), BASE),
        ((published, BASE), published),
        ((published, again), again),
        ((adopted, published, BASE), adopted),
        ((later, adopted), later),
    ):
        calendars = Calendars(known)
        assert calendars.of(2027) == newest
        assert [calendars.of(2027, c.version) for c in known] == list(known)
    with pytest.raises(ValueError, match="no calendar of this version"):
        Calendars((BASE,)).of(2027, "two")
    assert Calendars().of(2027, "provisional-2027") == provisional(2027)


def test_a_calendar_counts_from_its_adoption_on():
    adopted = replace(BASE, adopted_at=datetime(2026, 12, 1, tzinfo=UTC))
    calendars = Calendars((adopted,))
    assert calendars.as_of(adopted.adopted_at).of(2027) == adopted
    assert calendars.as_of(adopted.adopted_at - timedelta(microseconds=1)).of(2027).is_provisional


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [("2018-10-08", 1, "2018-09-30"), ("2018-10-08", 2, "2018-09-29"), ("2018-10-09", 1, "2018-10-08")],
)
def test_the_working_day_before(day, count, expected):
    assert CALENDARS.working_day_before(on(day), count) == on(expected)


def test_the_calendars_between_two_days():
    assert [c.year for c in CALENDARS.between(date(2026, 12, 31), date(2027, 1, 4))] == [2026, 2027]


@given(days)
def test_a_day_rolls_to_the_first_working_day_that_is_not_before_it(day):
    found = CALENDARS.roll(day)
    assert found >= day
    assert CALENDARS.is_working(found)
    assert not any(CALENDARS.is_working(day + timedelta(days=n)) for n in range((found - day).days))
    assert CALENDARS.roll(found) == found


@given(days, st.integers(1, 5))
def test_so_many_working_days_lie_between(day, count):
    found = CALENDARS.working_day_before(day, count)
    between = (found + timedelta(days=n) for n in range((day - found).days))
    assert sum(CALENDARS.is_working(d) for d in between) == count
