"""The calendars that come with the exchange."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar

from services.referral.domain import Calendars
from services.referral.published import EXTENDED_YEAR, published_calendars
from tests.unit.referral.domain.referred import at

FIRST = "国办发明电〔2019〕16号"


def test_they_say_of_every_day_what_the_library_says():
    calendars = published_calendars()
    newest = Calendars(calendars)
    for year in {c.year for c in calendars}:
        calendar = newest.of(year)
        days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
        assert all(calendar.is_working(d) == chinese_calendar.is_workday(d) for d in days if d.year == year)
        assert calendar.version.startswith("chinesecalendar-")


def test_they_cover_the_years_of_the_library_and_one_of_them_twice():
    years = [c.year for c in published_calendars()]
    assert years == sorted([*range(2004, 2027), EXTENDED_YEAR])


def test_the_year_of_the_extension_is_there_as_it_was_published_first():
    calendars = Calendars(published_calendars())
    before, after = calendars.of(EXTENDED_YEAR, FIRST), calendars.of(EXTENDED_YEAR)
    days = [date(2020, 1, 1) + timedelta(days=n) for n in range(366)]
    changed = [d for d in days if before.is_working(d) != after.is_working(d)]
    assert changed == [date(2020, 1, 31), date(2020, 2, 1)]
    assert before.is_working(date(2020, 2, 1))
    assert not before.is_working(date(2020, 2, 2))
    assert after.published_on > before.published_on


def test_what_comes_later_counts_from_then_on():
    later = published_calendars(adopted_at=at("2026-12-01"))
    assert {c.adopted_at for c in later} == {at("2026-12-01")}
    assert Calendars(later).as_of(at("2026-11-30")).of(2026).is_provisional
