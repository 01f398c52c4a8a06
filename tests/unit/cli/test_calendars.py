"""Calendars as operators bring them: read from JSON, and refused in any other form."""

from __future__ import annotations

import json
from typing import Any

import protovalidate
import pytest

from xiezhi.cli.calendars import FORM, read_calendar
from xiezhi.cli.output import CommandError
from xiezhi.referral.v1 import supervision_pb2

CALENDAR = {"year": 2027, "version": "V", "off": ["2027-01-01"], "work": ["2027-01-03"]}


@pytest.mark.parametrize("more", [{}, {"source": "国务院办公厅", "published_on": "2026-11-12"}])
def test_a_calendar_is_read(more: dict[str, str]) -> None:
    calendar = read_calendar(CALENDAR | more)
    protovalidate.validate(
        supervision_pb2.ImportCalendarRequest(request_id="7f4df0d5-9a4b-4f43-8d5f-6f1f7a1f2a3c", calendar=calendar)
    )
    assert (calendar.year, calendar.version) == (2027, "V")
    assert [(day.month, day.day) for day in calendar.days_off] == [(1, 1)]
    assert [(day.month, day.day) for day in calendar.working_weekend_days] == [(1, 3)]


def test_the_form_that_help_shows_is_one() -> None:
    assert read_calendar(json.loads(FORM)).year == 2027


@pytest.mark.parametrize(
    "change",
    [
        {"year": "2027"},
        {"year": True},
        {"year": -1},
        {"version": 1},
        {"off": "2027-01-01"},
        {"off": ["2027-02-30"]},
        {"work": [20270103]},
        {"holidays": []},
    ],
)
def test_another_form_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        read_calendar(CALENDAR | change)


@pytest.mark.parametrize("missing", CALENDAR)
def test_a_field_that_is_missing_is_named(missing: str) -> None:
    with pytest.raises(CommandError, match=missing):
        read_calendar({name: value for name, value in CALENDAR.items() if name != missing})
