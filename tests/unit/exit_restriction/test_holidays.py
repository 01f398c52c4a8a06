"""Days off that came with the exchange."""

from datetime import date

import pytest

from services.exit_restriction.holidays import published_days_off


@pytest.mark.parametrize("day", [date(2018, 10, 1), date(2018, 10, 6), date(2018, 8, 4), date(2026, 10, 1)])
def test_holidays_and_free_weekends_are_days_off(day):
    assert day in published_days_off()


@pytest.mark.parametrize("day", [date(2018, 9, 29), date(2018, 9, 30), date(2018, 8, 3), date(2027, 1, 2)])
def test_worked_weekends_weekdays_and_years_without_a_calendar_are_not(day):
    assert day not in published_days_off()
