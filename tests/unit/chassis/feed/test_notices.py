"""Notices: what they may hold, and what their deadlines lead to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.feed import OVERDUE, Delivered, Escalation, Notice
from services.chassis.feed.escalation import Overdue

MADE = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
ID = "2f1d8c1e-6a5b-4c3d-8e9f-0a1b2c3d4e5f"
LATE = Delivered(ID, "a", 7, "test.told", b"s", b"told", "trace", MADE, MADE + HOUR, None)


def notice(**fields):
    known = {"notice_id": ID, "addressee": "a", "topic": "t", "subject": b"s", "payload": b"", "made_at": MADE}
    return Notice(**known | fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"notice_id": "none"},
        {"notice_id": ID.upper()},
        {"addressee": ""},
        {"addressee": "a" * 129},
        {"topic": ""},
        {"topic": ".overdue"},
        {"topic": "t" * 57},
        {"subject": b""},
        {"subject": b"s" * 65},
        {"ack_within": timedelta(0)},
        {"escalations": (Escalation(("b",)),)},
        {"ack_within": HOUR, "escalations": (Escalation(("b",)), Escalation(("c",)))},
    ],
)
def test_a_notice_that_has_not_its_form_is_refused(fields):
    with pytest.raises(ValueError):
        notice(**fields)


@pytest.mark.parametrize("fields", [((),), (("a", ""),), (("a",), timedelta(seconds=-1))])
def test_an_escalation_names_somebody_and_a_time_that_passes(fields):
    with pytest.raises(ValueError):
        Escalation(*fields)


def test_the_longest_of_everything_is_accepted():
    notice(addressee="a" * 128, topic="t" * 56 + ".overdue", subject=b"s" * 64)


def test_a_deadline_counts_from_when_the_notice_was_made():
    assert notice().ack_due_at is None
    assert notice(ack_within=HOUR).ack_due_at == MADE + HOUR


@pytest.mark.parametrize(
    ("traceparent", "trace_id"),
    [
        ("", ""),
        ("trace", ""),
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "0af7651916cd43dd8448eb211c80319c"),
    ],
)
def test_what_is_delivered_names_its_trace(traceparent, trace_id):
    assert replace(LATE, traceparent=traceparent).trace_id == trace_id


levels = st.lists(
    st.builds(
        Escalation,
        st.lists(st.text(min_size=1, max_size=128), min_size=1, max_size=4).map(tuple),
        st.timedeltas(timedelta(microseconds=1), timedelta(days=400)),
    ),
    min_size=1,
    max_size=4,
).map(tuple)


@given(levels)
@settings(deadline=None)
def test_an_event_says_what_was_to_be_told(further):
    overdue = Overdue(ID, ID, further)
    event = overdue.event(MADE, traceparent="trace")
    assert Overdue.read(event) == overdue
    assert (event.topic, event.due_at, event.traceparent) == (OVERDUE, MADE, "trace")
    assert 0 < len(event.subject) <= 64


@given(levels)
@settings(deadline=None)
def test_a_level_is_told_the_same_under_ids_of_its_own(further):
    told, level_id, late = [LATE.notice_id], ID, LATE
    for number in range(len(further)):
        level_id, notices = Overdue(late.notice_id, level_id, further[number:]).notices(late, now=MADE)
        assert [one.addressee for one in notices] == list(further[number].addressees)
        assert {(one.topic, one.subject, one.payload, one.traceparent) for one in notices} == {
            ("test.told.overdue", LATE.subject, LATE.payload, LATE.traceparent)
        }
        told += {one.notice_id for one in notices}
        first = notices[0]
        late = Delivered(
            first.notice_id, first.addressee, 1, first.topic, first.subject, first.payload, first.traceparent, MADE,
            first.ack_due_at, None,
        )  # fmt: skip
    assert len(set(told)) == len(told)


def test_notices_of_one_level_lead_to_the_same_next_one():
    further = (Escalation(("b", "c"), ack_within=HOUR), Escalation(("d",)))
    level_id, (first, second) = Overdue(ID, ID, further).notices(LATE, now=MADE)
    nexts = {
        Overdue(one.notice_id, level_id, one.escalations).notices(LATE, now=MADE)[1][0].notice_id
        for one in (first, second)
    }
    assert len(nexts) == 1
