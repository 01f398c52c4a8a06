"""Calendars as operators bring them: a strict form in JSON, of which the first day that is wrong is named.

    {"year": 2027, "version": "国办发明电〔2026〕7号", "source": "国务院办公厅", "published_on": "2026-11-12",
     "off": ["2027-01-01"], "work": ["2027-01-03"]}

`published_on` may be left out, nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NoReturn

from services.referral.domain.calendars import Calendar
from xiezhi.errors import Reason, error

MAX_TEXT = 100
"""Longest version and source, in characters."""

_NEEDED = frozenset({"year", "version", "source", "off", "work"})
_FIELDS = _NEEDED | {"published_on"}
_YEARS = range(2004, 2101)
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SATURDAY = 5
_MAX_DAYS = 366


def parse_calendar(text: str, *, adopted_at: datetime) -> Calendar:
    """Reads a calendar.

    Args:
        text: The JSON text.
        adopted_at: Instant from which the exchange counts with it.

    Raises:
        InvalidArgument: CALENDAR_INVALID.
    """
    fields = _read(text)
    if fields.keys() - _FIELDS or _NEEDED - fields.keys():
        _refuse("it has the fields year, version, source, off and work, may have published_on, and no others")
    year = fields["year"]
    if type(year) is not int:
        _refuse("year is a number")
    return compile_calendar(
        year,
        _text(fields, "version"),
        off=_days(fields, "off"),
        work=_days(fields, "work"),
        source=_text(fields, "source"),
        published_on=_day(fields["published_on"], "published_on") if "published_on" in fields else None,
        adopted_at=adopted_at,
    )


def compile_calendar(
    year: int,
    version: str,
    *,
    off: Sequence[date],
    work: Sequence[date],
    source: str,
    published_on: date | None,
    adopted_at: datetime,
) -> Calendar:
    """Makes a calendar of days that somebody lists.

    Args:
        year: The year, 2004 to 2100.
        version: Name of the version.
        off: Days off.
        work: Saturdays and Sundays that are worked.
        source: Where it comes from.
        published_on: Day of the notice; None where that is not known.
        adopted_at: Instant from which the exchange counts with it.

    Raises:
        InvalidArgument: CALENDAR_INVALID.
    """
    if not version or version != version.strip() or not version.isprintable():
        _refuse("version is printable text without spaces around it")
    if year not in _YEARS:
        _refuse(f"year is a number from {_YEARS[0]} to {_YEARS[-1]}")
    for name, days in (("off", off), ("work", work)):
        for day in sorted(days):
            if day.year != year:
                _refuse(f"{day} in {name} is not a day of {year}")
            if days.count(day) > 1:
                _refuse(f"{day} is in {name} twice")
    for day in sorted(work):
        if day in off:
            _refuse(f"{day} is both off and a working day")
        if day.weekday() < _SATURDAY:
            _refuse(f"{day} is no Saturday or Sunday, so it is a working day without being listed")
    return Calendar(year, version, frozenset(off), frozenset(work), source, published_on, adopted_at)


def _read(text: str) -> Mapping[str, object]:
    try:
        found: object = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        _refuse("it is not JSON")
    if not isinstance(found, dict):
        _refuse("it is not a JSON object")
    return found


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        _refuse("a field is there twice")
    return fields


def _text(fields: Mapping[str, object], name: str) -> str:
    text = fields[name]
    if not isinstance(text, str) or not text.strip() or text != text.strip() or len(text) > MAX_TEXT:
        _refuse(f"{name} is a text of 1 to {MAX_TEXT} characters without spaces around it")
    return text


def _days(fields: Mapping[str, object], name: str) -> list[date]:
    listed = fields[name]
    if not isinstance(listed, list) or len(listed) > _MAX_DAYS:
        _refuse(f"{name} is a list of days")
    return [_day(entry, f"entry {number} of {name}") for number, entry in enumerate(listed, 1)]


def _day(entry: object, place: str) -> date:
    # The form first: from Python 3.11 on fromisoformat takes others, such as 20270101 and 2027-W01-1.
    if not isinstance(entry, str) or not _DAY.fullmatch(entry):
        _refuse(f"{place} is not a day such as 2027-01-01")
    try:
        return date.fromisoformat(entry)
    except ValueError:
        _refuse(f"{entry} as {place} is not a day of any year")


def _refuse(what: str) -> NoReturn:
    raise error(Reason.CALENDAR_INVALID, f"The calendar cannot be used: {what}.")
