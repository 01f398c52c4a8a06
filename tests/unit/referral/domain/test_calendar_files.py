"""The form in which operators bring calendars: it is strict, and names the day that is wrong."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referral.domain import Calendar, parse_calendar
from tests.unit.referral.domain.referred import at
from xiezhi.errors import CLASS_OF, InvalidArgument, Reason, XiezhiError

NOW = at("2026-11-20")
GOOD = {
    "year": 2027,
    "version": "国办发明电〔2026〕7号",
    "source": "国务院办公厅",
    "off": ["2027-01-01", "2027-02-08"],
    "work": ["2027-01-03"],
}


def refused(text):
    with pytest.raises(XiezhiError) as caught:
        parse_calendar(text, adopted_at=NOW)
    assert caught.value.reason is Reason.CALENDAR_INVALID
    assert type(caught.value) is CLASS_OF[Reason.CALENDAR_INVALID]
    return caught.value.message


def test_a_calendar_is_read():
    expected = Calendar(
        2027,
        GOOD["version"],
        frozenset({date(2027, 1, 1), date(2027, 2, 8)}),
        frozenset({date(2027, 1, 3)}),
        "国务院办公厅",
        adopted_at=NOW,
    )
    assert parse_calendar(json.dumps(GOOD), adopted_at=NOW) == expected
    dated = parse_calendar(json.dumps(GOOD | {"published_on": "2026-11-12"}), adopted_at=NOW)
    assert dated.published_on == date(2026, 11, 12)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"off": ["2028-01-01"]}, "2028-01-01 in off is not a day of 2027"),
        ({"work": ["2026-12-27"]}, "2026-12-27 in work is not a day of 2027"),
        ({"off": ["2027-01-03"]}, "2027-01-03 is both off and a working day"),
        ({"off": ["2027-01-01", "2027-01-01"]}, "2027-01-01 is in off twice"),
        ({"work": ["2027-01-04"]}, "2027-01-04 is no Saturday or Sunday"),
        ({"off": ["2027-02-30"]}, "2027-02-30 as entry 1 of off is not a day"),
        ({"off": ["2027-01-01", "20270102"]}, "entry 2 of off is not a day such as"),
        ({"off": ["2027-W01-1"]}, "entry 1 of off"),
        ({"off": ["２０２７-01-01"]}, "entry 1 of off"),
        ({"off": ["2027-01-01\n"]}, "entry 1 of off"),
        ({"off": [20270101]}, "entry 1 of off"),
        ({"off": "2027-01-01"}, "off is a list"),
        ({"work": None}, "work is a list"),
        ({"year": "2027"}, "year is a number"),
        ({"year": True}, "year is a number"),
        ({"year": 2027.0}, "year is a number"),
        ({"year": 2003}, "year is a number"),
        ({"year": 2101}, "year is a number"),
        ({"version": " "}, "version is a text"),
        ({"version": "x" * 101}, "version is a text"),
        ({"source": 7}, "source is a text"),
        ({"published_on": "soon"}, "published_on is not a day"),
        ({"more": 1}, "no others"),
    ],
)
def test_what_is_wrong_is_named(changes, said):
    assert said in refused(json.dumps(GOOD | changes))


@pytest.mark.parametrize("missing", sorted(GOOD))
def test_every_field_is_needed(missing):
    assert "it has the fields" in refused(json.dumps({k: v for k, v in GOOD.items() if k != missing}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"year": ' + "9" * 5000 + "}", "not JSON"),
        ("[]", "not a JSON object"),
        ('{"year": 2027, "year": 2028}', "twice"),
    ],
)
def test_what_is_no_calendar_at_all(text, said):
    assert said in refused(text)


_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text("07-年 ", max_size=12), st.sampled_from(GOOD["off"])),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*GOOD, "published_on"]), _values))
def test_whatever_comes_is_read_or_refused(changes):
    try:
        found = parse_calendar(json.dumps(GOOD | changes), adopted_at=NOW)
    except InvalidArgument:
        return
    assert not found.off & found.work
    assert {day.year for day in found.off | found.work} <= {found.year}
