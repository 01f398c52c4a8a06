"""When the handler is reminded: R-1.12, and A8 on long holidays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.exit_restriction.domain import (
    Released,
    ReminderKind,
    Renewed,
    reminders_of,
    standing_at,
)
from tests.unit.exit_restriction.domain.restricted import START, at, days, few, filed, noon

OPENS, SEVEN, ONE, HOLIDAY = ReminderKind


def span(first, last):
    return {first + timedelta(days=n) for n in range((last - first).days + 1)}


NATIONAL_DAY = frozenset(span(date(2019, 10, 1), date(2019, 10, 7)) | {date(2019, 9, 21), date(2019, 9, 22)})


def standing(*more, last_day, start=date(2018, 8, 3), moment=START):
    return standing_at([filed(start=start, last_day=last_day), *more], moment)[0]


def kinds(found):
    return [(reminder.kind, reminder.day) for reminder in found]


def test_the_handler_is_reminded_when_the_window_opens_and_seven_days_and_one_before_its_end():
    found = reminders_of(standing(last_day=date(2019, 8, 3)), ())
    assert kinds(found) == [(OPENS, date(2019, 7, 3)), (SEVEN, date(2019, 7, 27)), (ONE, date(2019, 8, 2))]
    assert {(r.restriction_id, r.sequence, r.last_day) for r in found} == {("a", 0, date(2019, 8, 3))}


@pytest.mark.parametrize(
    ("last_day", "eve"),
    [
        (date(2019, 9, 30), None),
        (date(2019, 10, 1), date(2019, 9, 30)),
        (date(2019, 10, 4), date(2019, 9, 30)),
        (date(2019, 10, 7), date(2019, 9, 30)),
        (date(2019, 10, 8), None),
        (date(2019, 9, 22), None),
    ],
)
def test_the_handler_is_reminded_before_a_long_holiday_that_takes_the_end_away(last_day, eve):
    found = dict(kinds(reminders_of(standing(last_day=last_day), NATIONAL_DAY)))
    assert found.get(HOLIDAY) == eve


def test_a_window_that_lies_in_a_holiday_altogether_is_told_of_when_it_opens():
    short = standing(start=date(2019, 10, 2), last_day=date(2019, 10, 6))
    assert kinds(reminders_of(short, NATIONAL_DAY)) == [
        (OPENS, date(2019, 10, 2)),
        (HOLIDAY, date(2019, 10, 2)),
        (ONE, date(2019, 10, 5)),
    ]


def test_one_that_is_renewed_reminds_of_the_new_term_and_one_that_has_ended_of_nothing():
    last_day = date(2019, 8, 3)
    renewed = Renewed("a", noon(date(2019, 7, 10)), date(2020, 8, 3), "160-2018")
    found = reminders_of(standing(renewed, last_day=last_day, moment=renewed.at), ())
    assert kinds(found)[0] == (OPENS, date(2020, 7, 3))
    assert {reminder.sequence for reminder in found} == {1}
    assert reminders_of(standing(last_day=last_day, moment=at(400)), ()) == ()
    assert reminders_of(standing(Released("a", at(1)), last_day=last_day, moment=at(1)), ()) == ()


@few
@given(days, days, st.frozensets(days, max_size=40))
def test_a_reminder_is_of_a_day_on_which_the_term_can_be_renewed(start, other, holidays):
    start, last_day = sorted((start, other))
    found = standing_at([filed(start=start, last_day=last_day)], START)[0]
    for reminder in reminders_of(found, holidays):
        assert found.periods[-1].window_opens <= reminder.day <= reminder.last_day == last_day
