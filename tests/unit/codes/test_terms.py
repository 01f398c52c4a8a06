"""On which day terms end: the vectors of the domain sheet §11."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes.legal_time import legal_date
from services.codes.terms import corresponding_day, end_of

days = st.dates(date(1990, 1, 1), date(2200, 1, 1))


@pytest.mark.parametrize(
    ("start", "months", "last_day"),
    [
        (date(2018, 8, 3), 24, date(2020, 8, 3)),
        (date(2020, 2, 29), 24, date(2022, 2, 28)),
        (date(2018, 8, 3), 12, date(2019, 8, 3)),
        (date(2018, 8, 31), 12, date(2019, 8, 31)),
        (date(2019, 2, 28), 12, date(2020, 2, 28)),
        (date(2020, 2, 29), 12, date(2021, 2, 28)),
        (date(2019, 3, 31), 12, date(2020, 3, 31)),
        (date(2018, 12, 31), 12, date(2019, 12, 31)),
        (date(2018, 10, 1), 12, date(2019, 10, 1)),
        (date(2018, 11, 30), 3, date(2019, 2, 28)),
        (date(2018, 8, 31), 1, date(2018, 9, 30)),
        (date(2019, 12, 31), 2, date(2020, 2, 29)),
    ],
)
def test_a_term_ends_on_the_corresponding_day(start, months, last_day):
    assert corresponding_day(start, months) == last_day


def test_day_29_is_not_recovered_by_a_chain():
    day, chain = date(2020, 2, 29), []
    for _ in range(4):
        day = corresponding_day(day, 12)
        chain.append(day)
    assert chain == [date(2021, 2, 28), date(2022, 2, 28), date(2023, 2, 28), date(2024, 2, 28)]


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2020, 8, 3), datetime(2020, 8, 3, 16, tzinfo=UTC)),
        (date(2020, 2, 28), datetime(2020, 2, 28, 16, tzinfo=UTC)),
        (date(2019, 12, 31), datetime(2019, 12, 31, 16, tzinfo=UTC)),
        (date(1990, 7, 1), datetime(1990, 7, 1, 15, tzinfo=UTC)),
    ],
)
def test_a_day_is_over_at_midnight_in_shanghai(day, end):
    assert end_of(day) == end
    assert end_of(day).tzinfo is UTC


@given(days)
def test_a_day_lasts_until_its_end_and_not_beyond(day):
    assert legal_date(end_of(day)) == day + timedelta(days=1)
    assert legal_date(end_of(day) - timedelta(microseconds=1)) == day


@given(days, st.integers(1, 48))
def test_a_term_is_of_as_many_months_and_keeps_the_day_where_there_is_one(start, months):
    end = corresponding_day(start, months)
    assert (end.year - start.year) * 12 + end.month - start.month == months
    assert end.day == start.day or (end.day < start.day and (end + timedelta(days=1)).day == 1)
