"""The calendars that come with the exchange: those of the library chinesecalendar, 2004 to 2026.

The library has no dates of notices and one version of a year. The Spring Festival of 2020 was made longer while it
lasted, so that year is there as it was published first, too.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from importlib import metadata

from chinese_calendar.constants import holidays, workdays

from services.referral.domain.calendars import Calendar

EXTENDED_YEAR = 2020
"""Year of the Spring Festival that was made longer."""

_FIRST_NOTICE = "国办发明电〔2019〕16号"
_EXTENSION = "国办发明电〔2020〕1号"
# What the extension took away: a Saturday that was to be worked.
_WORKED_FIRST = date(2020, 2, 1)
# The days that it added; the second is a Sunday.
_ADDED = frozenset({date(2020, 1, 31), date(2020, 2, 1), date(2020, 2, 2)})


def published_calendars(*, adopted_at: datetime | None = None) -> tuple[Calendar, ...]:
    """Returns them, oldest year first.

    Args:
        adopted_at: Instant from which the exchange counts with them; None at its very first start. Years that a newer
            version of the library brings later are adopted when they come, so that no deadline moves that has passed.
    """
    version = f"chinesecalendar-{metadata.version('chinesecalendar')}"
    off, work = _by_year(holidays), _by_year(workdays)
    made = []
    for year in sorted(off):
        days = frozenset(off[year]), frozenset(work[year])
        published, source = None, "国务院办公厅节假日安排"
        if year == EXTENDED_YEAR:
            made.append(
                Calendar(
                    year,
                    _FIRST_NOTICE,
                    days[0] - _ADDED,
                    days[1] | {_WORKED_FIRST},
                    source=_FIRST_NOTICE,
                    published_on=date(2019, 11, 21),
                    adopted_at=adopted_at,
                )
            )
            published, source = date(2020, 1, 26), _EXTENSION
        made.append(Calendar(year, version, *days, source=source, published_on=published, adopted_at=adopted_at))
    return tuple(made)


def _by_year(days: dict[date, str]) -> dict[int, set[date]]:
    years: dict[int, set[date]] = defaultdict(set)
    for day in days:
        years[day.year].add(day)
    return years
