"""Days on which nobody works, of the years whose calendars came with the exchange."""

from __future__ import annotations

from datetime import date, timedelta

from chinese_calendar.constants import holidays, workdays

_DAY = timedelta(days=1)
_SATURDAY = 5


def published_days_off() -> frozenset[date]:
    """Returns the holidays and the weekends that are not worked, of the years that the library chinesecalendar has.

    Source:
        国务院办公厅节假日安排, 2004 to the library's last year.
    """
    day, end = date(min(holidays).year, 1, 1), date(max(holidays).year + 1, 1, 1)
    days = set(holidays)
    while day < end:
        if day.weekday() >= _SATURDAY and day not in workdays:
            days.add(day)
        day += _DAY
    return frozenset(days)
