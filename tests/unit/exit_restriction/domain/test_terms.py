"""How long a restriction lasts: the vectors of the domain sheet's §11, and the rules of levels (§7.3)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes.terms import corresponding_day, end_of
from services.exit_restriction.domain import LEVEL_LIMITS, TERM_RULES, FilingLevel, Period, Term, TermRule, rule_on
from services.exit_restriction.domain.terms import BEFORE_NOTICE, NOTICE_RULE, first_last_day, renewed_last_day
from tests.unit.exit_restriction.domain.restricted import DAY, days, few, refused
from xiezhi.errors import Reason, XiezhiError

COUNTY, PREFECTURE, PROVINCE = FilingLevel
STANDARD = Term()
WHY = "the debtor lives abroad"


def first(term=STANDARD, level=PREFECTURE, *, start=DAY, rule=NOTICE_RULE):
    return first_last_day(term, level=level, rule=rule, start=start)


@pytest.mark.clause("R-1.11", "R-1.12")
@pytest.mark.parametrize(
    ("start", "last_day", "opens", "released"),
    [
        (date(2018, 8, 3), date(2019, 8, 3), date(2019, 7, 3), date(2019, 8, 4)),
        (date(2018, 8, 31), date(2019, 8, 31), date(2019, 7, 31), date(2019, 9, 1)),
        (date(2019, 2, 28), date(2020, 2, 28), date(2020, 1, 28), date(2020, 2, 29)),
        (date(2020, 2, 29), date(2021, 2, 28), date(2021, 1, 28), date(2021, 3, 1)),
        (date(2019, 3, 31), date(2020, 3, 31), date(2020, 2, 29), date(2020, 4, 1)),
        (date(2018, 12, 31), date(2019, 12, 31), date(2019, 11, 30), date(2020, 1, 1)),
        (date(2018, 10, 1), date(2019, 10, 1), date(2019, 9, 1), date(2019, 10, 2)),
    ],
)
def test_one_year_and_its_window_end_as_the_domain_sheet_has_them(start, last_day, opens, released):
    assert first(start=start) == last_day
    period = Period(0, start, last_day, "160-2018")
    assert period.window_opens == opens
    assert end_of(last_day).isoformat() == f"{date.fromordinal(released.toordinal() - 1)}T16:00:00+00:00"


def test_a_chain_from_the_29th_of_february_does_not_win_that_day_back():
    ends = [first(start=date(2020, 2, 29))]
    for _ in range(3):
        ends.append(renewed_last_day(Term(), level=PREFECTURE, rule=NOTICE_RULE, present=ends[-1]))
    assert ends == [date(2021, 2, 28), date(2022, 2, 28), date(2023, 2, 28), date(2024, 2, 28)]


def test_a_renewal_is_one_year_from_the_end_before():
    assert renewed_last_day(Term(), level=PREFECTURE, rule=NOTICE_RULE, present=date(2019, 8, 3)) == date(2020, 8, 3)


def test_the_window_of_a_term_shorter_than_it_opens_with_the_term():
    assert Period(0, date(2018, 8, 3), date(2018, 8, 13), "160-2018").window_opens == date(2018, 8, 3)


@pytest.mark.parametrize(
    ("term", "level", "expected"),
    [
        (Term(), PREFECTURE, date(2019, 8, 3)),
        (Term(), PROVINCE, date(2019, 8, 3)),
        (Term(), COUNTY, Reason.TERM_EXCEEDS_LEVEL),
        (Term(3), COUNTY, date(2018, 11, 3)),
        (Term(4), COUNTY, Reason.TERM_EXCEEDS_LEVEL),
        (Term(last_day=date(2018, 11, 3)), COUNTY, date(2018, 11, 3)),
        (Term(last_day=date(2018, 11, 4)), COUNTY, Reason.TERM_EXCEEDS_LEVEL),
        (Term(last_day=date(2019, 8, 2)), PREFECTURE, date(2019, 8, 2)),
        (Term(last_day=date(2019, 8, 3)), PREFECTURE, date(2019, 8, 3)),
        (Term(last_day=date(2019, 8, 4)), PREFECTURE, Reason.TERM_EXCEEDS_LEVEL),
        (Term(last_day=date(2019, 8, 4)), PROVINCE, Reason.TERM_REASON_MISSING),
        (Term(last_day=date(2019, 8, 4), reason=" "), PROVINCE, Reason.TERM_REASON_MISSING),
        (Term(last_day=date(2019, 8, 4), reason=WHY), PROVINCE, date(2019, 8, 4)),
        (Term(13, reason=WHY), PREFECTURE, Reason.TERM_EXCEEDS_LEVEL),
        (Term(13), PROVINCE, Reason.TERM_REASON_MISSING),
        (Term(60, reason=WHY), PROVINCE, date(2023, 8, 3)),
        (Term(61, reason=WHY), PROVINCE, Reason.TERM_EXCEEDS_LEVEL),
        (Term(10**9, reason=WHY), PROVINCE, Reason.TERM_EXCEEDS_LEVEL),
        (Term(last_day=date(2023, 8, 4), reason=WHY), PROVINCE, Reason.TERM_EXCEEDS_LEVEL),
        (Term(6, date(2019, 2, 3)), PREFECTURE, date(2019, 2, 3)),
        (Term(6, date(2019, 2, 4)), PREFECTURE, Reason.TERM_TOO_LONG),
        (Term(6, date(2019, 8, 4)), PREFECTURE, Reason.TERM_EXCEEDS_LEVEL),
        (Term(0), PREFECTURE, Reason.TERM_ENDS_BEFORE_START),
        (Term(-1, date(2018, 9, 1)), PREFECTURE, Reason.TERM_ENDS_BEFORE_START),
        (Term(last_day=date(2018, 8, 3)), PREFECTURE, date(2018, 8, 3)),
        (Term(last_day=date(2018, 8, 2)), PREFECTURE, Reason.TERM_ENDS_BEFORE_START),
    ],
)
def test_a_term_is_within_its_level_and_its_document(term, level, expected):
    if isinstance(expected, Reason):
        assert WHY not in refused(expected, first, term, level)
    else:
        assert first(term, level) == expected


def test_a_renewal_must_go_beyond_the_present_term():
    present = date(2019, 8, 3)
    refused(
        Reason.TERM_ENDS_BEFORE_START,
        renewed_last_day,
        Term(last_day=present),
        level=PREFECTURE,
        rule=NOTICE_RULE,
        present=present,
    )


@pytest.mark.clause("R-5.5")
def test_before_the_notice_a_term_must_be_named():
    assert rule_on(TERM_RULES, date(2018, 8, 2)) is BEFORE_NOTICE
    assert rule_on(TERM_RULES, date(2018, 8, 3)) is NOTICE_RULE
    start = date(2018, 8, 1)
    refused(Reason.TERM_ENDS_BEFORE_START, first, start=start, rule=BEFORE_NOTICE)
    assert first(Term(2), start=start, rule=BEFORE_NOTICE) == date(2018, 10, 1)
    named = Term(last_day=date(2020, 8, 1))
    assert first(named, PROVINCE, start=start, rule=BEFORE_NOTICE) == date(2020, 8, 1)
    refused(Reason.TERM_EXCEEDS_LEVEL, first, named, start=start, rule=BEFORE_NOTICE)


def test_a_later_rule_takes_the_place_of_an_earlier_one_and_none_at_all_fails():
    later = TermRule("later", date(2026, 1, 1), standard_months=6, limits=LEVEL_LIMITS)
    assert rule_on((later, *TERM_RULES), date(2025, 12, 31)) is NOTICE_RULE
    assert rule_on((later, *TERM_RULES), date(2026, 1, 1)) is later
    assert first(rule=later) == date(2019, 2, 3)
    with pytest.raises(ValueError, match="configure"):
        rule_on((), DAY)


def test_a_rule_needs_a_limit_for_every_level():
    with pytest.raises(ValueError, match="every level"):
        TermRule("open", DAY, standard_months=12, limits={COUNTY: 3})


terms = st.builds(Term, st.none() | st.integers(-1, 70), st.none() | days, st.sampled_from(("", WHY)))


@few
@given(terms, st.sampled_from(FilingLevel), days)
def test_no_term_is_ever_longer_than_its_level_or_its_document(term, level, start):
    try:
        last_day = first(term, level, start=start)
    except XiezhiError:
        return
    assert start <= last_day <= corresponding_day(start, LEVEL_LIMITS[level])
    assert term.last_day is None or last_day == term.last_day
    assert term.months is None or last_day <= corresponding_day(start, term.months)
    assert term.reason or last_day <= corresponding_day(start, 12)
