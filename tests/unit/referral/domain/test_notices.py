"""Notices about deadlines: when each is due, and that none is lost or repeated."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from services.codes.terms import end_of
from services.referral.domain import (
    Extended,
    FeedbackGiven,
    NoticeKind,
    Plan,
    Recipient,
    Review,
    RuleId,
    SupplementRequested,
    Withdrawn,
    adjust,
    duties_at,
    notices_of,
)
from tests.unit.referral.domain.referred import CALENDARS, TICK, at, facts, filed, instants, on, referred
from tests.unit.referral.domain.test_duties import FILED_2026, with_notice

REMINDER, OVERDUE, ESCALATED, PRIVATE = NoticeKind
FILED = [*referred("2018-09-28"), filed("2018-09-28")]
SECOND_DAY = at("2018-09-30", 0)


def due(known, moment, *, rule_id=None, calendars=CALENDARS, plan=None):
    found = notices_of("r1", duties_at(known, moment, calendars), moment, calendars=calendars, plan=plan)
    return [n for n in found if rule_id is None or n.duty.deadline.rule.id is rule_id]


def kinds(known, moment, rule_id=RuleId.FILED_FEEDBACK, **more):
    return [n.kind for n in due(known, moment, rule_id=rule_id, **more)]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (SECOND_DAY - TICK, []),
        (SECOND_DAY, [REMINDER]),
        (at("2018-10-08", 23), [REMINDER]),
        (at("2018-10-09", 0), [REMINDER, OVERDUE]),
        (end_of(on("2018-10-13")) - TICK, [REMINDER, OVERDUE]),
        (end_of(on("2018-10-13")), [REMINDER, OVERDUE, ESCALATED]),
    ],
)
def test_when_each_kind_is_due(moment, expected):
    """The feedback is due on 2018-10-08; the working day before the holiday is Sunday 2018-09-30."""
    assert kinds(FILED, moment) == expected


def test_who_is_told():
    told = {(n.duty.deadline.rule.id, n.kind): n.recipient for n in due(FILED, at("2019-03-01"))}
    assert told[RuleId.FILED_FEEDBACK, REMINDER] is Recipient.UNIT
    assert told[RuleId.FILED_FEEDBACK, OVERDUE] is Recipient.LIAISONS
    assert told[RuleId.FILED_FEEDBACK, ESCALATED] is Recipient.PROVINCIAL_BODIES
    assert told[RuleId.SIXTY_DAYS, PRIVATE] is Recipient.COURT
    assert {kind for rule_id, kind in told if rule_id is RuleId.SIXTY_DAYS} == {REMINDER, PRIVATE}


def test_of_a_rule_of_thumb_and_of_a_supplement_only_a_reminder_goes_out():
    known = [*referred(), SupplementRequested(at("2018-08-07"))]
    assert kinds(known, at("2018-12-01"), RuleId.REVIEW) == [REMINDER]
    (found,) = due(known, at("2018-12-01"), rule_id=RuleId.SUPPLEMENT)
    assert found.recipient is Recipient.COURT


def test_the_plan_is_configured():
    plan = Plan(remind_before=2, escalate_after=0)
    assert kinds(FILED, at("2018-09-29", 0), plan=plan) == [REMINDER]
    assert kinds(FILED, at("2018-10-09", 0), plan=plan) == [REMINDER, ESCALATED, OVERDUE]


def test_a_reminder_is_not_due_before_its_clock_began():
    known = [*referred("2018-09-28"), filed("2018-10-07")]
    (found,) = due(known, at("2018-10-07", 12), rule_id=RuleId.FILED_FEEDBACK, plan=Plan(remind_before=9))
    assert found.due_at == at("2018-10-07", 12)


def test_a_decision_that_is_told_after_its_deadline_is_overdue_at_once_without_a_reminder():
    told = [*referred("2018-08-06"), filed("2018-08-07")]
    told[-1] = type(told[-1])(at("2018-08-14"), "a", told[-1].decision, on("2018-08-07"))
    (found,) = due(told, at("2018-08-14"), rule_id=RuleId.FILED_FEEDBACK)
    assert (found.kind, found.due_at) == (OVERDUE, at("2018-08-14"))


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (FeedbackGiven(SECOND_DAY, "a"), []),
        (FeedbackGiven(SECOND_DAY + TICK, "a"), [REMINDER]),
        (FeedbackGiven(at("2018-10-09", 0), "a"), [REMINDER]),
        (FeedbackGiven(at("2018-10-10"), "a"), [REMINDER, OVERDUE]),
    ],
)
def test_what_was_due_before_the_duty_ended_stays_due_and_nothing_after_it(end, expected):
    assert kinds([*FILED, end], at("2019-03-01")) == expected


def test_what_ceased_is_not_told():
    known = [*referred(), Extended(at("2018-08-07"), Review.COMPLEX), Withdrawn(at("2018-08-08"))]
    assert not [n for n in due(known, at("2019-03-01")) if n.kind is not REMINDER]


def test_a_deadline_that_moved_has_notices_of_its_own():
    calendars, moment = with_notice(at("2026-12-31")), at("2026-12-31")
    known = [*FILED_2026, *adjust(FILED_2026, moment, calendars)]
    old = {n.key for n in due(FILED_2026, at("2027-03-01"), rule_id=RuleId.FILED_FEEDBACK, calendars=calendars)}
    new = {n.key for n in due(known, at("2027-03-01"), rule_id=RuleId.FILED_FEEDBACK, calendars=calendars)}
    assert len(old) == len(new) == 3
    assert not old & new


@settings(max_examples=40)
@given(facts, instants, instants)
def test_whoever_stood_still_finds_what_was_missed_and_nothing_twice(known, moment, other):
    earlier, later = sorted((moment, other))
    before, after = ([n.key for n in due(known, m)] for m in (earlier, later))
    assert len(set(after)) == len(after)
    assert set(before) <= set(after)
    steps = [earlier + n * (later - earlier) / 5 for n in range(6)]
    told = {}
    for step in steps:
        told.update({n.key: n.due_at for n in due(known, step)})
    assert set(told) == set(after)
    assert told == {n.key: n.due_at for n in due(known, later)}
