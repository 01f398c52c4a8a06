"""Sightings and notices as the command centre is told of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from services.chassis.feed import Delivered
from services.vehicle.sightings.convert import describe, write_notices
from services.vehicle.sightings.domain import COMMAND_CENTRE, LIAISON, TOLD, TOLD_LATE, TOPIC, Sighted, post_of
from tests.unit.vehicle.cars import NOW, car
from tests.unit.vehicle.checks.met import hit, seen
from tests.unit.vehicle.orders import DONGHU, NANCHANG
from xiezhi.vehicle.v1 import sighting_pb2

SIGHTED = Sighted(seen(car(1)).encounter, car(1), hit(car(1), DONGHU, NANCHANG).seizures)
TRACE = "0af7651916cd43dd8448eb211c80319c"


def notice(**changed):
    values = {
        "notice_id": "n",
        "addressee": TOLD,
        "number": 1,
        "topic": TOPIC,
        "subject": b"1",
        "payload": describe("id", SIGHTED),
        "traceparent": f"00-{TRACE}-b7ad6b7169203331-01",
        "made_at": NOW,
        "ack_due_at": NOW + timedelta(minutes=30),
        "acked_at": None,
    }
    return Delivered(**(values | changed))


def test_a_sighting_tells_all_courts_and_whom_to_call():
    told = sighting_pb2.Sighting.FromString(describe("id", SIGHTED))
    assert (told.name, told.count, told.officer_id) == ("sightings/id", 1, "P007")
    assert [(s.seizure.court_code, s.handler_name, s.handler_phone) for s in told.seizures] == [
        (DONGHU, "李承办", "0791-86000000"),
        (NANCHANG, "李承办", "0791-86000001"),
    ]


def test_a_notice_says_why_it_is_sent_and_in_which_trace():
    first, late = write_notices(
        [(notice(), "c1"), (notice(topic=f"{TOPIC}.overdue", ack_due_at=None, traceparent=""), "c2")]
    ).notices
    assert (first.kind, late.kind) == (sighting_pb2.NOTICE_KIND_SEEN, sighting_pb2.NOTICE_KIND_OVERDUE)
    assert (first.trace_id, late.trace_id) == (TRACE, "")
    assert (first.cursor, late.cursor) == ("c1", "c2")
    assert (first.HasField("acknowledge_due_time"), late.HasField("acknowledge_due_time")) == (True, False)
    assert first.sighting == late.sighting


def test_a_liaison_has_a_post_of_their_own():
    assert (post_of(is_liaison=False), post_of(is_liaison=True)) == (COMMAND_CENTRE, LIAISON)
    assert TOLD == "赣|command-centre"
    assert TOLD_LATE == ("赣|liaison", "360000000000|liaison")


def test_only_what_differs_in_substance_is_news():
    meeting = SIGHTED.encounter
    for same in ({"place": "x"}, {"note": "x"}, {"officer_id": "x"}, {"at": NOW + timedelta(minutes=1)}):
        assert replace(SIGHTED, encounter=replace(meeting, **same)).matter == SIGHTED.matter
    for news in ({"is_suspected_clone": True}, {"is_before_seizure": True}, {"seizures": SIGHTED.seizures[:1]}):
        assert replace(SIGHTED, **news).matter != SIGHTED.matter
    for news in ({"is_held": True}, {"unit": "360200000000"}):
        assert replace(SIGHTED, encounter=replace(meeting, **news)).matter != SIGHTED.matter
