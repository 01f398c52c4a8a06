"""When the handler of a case is reminded that a restriction is about to end (R-1.12).

A reminder that comes late, or never, changes nothing about who is restricted.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from services.exit_restriction.domain.restrictions import Standing

LONG_HOLIDAY_DAYS = 3
"""How many days without work in a row are more than a weekend."""

_DAY = timedelta(days=1)


class ReminderKind(IntEnum):
    """Why the handler is reminded."""

    WINDOW_OPENS = 1
    SEVEN_DAYS = 2
    ONE_DAY = 3
    BEFORE_HOLIDAY = 4


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder of one term.

    Attributes:
        restriction_id: Key of the restriction.
        sequence: Which of its terms ends.
        kind: Why.
        day: Day on which it is due, in Asia/Shanghai.
        last_day: Last day of the term, on which it can still be renewed.
    """

    restriction_id: str
    sequence: int
    kind: ReminderKind
    day: date
    last_day: date


def reminders_of(standing: Standing, holidays: Collection[date]) -> tuple[Reminder, ...]:
    """Returns the reminders of the last term of a restriction, by day; none of one that has ended.

    The closing day of the window is not moved for a holiday (A8). So where a long holiday takes it away, the handler is
    also reminded on the day before that holiday.

    Args:
        standing: How the restriction stands.
        holidays: Days on which nobody works, weekends among them, as far as they are known.
    """
    if not standing.is_open:
        return ()
    period = standing.periods[-1]
    days = {
        ReminderKind.WINDOW_OPENS: period.window_opens,
        ReminderKind.SEVEN_DAYS: period.last_day - 7 * _DAY,
        ReminderKind.ONE_DAY: period.last_day - _DAY,
    }
    eve = _eve_of_holiday(period.last_day, holidays)
    if eve is not None:
        days[ReminderKind.BEFORE_HOLIDAY] = max(eve, period.window_opens)
    reminders = (
        Reminder(standing.filed.restriction_id, period.sequence, kind, day=day, last_day=period.last_day)
        for kind, day in days.items()
        if day >= period.window_opens
    )
    return tuple(sorted(reminders, key=lambda reminder: (reminder.day, reminder.kind)))


def _eve_of_holiday(last_day: date, holidays: Collection[date]) -> date | None:
    """Returns the day before the long holiday in which a day lies; None where it lies in none."""
    first = last = last_day
    if last_day not in holidays:
        return None
    while first - _DAY in holidays:
        first -= _DAY
    while last + _DAY in holidays:
        last += _DAY
    return first - _DAY if (last - first).days + 1 >= LONG_HOLIDAY_DAYS else None
