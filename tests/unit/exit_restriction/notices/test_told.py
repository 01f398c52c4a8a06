"""Notices to courts: who is told, who reads the content, and that what is kept is read back as it was."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.chassis.feed import Delivered
from services.chassis.records import RecordForm
from services.chassis.tokens import Caller
from services.exit_restriction.domain import Action, Author
from services.exit_restriction.meetings import HandledTold
from services.exit_restriction.notices.convert import write_notices
from services.exit_restriction.notices.domain import (
    COMMAND_PERMISSION,
    CourtTold,
    NoticeKind,
    addressee_for,
    told_late,
)
from services.exit_restriction.notices.drafts import draft_handled, draft_hit, draft_term
from services.exit_restriction.notices.due import CLOSES, ControlEnd, TermDue, start_of
from services.exit_restriction.notices.records import read_told, write_told
from tests.unit.exit_restriction.told import DONGHU, JUDGE, LAST_DAY, TRACE, file_of, hit, record
from tests.unit.exit_restriction.travellers import NOW
from xiezhi.exit_restriction.v1 import hit_pb2, notice_pb2

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("permissions", "is_liaison", "expected"),
    [
        ((), False, "court/赣0102"),
        ((), True, "赣0102|liaison"),
        ((COMMAND_PERMISSION,), False, "赣0102|command-centre"),
    ],
)
def test_an_officer_follows_the_court_or_the_own_post(permissions, is_liaison, expected):
    asked = frozenset(("exit.notice.watch", *permissions))
    assert addressee_for(DONGHU, asked, is_liaison=is_liaison) == expected


def test_what_is_late_is_told_to_the_courts_liaisons_and_the_command_centre_of_the_high_court():
    assert told_late(DONGHU) == ("赣0102|liaison", "赣|command-centre")


def test_each_kind_is_one_of_the_contract():
    expected = notice_pb2.CourtNoticeKind.items()
    assert {f"COURT_NOTICE_KIND_{kind.name}": int(kind) for kind in NoticeKind} == dict(expected[1:])


@pytest.mark.parametrize("handled", [None, Action.STOP])
def test_what_is_told_of_a_hit_is_read_back(handled):
    told = hit()
    notice = draft_hit(told, acknowledge_within=DAY)
    if handled is not None:
        notice = draft_handled(HandledTold(told, handled, "带离", NOW, TRACE))
    read = read_told(notice.payload)
    assert write_told(read) == notice.payload
    assert (read.author, read.handler_id, read.met.hit_id) == (told.author, JUDGE, told.hit_id)
    assert (read.met.handled, read.met.person_name, read.met.observed_at) == (handled, told.person_name, NOW)


def test_what_is_told_of_a_restriction_is_read_back():
    kept = record()
    (shown,) = file_of(kept).all_shown(NOW)
    due = TermDue(kept.restriction_id, 1, 0)
    notice = draft_term(NoticeKind.EXPIRED, due, shown=shown, at=NOW, traceparent="")
    name = f"restrictions/{kept.restriction_id}"
    assert read_told(notice.payload) == CourtTold(NoticeKind.EXPIRED, kept.filed.author, name, JUDGE, LAST_DAY)
    with pytest.raises(RecordForm):
        read_told(b"[2]")


def test_nothing_is_told_twice_and_nothing_that_differs_is_taken_for_the_same():
    told = hit()
    of = lambda one: draft_hit(one, acknowledge_within=DAY).notice_id  # noqa: E731 - a name for the table below
    handled = HandledTold(told, Action.STOP, "", NOW)
    ids = [
        of(told),
        of(replace(told, control_id=str(uuid.uuid4()))),
        of(replace(told, at=NOW + DAY)),
        of(hit()),
        draft_handled(handled).notice_id,
        draft_handled(replace(handled, at=NOW + DAY)).notice_id,
    ]
    assert len(set(ids)) == len(ids)
    assert of(told) == ids[0]


def test_what_is_due_is_read_back_from_its_event():
    due = TermDue(str(uuid.uuid4()), -7, 2, "2019-07-27")
    (event,) = due.events((CLOSES, NOW), traceparent=TRACE)
    assert (TermDue.read(event), event.traceparent, event.due_at) == (due, TRACE, NOW)
    end = ControlEnd(str(uuid.uuid4()), 3, Author(DONGHU, "（2018）赣0102执1号"), JUDGE, LAST_DAY)
    assert ControlEnd.read(end.event(NOW, traceparent="")) == end


def test_a_day_begins_at_midnight_in_shanghai():
    assert start_of(date(2018, 8, 3)).isoformat() == "2018-08-02T16:00:00+00:00"


def reader(officer, organisation):
    return Caller(officer, organisation, None, frozenset(), "", "", bytes(32), NOW)


def delivered(notice, topic=None):
    return Delivered(
        notice.notice_id,
        notice.addressee,
        1,
        topic or notice.topic,
        notice.subject,
        notice.payload,
        notice.traceparent,
        notice.made_at,
        notice.ack_due_at,
        None,
    )


@pytest.mark.clause("R-5.2")
@pytest.mark.parametrize(
    ("officer", "organisation", "is_shown"),
    [(JUDGE, DONGHU, True), ("GAN0102-J002", DONGHU, False), (JUDGE, "赣", False)],
)
def test_only_the_handling_judge_is_shown_how_somebody_was_met(officer, organisation, is_shown):
    told = hit()
    shown = delivered(draft_hit(told, acknowledge_within=DAY))
    (message,) = write_notices([shown], reader(officer, organisation)).notices
    assert (message.kind, message.court_code, message.case_number, message.measure) == (
        notice_pb2.COURT_NOTICE_KIND_HIT,
        DONGHU,
        "（2018）赣0102执1号",
        f"controls/{told.control_id}",
    )
    assert message.trace_id == TRACE.split("-")[1]
    assert message.acknowledge_due_time.ToDatetime(NOW.tzinfo) == NOW + DAY
    assert message.HasField("hit") is is_shown
    if is_shown:
        assert message.hit.requirement == hit_pb2.CONTROL_REQUIREMENT_MONITOR
        assert (message.hit.action, message.hit.handled) == (hit_pb2.BORDER_ACTION_STOP, 0)
        assert (message.hit.name, message.hit.port) == (f"hits/{told.hit_id}", told.port)
    else:
        assert told.port.encode() not in message.SerializeToString()
        assert told.person_name.encode() not in message.SerializeToString()


def test_the_last_day_is_content_too():
    kept = record()
    (shown,) = file_of(kept).all_shown(NOW)
    due = TermDue(kept.restriction_id, 1, 0)
    draft = draft_term(NoticeKind.RENEWAL_OPEN, due, shown=shown, at=NOW, traceparent="")
    messages = [write_notices([delivered(draft)], reader(o, DONGHU)).notices[0] for o in (JUDGE, "GAN0102-J002")]
    assert [message.HasField("last_date") for message in messages] == [True, False]
    assert (messages[0].last_date.year, messages[0].trace_id, messages[0].HasField("acknowledge_due_time")) == (
        2019,
        "",
        False,
    )


def test_what_is_overdue_says_so():
    late = delivered(draft_hit(hit(), acknowledge_within=DAY), topic=NoticeKind.HIT.topic + ".overdue")
    (message,) = write_notices([late], reader("GAN-C001", "赣")).notices
    assert message.kind == notice_pb2.COURT_NOTICE_KIND_OVERDUE
