"""Working days: the State Council's yearly notices (节假日安排), in versions, of which none is ever changed.

A year without a notice is provisional: Saturdays and Sundays are off, and the public holidays of the statute that have
a fixed date. Which days the others fall on, and which weekends are worked instead (调休), only the notice tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from xiezhi.errors import Reason, XiezhiError, error

_DAY = timedelta(days=1)
_SATURDAY = 5
_YEARS = range(2004, 2101)
_ALWAYS = datetime.min.replace(tzinfo=UTC)

# Labour Day has a second day since 2025-01-01 (全国年节及纪念日放假办法, 国务院令第795号).
_SECOND_LABOUR_DAY_SINCE = 2025
_FIXED = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))


@dataclass(frozen=True, slots=True)
class Calendar:
    """One version of a year.

    Attributes:
        year: The year.
        version: Its name, for example "chinesecalendar-1.11.0"; no other version of any year has it with other days.
        off: Days that are no working days, beside Saturdays and Sundays.
        work: Saturdays and Sundays that are worked (调休上班).
        source: Where it comes from, for example the number of the notice.
        published_on: Day of the notice; None where the source does not say, which counts as older than any.
        adopted_at: Instant from which the exchange counts with it; None for what it knew from the beginning.
        is_provisional: Whether no notice is known yet.
    """

    year: int
    version: str
    off: frozenset[date]
    work: frozenset[date]
    source: str
    published_on: date | None = None
    adopted_at: datetime | None = None
    is_provisional: bool = False

    def is_working(self, day: date) -> bool:
        """Whether a day of the year is a working day."""
        return day in self.work or (day.weekday() < _SATURDAY and day not in self.off)


@dataclass(frozen=True, slots=True)
class Calendars:
    """All versions of all years.

    Attributes:
        versions: The calendars. Of a year the one that was adopted last counts; of those adopted at one instant the one
            that was published last, and of these the last in this order.
    """

    versions: tuple[Calendar, ...] = ()

    def as_of(self, moment: datetime) -> Calendars:
        """Returns those that were adopted at a moment."""
        return Calendars(tuple(c for c in self.versions if c.adopted_at is None or c.adopted_at <= moment))

    def of(self, year: int, version: str | None = None) -> Calendar:
        """Returns the calendar of a year: the newest, or the version that is asked for.

        Args:
            year: The year.
            version: Name of the version; None for the newest.

        Raises:
            ValueError: If the year has no such version.
        """
        found = [c for c in self.versions if c.year == year and version in {None, c.version}]
        if found:
            return max(reversed(found), key=_age)
        made = provisional(year)
        if version not in {None, made.version}:
            raise ValueError("the year has no calendar of this version")
        return made

    def is_working(self, day: date) -> bool:
        """Whether a day is a working day."""
        return self.of(day.year).is_working(day)

    def roll(self, day: date) -> date:
        """Returns the first working day that is not before a day."""
        while not self.is_working(day):
            day += _DAY
        return day

    def working_day_before(self, day: date, count: int) -> date:
        """Returns the working day that lies so many working days before a day.

        Args:
            day: The day, working or not, which is not counted itself.
            count: How many, from 1.
        """
        while count:
            day -= _DAY
            count -= self.is_working(day)
        return day

    def between(self, first: date, last: date) -> tuple[Calendar, ...]:
        """Returns the calendars that decide about days from the first to the last, both included."""
        return tuple(self.of(year) for year in range(first.year, last.year + 1))


def provisional(year: int) -> Calendar:
    """Makes the calendar of a year of which no notice is known.

    Source:
        全国年节及纪念日放假办法 art 2.
    """
    fixed = _FIXED if year < _SECOND_LABOUR_DAY_SINCE else (*_FIXED, (5, 2))
    return Calendar(
        year,
        f"provisional-{year}",
        frozenset(date(year, month, day) for month, day in fixed),
        frozenset(),
        source="全国年节及纪念日放假办法",
        is_provisional=True,
    )


def compile_calendar(year: int, version: str, *, off: Sequence[date], work: Sequence[date]) -> Calendar:
    """Makes a calendar of the days that an operator lists, which is still to be adopted.

    Args:
        year: The year, 2004 to 2100.
        version: Name of the version, for example the number of the notice, which is its source as well.
        off: Days off.
        work: Saturdays and Sundays that are worked.

    Raises:
        InvalidArgument: CALENDAR_INVALID.
    """
    if not version or version != version.strip() or not version.isprintable():
        raise refuse_calendar("version is printable text without spaces around it")
    if year not in _YEARS:
        raise refuse_calendar(f"year is a number from {_YEARS[0]} to {_YEARS[-1]}")
    for name, days in (("off", off), ("work", work)):
        for day in sorted(days):
            if day.year != year:
                raise refuse_calendar(f"{day} in {name} is not a day of {year}")
            if days.count(day) > 1:
                raise refuse_calendar(f"{day} is in {name} twice")
    for day in sorted(work):
        if day in off:
            raise refuse_calendar(f"{day} is both off and a working day")
        if day.weekday() < _SATURDAY:
            raise refuse_calendar(f"{day} is no Saturday or Sunday, so it is a working day without being listed")
    return Calendar(year, version, frozenset(off), frozenset(work), source=version)


def refuse_calendar(what: str) -> XiezhiError:
    """Makes the refusal of a calendar.

    Args:
        what: What is wrong with it.
    """
    return error(Reason.CALENDAR_INVALID, f"The calendar cannot be used: {what}.")


def _age(calendar: Calendar) -> tuple[datetime, date]:
    return calendar.adopted_at or _ALWAYS, calendar.published_on or date.min
