"""The statutory clocks: all vectors of the domain sheet's §11, and what holds for any day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes.terms import end_of
from services.referral.domain import (
    JOINT_RULES,
    LAW,
    NOTICE_RULES,
    Actor,
    Calendars,
    Mark,
    RuleId,
    deadline,
    rules_on,
    time_limit,
)
from services.referral.published import published_calendars
from tests.unit.referral.domain.referred import CALENDARS, at, on

FIRST_2020 = Calendars(tuple(c for c in published_calendars() if c.year != 2020 or "国办" in c.version))
PUBLISHED = CALENDARS.of(2026).version
VECTORS = [
    ("2018-08-06", "2018-08-09", "2018-08-13"),
    ("2018-08-03", "2018-08-06", "2018-08-08"),
    ("2018-09-19", "2018-09-25", "2018-09-25"),
    ("2018-09-21", "2018-09-25", "2018-09-26"),
    ("2018-09-25", "2018-09-28", "2018-09-30"),
    ("2018-09-26", "2018-09-29", "2018-10-08"),
    ("2018-09-28", "2018-10-08", "2018-10-08"),
    ("2018-10-03", "2018-10-08", "2018-10-08"),
    ("2018-10-04", "2018-10-08", "2018-10-09"),
    ("2018-12-26", "2018-12-29", "2019-01-02"),
    ("2018-12-28", "2019-01-02", "2019-01-02"),
    ("2019-02-01", "2019-02-11", "2019-02-11"),
    ("2020-01-22", "2020-02-03", "2020-02-03"),
]


def due(rule_id, day, calendars=CALENDARS, rules=NOTICE_RULES):
    return deadline(rules.find(rule_id), on(day), calendars, version=rules.version)


@pytest.mark.parametrize(("event", "three", "five"), VECTORS)
def test_three_and_five_days(event, three, five):
    for rule_id, last, days in ((RuleId.FILED_FEEDBACK, three, 3), (RuleId.OPINION, five, 5)):
        found = due(rule_id, event)
        assert found.due == on(last)
        assert found.nominal == on(event) + timedelta(days=days)
        assert found.ends_at == end_of(on(last))
        assert not found.is_provisional
        assert found.rule_version == "160-2018"


def test_sixty_days():
    found = due(RuleId.SIXTY_DAYS, "2018-08-03")
    assert (found.nominal, found.due) == (on("2018-10-02"), on("2018-10-08"))


def test_before_the_spring_festival_of_2020_was_extended():
    found = due(RuleId.FILED_FEEDBACK, "2020-01-22", FIRST_2020)
    assert (found.due, found.calendar_versions) == (on("2020-01-31"), ("国办发明电〔2019〕16号",))
    after = due(RuleId.FILED_FEEDBACK, "2020-01-22")
    assert (after.due, after.calendar_versions) == (on("2020-02-03"), (CALENDARS.of(2020).version,))


@pytest.mark.parametrize(
    ("event", "last", "versions", "is_provisional"),
    [
        ("2026-12-25", "2026-12-28", (PUBLISHED,), False),
        ("2026-12-29", "2027-01-04", ("provisional-2027",), True),
        ("2027-03-01", "2027-03-04", ("provisional-2027",), True),
    ],
)
def test_a_year_without_a_notice_makes_the_day_provisional(event, last, versions, is_provisional):
    found = due(RuleId.FILED_FEEDBACK, event)
    assert (found.due, found.calendar_versions, found.is_provisional) == (on(last), versions, is_provisional)


def test_both_years_are_named_when_the_day_rolls_over_the_end_of_one():
    found = due(RuleId.OPINION, "2022-12-26")
    assert (found.due, found.calendar_versions) == (on("2023-01-03"), (PUBLISHED, PUBLISHED))


@pytest.mark.parametrize(
    ("rules", "rule_id", "days", "actor", "marks"),
    [
        (NOTICE_RULES, RuleId.FILED_FEEDBACK, 3, Actor.UNIT, Mark.FEEDBACK_OVERDUE),
        (NOTICE_RULES, RuleId.OPINION, 5, Actor.UNIT, Mark.FEEDBACK_OVERDUE),
        (NOTICE_RULES, RuleId.OPINION_VERIFIED, 7, Actor.UNIT, Mark.FEEDBACK_OVERDUE),
        (NOTICE_RULES, RuleId.OPINION_COMPLEX, 30, Actor.UNIT, Mark.FEEDBACK_OVERDUE),
        (NOTICE_RULES, RuleId.REVIEW, 3, Actor.UNIT, None),
        (NOTICE_RULES, RuleId.REVIEW_VERIFIED, 7, Actor.UNIT, None),
        (NOTICE_RULES, RuleId.REVIEW_COMPLEX, 30, Actor.UNIT, None),
        (NOTICE_RULES, RuleId.SIXTY_DAYS, 60, Actor.UNIT, Mark.SIXTY_DAY_ELAPSED),
        (NOTICE_RULES, RuleId.SUPPLEMENT, 3, Actor.COURT, None),
        (NOTICE_RULES, RuleId.ORDERED_FILING, 15, Actor.UNIT, Mark.FEEDBACK_OVERDUE),
        (JOINT_RULES, RuleId.FILED_FEEDBACK, 3, Actor.UNIT, Mark.FEEDBACK_OVERDUE),
        (JOINT_RULES, RuleId.REVIEW, 7, Actor.UNIT, Mark.FEEDBACK_OVERDUE),
        (JOINT_RULES, RuleId.REVIEW_COMPLEX, 30, Actor.UNIT, Mark.FEEDBACK_OVERDUE),
        (JOINT_RULES, RuleId.ORDERED_FILING, 15, Actor.UNIT, Mark.FEEDBACK_OVERDUE),
        (JOINT_RULES, RuleId.NON_FILING_NOTICE, 7, Actor.UNIT, Mark.FEEDBACK_OVERDUE),
    ],
)
def test_the_rules(rules, rule_id, days, actor, marks):
    rule = rules.find(rule_id)
    assert (rule.days, rule.hours, rule.actor, rule.marks) == (days, 0, actor, marks)
    assert rule.citation
    assert rule.kind is not None
    assert rule.name


def test_what_a_version_has_no_rule_for():
    missing = {rules.version: {i for i in RuleId if rules.find(i) is None} for rules in LAW}
    assert missing == {
        "160-2018": {RuleId.NON_FILING_NOTICE},
        "8-2025": {RuleId.OPINION, RuleId.OPINION_VERIFIED, RuleId.OPINION_COMPLEX, RuleId.REVIEW_VERIFIED},
    }


@pytest.mark.parametrize(
    ("day", "version"),
    [("2018-08-03", "160-2018"), ("2025-06-30", "160-2018"), ("2025-07-01", "8-2025"), ("2030-01-01", "8-2025")],
)
def test_the_day_of_receipt_decides_which_version_counts(day, version):
    assert rules_on(LAW, on(day)).version == version


def test_of_versions_that_begin_on_one_day_the_last_counts():
    corrected = replace(JOINT_RULES, version="corrected")
    assert rules_on((*LAW, corrected), on("2025-07-01")).version == "corrected"


def test_before_the_notice_no_rules_count():
    with pytest.raises(ValueError, match="no rules"):
        rules_on(LAW, on("2018-08-02"))


def test_hours_run_through_days_off():
    start = at("2018-09-29", 15, 30)
    found = time_limit(NOTICE_RULES.find(RuleId.JURISDICTION), start, version="160-2018")
    assert found.ends_at == start + timedelta(hours=24)
    assert (found.due, found.nominal, found.calendar_versions) == (on("2018-09-30"), on("2018-09-30"), ())
    assert (found.rule.hours, found.rule.kind) == (24, None)


@given(st.dates(date(2018, 8, 3), date(2028, 12, 31)), st.sampled_from([r for rules in LAW for r in rules.rules]))
def test_the_last_day_is_a_working_day_and_no_working_day_is_given_away(day, rule):
    if rule.hours:
        return
    found = deadline(rule, day, CALENDARS, version="any")
    assert CALENDARS.is_working(found.due)
    assert found.due >= found.nominal == day + timedelta(days=rule.days)
    assert not any(
        CALENDARS.is_working(found.nominal + timedelta(days=n)) for n in range((found.due - found.nominal).days)
    )
    later = deadline(rule, day + timedelta(days=1), CALENDARS, version="any")
    assert later.due >= found.due
