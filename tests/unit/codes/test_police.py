"""To which unit a court refers, by the codes of divisions as they are on the day."""

from __future__ import annotations

from datetime import date

import pytest

from services.codes.police import is_at_place_of, is_in_reach_of, is_known, name_of, police_of

NOTICE, LATER = date(2018, 8, 3), date(2021, 1, 1)


@pytest.mark.parametrize(
    ("unit", "court", "day", "expected"),
    [
        ("360102000000", "赣0102", NOTICE, True),
        ("360102050000", "赣0102", NOTICE, True),
        ("360103000000", "赣0102", NOTICE, False),
        ("360100000000", "赣0102", NOTICE, False),
        ("360100000000", "赣01", NOTICE, True),
        ("360102000000", "赣01", NOTICE, False),
        ("360700000000", "赣01", NOTICE, False),
        ("360000000000", "赣", NOTICE, True),
        ("360700000000", "赣", NOTICE, True),
        ("360702000000", "赣", NOTICE, False),
        ("369900000000", "赣", NOTICE, False),
        # The court keeps its code when the division gets another one.
        ("361121000000", "赣1121", NOTICE, True),
        ("361104000000", "赣1121", LATER, True),
        ("361121000000", "赣1121", LATER, True),
        ("361102000000", "赣1121", LATER, False),
        ("360112000000", "赣0105", LATER, True),
        # Courts of no county.
        ("360111000000", "赣0191", NOTICE, True),
        ("360702000000", "赣0191", NOTICE, False),
        ("360100000000", "赣71", NOTICE, True),
        ("360104000000", "赣7101", NOTICE, True),
        ("360702000000", "赣7101", NOTICE, False),
    ],
)
def test_a_unit_is_at_the_place_of_a_court(unit, court, day, expected):
    assert is_at_place_of(unit, court, on=day) is expected


@pytest.mark.parametrize(
    ("unit", "court", "expected"),
    [
        ("360100000000", "赣0102", True),
        ("360103000000", "赣0102", True),
        ("360000610000", "赣0102", True),
        ("360700000000", "赣0102", False),
        ("360104000000", "赣7101", True),
        ("360702000000", "赣", True),
        ("369901000000", "赣", False),
        ("赣", "赣", False),
    ],
)
def test_a_unit_is_in_reach_of_a_court(unit, court, expected):
    assert is_in_reach_of(unit, court, on=NOTICE) is expected


def test_a_division_that_is_not_there_has_no_unit():
    assert is_known("360113000000", on=LATER)
    assert not is_known("360113000000", on=NOTICE)
    assert not is_known("369901000000", on=NOTICE)


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        ("360102050000", "南昌市东湖区公安机关（360102050000）"),
        ("360100000000", "南昌市公安机关（360100000000）"),
        ("360000000000", "江西省公安机关（360000000000）"),
    ],
)
def test_a_unit_is_called_after_its_place(unit, name):
    assert name_of(unit, on=NOTICE) == name


@pytest.mark.parametrize(
    ("court", "day", "expected"),
    [
        ("赣", NOTICE, "360000000000"),
        ("赣01", NOTICE, "360100000000"),
        ("赣0102", NOTICE, "360102000000"),
        ("赣1121", NOTICE, "361121000000"),
        ("赣1121", LATER, "361104000000"),
        ("赣0191", NOTICE, "360100000000"),
        ("赣71", NOTICE, "360100000000"),
        ("赣7101", NOTICE, "360100000000"),
    ],
)
def test_the_police_of_a_court_s_place_are_at_its_place(court, day, expected):
    assert police_of(court, on=day) == expected
    assert is_at_place_of(expected, court, on=day)
