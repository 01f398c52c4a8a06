"""Calendars as operators bring them: each day is checked, and the first that is wrong is named."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referral.domain import Calendar, compile_calendar
from xiezhi.errors import CLASS_OF, InvalidArgument, Reason, XiezhiError

VERSION = "国办发明电〔2026〕7号"
OFF, WORK = [date(2027, 1, 1), date(2027, 2, 8)], [date(2027, 1, 3)]


def compiled(year=2027, version=VERSION, off=OFF, work=WORK):
    return compile_calendar(year, version, off=off, work=work)


def test_a_calendar_is_made_and_still_to_be_adopted():
    expected = Calendar(2027, VERSION, frozenset(OFF), frozenset(WORK), source=VERSION)
    assert compiled() == expected
    assert (expected.adopted_at, expected.published_on) == (None, None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"off": [date(2028, 1, 1)]}, "2028-01-01 in off is not a day of 2027"),
        ({"work": [date(2026, 12, 27)]}, "2026-12-27 in work is not a day of 2027"),
        ({"off": [date(2027, 1, 3)]}, "2027-01-03 is both off and a working day"),
        ({"off": [date(2027, 1, 1)] * 2}, "2027-01-01 is in off twice"),
        ({"work": [date(2027, 1, 4)]}, "2027-01-04 is no Saturday or Sunday"),
        ({"year": 2003}, "year is a number from 2004 to 2100"),
        ({"year": 2101}, "year is a number from 2004 to 2100"),
        ({"version": ""}, "version is printable text"),
        ({"version": " "}, "version is printable text"),
        ({"version": " v"}, "version is printable text"),
        ({"version": "v\n2"}, "version is printable text"),
    ],
)
def test_what_is_wrong_is_named(changes, said):
    with pytest.raises(XiezhiError) as caught:
        compiled(**changes)
    assert caught.value.reason is Reason.CALENDAR_INVALID
    assert type(caught.value) is CLASS_OF[Reason.CALENDAR_INVALID]
    assert said in caught.value.message


_days = st.lists(st.dates(date(2026, 12, 30), date(2027, 1, 9)), max_size=4)


@given(st.integers(2003, 2102) | st.just(2027), _days, _days)
def test_whatever_comes_is_made_or_refused(year, off, work):
    try:
        found = compiled(year, off=off, work=work)
    except InvalidArgument:
        return
    assert not found.off & found.work
    assert {day.year for day in found.off | found.work} <= {found.year}
