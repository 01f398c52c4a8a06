"""Checks at ports as they come over the wire."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.exit_restriction.border import convert
from services.exit_restriction.border.domain import Checked, Recorded
from services.exit_restriction.domain import Action, Direction
from services.filing.domain import Contact
from tests.unit.exit_restriction.handed_over import stamp
from tests.unit.exit_restriction.told import DONGHU, TRACE, UNIT, call
from tests.unit.exit_restriction.travellers import NOW, number
from xiezhi.errors import Reason, XiezhiError
from xiezhi.exit_restriction.v1 import border_pb2, hit_pb2

CHECKS = "/xiezhi.exit_restriction.v1.BorderCheckService"
EXIT = hit_pb2.TRAVEL_DIRECTION_EXIT
NUMBER = number(1)
MISREAD = NUMBER[:9] + str((int(NUMBER[9]) + 1) % 10) + NUMBER[10:]
HOUR, TICK = timedelta(hours=1), timedelta(microseconds=1)


def read(**fields):
    request = border_pb2.CheckTravellerRequest(direction=EXIT, port="九江港", **fields)
    asked = call(request, CHECKS, organisation=UNIT)
    return convert.read_presented(request, asked, now=NOW, traceparent=TRACE)


def batch(**fields):
    request = border_pb2.StreamTravellersRequest(batch=7, direction=EXIT, port="九江港", **fields)
    return convert.read_batch(request, unit=UNIT, now=NOW, traceparent=TRACE)


def test_a_traveller_is_read_with_where_and_by_whom_they_are_met():
    found = read(document_number="gbr 123456789", id_number=f" {NUMBER[:6]} {NUMBER[6:14]}-{NUMBER[14:]} ")
    assert (found.document, found.id_number) == ("GBR123456789", NUMBER)
    assert read(id_number="gbr369901800115").id_number == "GBR369901800115"
    meeting = found.meeting
    assert (meeting.port, meeting.direction, meeting.unit, meeting.at) == ("九江港", Direction.EXIT, UNIT, NOW)
    assert meeting.traceparent == TRACE


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "document_number"),
        ({"document_number": " "}, "document_number"),
        ({"document_number": "E123"}, "document_number"),
        ({"id_number": "36990119800115"}, "id_number"),
        ({"id_number": "36990119800115001X7"}, "id_number"),
        # Misread by a digit, or of the form that ended with 2012: nobody would be met under them.
        ({"id_number": MISREAD}, "id_number"),
        ({"id_number": "369901800115001"}, "id_number"),
        ({"document_number": "E12345678", "id_number": MISREAD}, "id_number"),
    ],
)
def test_what_is_no_number_is_refused_by_its_field(fields, field):
    with pytest.raises(XiezhiError) as refusal:
        read(**fields)
    assert refusal.value.reason is Reason.FIELDS_INVALID
    assert [violation.field for violation in refusal.value.violations] == [field]


def test_a_batch_is_of_now_unless_it_says_when():
    assert (batch(numbers=["a"]).meeting.at, batch().is_dated) == (NOW, False)
    oldest = batch(observe_time=stamp(NOW - HOUR))
    assert (oldest.meeting.at, oldest.is_dated) == (NOW - HOUR, True)
    ahead = batch(observe_time=stamp(NOW + HOUR))
    assert (ahead.meeting.at, ahead.is_dated) == (NOW, False)
    with pytest.raises(XiezhiError):
        batch(observe_time=stamp(NOW - HOUR - TICK))


def test_a_batch_is_of_numbers_or_of_hashes():
    packed = batch(packed_numbers=bytes(16)).packed
    assert packed is not None
    assert len(packed) == 2
    for fields in ({"numbers": ["x"], "packed_numbers": bytes(8)}, {"packed_numbers": bytes(9)}):
        with pytest.raises(XiezhiError) as refusal:
            batch(**fields)
        assert refusal.value.violations[0].field == "packed_numbers"


def test_an_officer_is_told_what_to_do_and_whom_to_call():
    checked = Checked(Action.STOP, ((DONGHU, Contact("李承办", "0791-1")),), "h", identity_differs=True)
    written = convert.write_checked(checked)
    assert (written.action, written.hit, written.identity_differs) == (hit_pb2.BORDER_ACTION_STOP, "hits/h", True)
    assert [(c.court_code, c.handler_name, c.handler_phone) for c in written.contacts] == [(DONGHU, "李承办", "0791-1")]
    assert not written.HasField("index_age")
    nothing = convert.write_checked(Checked(age=timedelta(seconds=1, milliseconds=250)))
    assert (nothing.action, nothing.hit, len(nothing.contacts)) == (hit_pb2.BORDER_ACTION_NOTHING, "", 0)
    assert (nothing.index_age.seconds, nothing.index_age.nanos) == (1, 250_000_000)


def test_a_batch_is_answered_by_places():
    hits = {5: Recorded("b", Action.LET_PASS), 2: Recorded("a", Action.DETAIN)}
    written = convert.write_batch(batch(), (3, [1]), hits, age=timedelta())
    assert (written.batch, written.checked_count, list(written.invalid_indexes)) == (7, 3, [1])
    assert [(hit.index, hit.action, hit.hit) for hit in written.hits] == [
        (2, hit_pb2.BORDER_ACTION_DETAIN, "hits/a"),
        (5, hit_pb2.BORDER_ACTION_LET_PASS, "hits/b"),
    ]
    assert written.HasField("index_age")
    assert not convert.write_batch(batch(), (0, []), None, age=None).HasField("index_age")


def test_what_was_done_is_read_with_the_officer():
    request = border_pb2.RecordHandlingRequest(hit="hits/h", action=hit_pb2.BORDER_ACTION_DETAIN, note="移交")
    asked = call(request, CHECKS, organisation=UNIT, officer="P007")
    handling = convert.read_handling(request, asked, now=NOW)
    assert (handling.hit_id, handling.action, handling.note) == ("h", Action.DETAIN, "移交")
    assert (handling.officer_id, handling.at) == ("P007", NOW)
