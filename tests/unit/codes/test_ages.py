"""When somebody is 16周岁以上 (R-1.3, A1)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes.ages import AgeRule, is_16_or_older

CIVIL, CRIMINAL = AgeRule.CIVIL_BIRTHDAY, AgeRule.CRIMINAL_NEXT_DAY
AS_OF = date(2018, 8, 3)
LEAP_BIRTH = date(2004, 2, 29)


@pytest.mark.parametrize(
    ("birth", "on", "civil", "criminal"),
    [
        (date(2002, 8, 2), AS_OF, True, True),
        (date(2002, 8, 3), AS_OF, True, False),
        (date(2002, 8, 4), AS_OF, False, False),
        (date(1890, 1, 1), AS_OF, True, True),
        (AS_OF, AS_OF, False, False),
        (date(2002, 12, 31), date(2018, 12, 31), True, False),
        (date(2002, 12, 31), date(2019, 1, 1), True, True),
        (LEAP_BIRTH, date(2020, 2, 28), False, False),
        (LEAP_BIRTH, date(2020, 2, 29), True, False),
        (LEAP_BIRTH, date(2020, 3, 1), True, True),
        (date(2084, 2, 29), date(2100, 2, 27), False, False),
        (date(2084, 2, 29), date(2100, 2, 28), True, False),
        (date(2084, 2, 29), date(2100, 3, 1), True, True),
        (date(9990, 1, 1), date(9999, 12, 31), False, False),
        (date(2030, 1, 1), AS_OF, False, False),
    ],
)
def test_the_vectors_of_both_rules(birth, on, civil, criminal):
    assert is_16_or_older(birth, on, CIVIL) is civil
    assert is_16_or_older(birth, on, CRIMINAL) is criminal


@given(st.dates(date(1890, 1, 1), date(2200, 12, 31)), st.dates(date(1890, 1, 1), date(2300, 12, 31)))
def test_the_second_rule_is_the_first_a_day_later(birth, on):
    assert is_16_or_older(birth, on + timedelta(days=1), CRIMINAL) is is_16_or_older(birth, on, CIVIL)


@given(st.dates(date(1890, 1, 1), date(2200, 12, 31)), st.dates(date(1890, 1, 1), date(2300, 12, 31)))
def test_who_is_16_stays_so(birth, on):
    for rule in AgeRule:
        if is_16_or_older(birth, on, rule):
            assert is_16_or_older(birth, on + timedelta(days=1), rule)


def test_the_rules_have_the_names_that_the_configuration_uses():
    assert [rule.name for rule in AgeRule] == [rule.value for rule in AgeRule]
    assert AgeRule["CIVIL_BIRTHDAY"] is CIVIL
