"""Notices and duties as courts and units are told of them, and who is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings

from services.chassis.feed import Delivered
from services.codes.legal_time import legal_date
from services.referral.convert import write_duty as write_full_duty
from services.referral.domain import (
    NoticeKind,
    RuleId,
    Sent,
    Supplemented,
    Transferred,
    Withdrawn,
    adjust,
    notices_of,
)
from services.referral.notices.convert import describe, write_duty, write_item, write_notices
from services.referral.notices.domain import (
    LIAISON,
    OFFICE,
    PROVINCIAL,
    TOPICS,
    Kind,
    Told,
    addressee_of,
    derive,
    owed_of,
    post_of,
    recipients_of,
    told_of,
)
from services.referral.notices.views import view_of
from tests.unit.referral.domain.referred import (
    CALENDARS,
    CASE,
    COURT,
    OTHER_UNIT,
    UNIT,
    at,
    facts,
    filed,
    instants,
    on,
    received,
    referred,
    sent,
)
from tests.unit.referral.domain.test_duties import FILED_2026, with_notice
from xiezhi.referral.v1 import notice_pb2, referral_pb2, supervision_pb2

KEY = "00000000-0000-8000-8000-000000000001"
FILED = [*referred("2018-09-28"), filed("2018-09-28")]


def viewed(known, moment=None, calendars=CALENDARS):
    return view_of(KEY, known, calendars=calendars, moment=moment)


def test_kinds_and_states_are_those_of_the_contract():
    names = {f"REFERRAL_NOTICE_KIND_{kind.name}": kind for kind in Kind}
    assert names == {n: v for n, v in notice_pb2.ReferralNoticeKind.items() if v}
    assert {kind.name: kind.value for kind in NoticeKind}.items() <= {kind.name: kind.value for kind in Kind}.items()
    assert TOPICS.keys() == set(NoticeKind)


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (sent(), (UNIT,)),
        (Supplemented(at("2018-08-07")), (UNIT,)),
        (Withdrawn(at("2018-08-07")), (UNIT,)),
        (received(), (COURT,)),
        (Transferred(at("2018-08-07"), UNIT), (COURT, UNIT)),
    ],
)
def test_the_other_side_is_told(fact, expected):
    assert told_of(fact, COURT, UNIT) == expected


def test_who_is_told_of_a_duty():
    duties = viewed(FILED, at("2018-12-20")).duties
    found = notices_of(KEY, duties, at("2018-12-20"), calendars=CALENDARS)
    told = {n.kind: recipients_of(n, COURT) for n in found}
    assert told[NoticeKind.DUE_SOON] == (addressee_of(UNIT),)
    assert told[NoticeKind.OVERDUE] == (f"{COURT}|{LIAISON}", f"{UNIT}|{LIAISON}")
    assert told[NoticeKind.ESCALATED] == tuple(f"{body}|{OFFICE}" for body in PROVINCIAL)
    assert told[NoticeKind.PRIVATE_PROSECUTION] == (f"{COURT}|{OFFICE}",)


def test_a_liaison_has_a_post_of_their_own():
    assert (post_of(is_liaison=False), post_of(is_liaison=True)) == (OFFICE, LIAISON)


def test_ids_are_derived():
    assert derive("a", "b") == derive("a", "b") != derive("a", "c")


def test_a_notice_says_all_of_a_duty_and_none_of_a_person():
    view = viewed(FILED)
    duty = next(d for d in view.running if d.deadline.due == on("2018-10-08"))
    told = view.told(Kind.ADJUSTED, duty=duty, on=on("2018-10-09"), former_due=on("2018-10-02"))
    message = notice_pb2.ReferralNotice.FromString(describe(told))
    assert (message.subject, message.case_number, message.unit) == (f"referrals/{KEY}", CASE, UNIT)
    assert (message.duty.state, message.duty.days) == (referral_pb2.DUTY_STATE_OVERDUE, -1)
    assert (message.former_due_date.month, message.former_due_date.day) == (10, 2)
    assert describe(told) == describe(told)


def test_a_list_of_key_cases_is_no_referral():
    message = notice_pb2.ReferralNotice.FromString(describe(Told(Kind.KEY_CASES, "keyCaseLists/1")))
    assert (message.subject, message.court_code, message.HasField("duty")) == ("keyCaseLists/1", "", False)


@pytest.mark.parametrize(
    ("traceparent", "trace"),
    [("", ""), ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "0af7651916cd43dd8448eb211c80319c")],
)
def test_a_delivered_notice_has_its_cursor_and_trace(traceparent, trace):
    made_at, payload = at("2018-09-28"), describe(viewed(FILED).told(Kind.HAPPENED, event=7))
    notice = Delivered("n", "a", 1, "t", b"s", payload, traceparent, made_at, made_at + timedelta(hours=1), None)
    (message,) = write_notices([(notice, "c")]).notices
    assert (message.notice_id, message.cursor, message.trace_id, message.event) == ("n", "c", trace, 7)
    assert message.create_time.seconds == made_at.timestamp()


def test_what_only_gives_a_time_is_no_duty():
    view = viewed(FILED)
    duty = view.duties[0]
    other = type(duty.deadline.rule)("JURISDICTION", "移送", "art 175", hours=24)
    with pytest.raises(ValueError, match="no duty"):
        owed_of(KEY, view.referral, replace(duty, deadline=replace(duty.deadline, rule=other)), unit=UNIT)


@settings(max_examples=40)
@given(facts, instants)
def test_a_listed_duty_reads_like_one_of_the_referral(known, moment):
    view = viewed(known, moment)
    if view is None:
        return
    places = {suspect: place for place, suspect in enumerate(view.referral.sent.suspects)}
    for duty in view.running:
        listed, shown = supervision_pb2.DueItem(), referral_pb2.Duty()
        write_item(listed, view.owed(duty), on=legal_date(moment))
        write_full_duty(shown, duty, place=places.get(duty.suspect))
        assert listed.duty == shown


@settings(max_examples=40)
@given(facts, instants)
def test_what_is_viewed_is_of_the_moment_and_consistent(known, moment):
    view = viewed(known, moment)
    if view is None:
        assert all(fact.at > moment for fact in known if isinstance(fact, Sent))
        return
    outline = view.outline
    assert all(fact.at <= moment for fact in view.facts)
    assert outline.unit in {UNIT, OTHER_UNIT}
    assert 0 <= outline.filed <= len(view.referral.suspects)
    assert not (outline.is_closed and any(d.deadline.rule.id is RuleId.FILED_FEEDBACK for d in view.running))
    keys = [view.owed(duty).key for duty in view.running]
    assert len(set(keys)) == len(keys)


def test_a_calendar_makes_stale_what_it_moves_once():
    calendars = with_notice(at("2026-12-31"))
    view = viewed(FILED_2026, calendars=calendars)
    assert view.stale()
    known = [*FILED_2026, *adjust(FILED_2026, at("2026-12-31"), calendars)]
    assert not viewed(known, calendars=calendars).stale()
    assert viewed(known, at("2027-01-10"), calendars=calendars).moved(at("2027-01-10")) == ()


def test_write_duty_is_open_on_its_last_day():
    view = viewed(FILED)
    owed = next(view.owed(d) for d in view.running if d.deadline.due == on("2018-10-08"))
    message = referral_pb2.Duty()
    write_duty(message, owed, on=on("2018-10-08"))
    assert (message.state, message.days) == (referral_pb2.DUTY_STATE_OPEN, 0)
