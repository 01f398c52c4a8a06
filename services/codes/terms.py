"""Terms of measures: on which day they end, and at which instant that day is over.

A measure's term is not a period for doing an act, so its last day is never moved for a holiday (domain sheet A7).
"""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta

from services.codes.legal_time import SHANGHAI

_ALL_MONTHS_HAVE = 28
_WITHOUT_SUMMER_TIME = date(1992, 1, 1)
_LAST_HOUR = 16
"""Hour in UTC at which a day is over in Asia/Shanghai, since there is no summer time."""


def corresponding_day(start: date, months: int) -> date:
    """Returns the day that corresponds to a day, months later: the last of the month where that is shorter.

    Args:
        start: The day from which the term runs, which is not counted itself.
        months: How many.

    Source:
        民法典 arts 201, 202.
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    # What no month lacks is not looked up: this is asked thousands of times a second.
    day = start.day if start.day <= _ALL_MONTHS_HAVE else min(start.day, calendar.monthrange(year, month + 1)[1])
    return date(year, month + 1, day)


def end_of(day: date) -> datetime:
    """Returns the instant, in UTC, at which a day is over in Asia/Shanghai; a measure is not in force at it."""
    if day >= _WITHOUT_SUMMER_TIME:
        # As below, without looking the day up: this too is asked thousands of times a second.
        return datetime(day.year, day.month, day.day, _LAST_HOUR, tzinfo=UTC)
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI).astimezone(UTC)
