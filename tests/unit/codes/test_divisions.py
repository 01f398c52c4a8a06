"""Divisions of Jiangxi, as of the notice and on every other date, held against another table."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import numdb

from services.codes.divisions import CHANGES, code_on, codes_on, name_on, prefecture_of

NOTICE = date(2018, 8, 3)
BEFORE, AFTER = date(2014, 12, 31), date(2021, 1, 1)
_SPAN = re.compile(r"(?:\[([0-9]*)-([0-9]*)\])?([^,]+)")


def named_elsewhere(year: int) -> dict[str, str]:
    """What python-stdnum knows of the divisions at the end of a year."""
    found = {}
    for digits in range(10_000):
        code = f"36{digits:04d}"
        for _, properties in numdb.get("cn/loc").info(code)[1:]:
            spans = _SPAN.findall(properties.get("county", ""))
            begun = [span for span in spans if not span[0] or int(span[0]) <= year]
            # The last year of a name is the one before the next name, that of a code the one in which it was given up.
            if begun and (begun[-1] != spans[-1] or not begun[-1][1] or year < int(begun[-1][1])):
                found[code] = begun[-1][2]
    return {code: name for code, name in found.items() if name != "市辖区"}


@pytest.mark.parametrize("year", range(2014, 2022))
def test_every_division_of_a_year_is_known_by_its_code_and_name(year):
    day = date(year, 12, 31)
    assert {code: name_on(code, day) for code in codes_on(day)} == named_elsewhere(year)


def test_at_the_notice_there_are_100_divisions_below_11_cities():
    codes = codes_on(NOTICE)
    assert len(codes) == 112
    cities = [code for code in codes if code.endswith("00") and code != "360000"]
    assert len(cities) == 11
    assert {prefecture_of(code) for code in codes if code != "360000"} == set(cities)
    assert name_on("360000", NOTICE) == "江西省"
    assert all(name_on(code, NOTICE).endswith("市") for code in cities)


@pytest.mark.parametrize(
    ("code", "on", "found"),
    [
        ("360721", NOTICE, "360704"),
        ("360721", date(2015, 1, 1), "360721"),
        ("360704", date(2015, 1, 1), "360721"),
        ("360704", NOTICE, "360704"),
        ("361121", NOTICE, "361121"),
        ("361104", NOTICE, "361121"),
        ("361121", date(2026, 1, 1), "361104"),
        ("360622", NOTICE, "360603"),
        ("360727", date(2026, 1, 1), "360783"),
        ("360783", NOTICE, "360727"),
        ("360402", date(2015, 1, 1), "360402"),
        ("360105", NOTICE, "360105"),
        ("360105", date(2026, 1, 1), "360112"),
        ("360112", NOTICE, "360112"),
        ("360112", date(2014, 1, 1), "360122"),
        ("360122", date(2026, 1, 1), "360112"),
        ("360113", NOTICE, "360113"),
        ("360113", date(2026, 1, 1), "360113"),
    ],
)
def test_a_division_has_the_code_of_the_day(code, on, found):
    assert code_on(code, on) == found


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_counts_from_its_day_on(change):
    eve = change.on - timedelta(days=1)
    assert code_on(change.before, eve) == change.before
    assert code_on(change.before, change.on) == change.after
    assert name_on(change.before, eve) == change.before_name
    assert name_on(change.before, change.on) == change.after_name
    if not change.is_merger:
        assert code_on(change.after, eve) == change.before


def test_changes_are_told_in_their_order():
    assert [change.on for change in CHANGES] == sorted(change.on for change in CHANGES)


def test_a_division_has_no_name_before_it_is_created():
    assert name_on("360113", NOTICE) is None
    assert name_on("360113", date(2019, 12, 24)) == "红谷滩区"


@pytest.mark.parametrize("code", ["440106", "110101", "820000", "369901", "362101", "", "赣", "36010２"])
def test_what_is_not_in_the_table_is_returned_as_it_is(code):
    for day in (BEFORE, NOTICE, AFTER):
        assert code_on(code, day) == code
        assert name_on(code, day) is None


@given(st.dates(BEFORE, AFTER), st.dates(BEFORE, AFTER), st.data())
def test_a_code_of_a_day_stays_and_leads_to_that_of_any_later_day(one, other, data):
    earlier, later = sorted((one, other))
    code = data.draw(st.sampled_from(codes_on(earlier)))
    assert code_on(code, earlier) == code
    assert code_on(code, later) in codes_on(later)
    assert code_on(code_on(code, later), later) == code_on(code, later)
