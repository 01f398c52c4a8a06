"""Between checks at ports and the contract's messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta

from google.protobuf.duration_pb2 import Duration

from services.alerts.packed import unpack
from services.chassis.call import Call
from services.chassis.clock import write_duration
from services.codes.errors import CodeError
from services.codes.legal_time import legal_date
from services.codes.numbers import NumberType, read_number
from services.exit_restriction.border.batches import TravellerBatch
from services.exit_restriction.border.domain import Checked, Presented, Recorded
from services.exit_restriction.domain import Action, Direction
from services.exit_restriction.hits.domain import Handling, Meeting
from services.exit_restriction.registry.numbers import plain_number, read_document_number
from services.filing.convert import invalid, read_instant
from xiezhi.exit_restriction.v1 import border_pb2

PREFIX = "hits/"
OLDEST = timedelta(hours=1)
"""Oldest that is taken of gates: who was met earlier is gone."""


def read_presented(
    request: border_pb2.CheckTravellerRequest, call: Call, *, now: datetime, traceparent: str
) -> Presented:
    """Reads who presents.

    Args:
        request: The request.
        call: The call, whose officer asks.
        now: The present instant.
        traceparent: Trace of the check; empty where there is none.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    document = _read_number(request.document_number, field="document_number")
    number = _read_id_number(request.id_number, on=legal_date(now))
    if not (document or number):
        raise invalid("document_number", "give the document's number, the identity number, or both")
    direction = Direction(request.direction)
    meeting = Meeting(request.port, direction, call.officer.organisation, now, traceparent)
    return Presented(meeting, document, number)


def read_batch(
    request: border_pb2.StreamTravellersRequest, *, unit: str, now: datetime, traceparent: str
) -> TravellerBatch:
    """Reads a batch.

    Args:
        request: The batch.
        unit: Code of the police unit that sends it.
        now: The present instant, after which nobody was met.
        traceparent: Trace of the check; empty where there is none.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    at = read_instant(request.observe_time, field="observe_time") if request.HasField("observe_time") else now
    if at < now - OLDEST:
        raise invalid("observe_time", "send who was met within the last hour, and leave out what is older")
    # A gate whose clock is ahead tells nothing of when.
    at, is_dated = min(at, now), at < now
    meeting = Meeting(request.port, Direction(request.direction), unit, at, traceparent)
    if not request.packed_numbers:
        return TravellerBatch(request.batch, meeting, texts=list(request.numbers), is_dated=is_dated)
    if request.numbers:
        raise invalid("packed_numbers", "send numbers or packed numbers, not both")
    packed = unpack(request.packed_numbers, field="packed_numbers")
    return TravellerBatch(request.batch, meeting, packed=packed, is_dated=is_dated)


def read_handling(request: border_pb2.RecordHandlingRequest, call: Call, *, now: datetime) -> Handling:
    """Reads what was done with a person who was met.

    Args:
        request: The request.
        call: The call, whose officer did it.
        now: The present instant.
    """
    hit_id = request.hit.removeprefix(PREFIX)
    return Handling(hit_id, Action(request.action), request.note, call.officer.officer_id, now)


def write_checked(checked: Checked) -> border_pb2.CheckTravellerResponse:
    """Writes what an officer is told."""
    response = border_pb2.CheckTravellerResponse(
        action=checked.action,  # type: ignore[arg-type]
        hit=PREFIX + checked.hit_id if checked.hit_id else "",
        identity_differs=checked.identity_differs,
    )
    for court, contact in checked.contacts:
        response.contacts.add(court_code=court, handler_name=contact.name, handler_phone=contact.phone)
    if checked.age is not None:
        write_duration(response.index_age, checked.age)
    return response


def write_batch(
    batch: TravellerBatch,
    checked: tuple[int, Sequence[int]],
    hits: Mapping[int, Recorded] | None,
    *,
    age: Duration | None,
) -> border_pb2.StreamTravellersResponse:
    """Writes the answer to a batch.

    Args:
        batch: The batch.
        checked: How many of its numbers were checked, and the places of what is none.
        hits: The hits by place in the batch; None where there are none.
        age: How old the picture was; None where the database itself was asked.
    """
    count, invalid_places = checked
    response = border_pb2.StreamTravellersResponse(batch=batch.number, checked_count=count, index_age=age)
    if invalid_places:
        response.invalid_indexes.extend(invalid_places)
    for place, hit in sorted((hits or {}).items()):
        response.hits.add(index=place, action=hit.action, hit=PREFIX + hit.hit_id)
    return response


def _read_id_number(text: str, *, on: date) -> str:
    """Reads an identity number; a misread one would be nobody's, and let through whoever shows it."""
    if not text:
        return ""
    number = plain_number(text)
    for kind in (NumberType.CITIZEN, NumberType.FOREIGN_PERMANENT_RESIDENT):
        with suppress(CodeError):
            return read_number(kind, number, on=on)
    raise invalid("id_number", "it is no identity number: read it again, or check by the document alone")


def _read_number(text: str, *, field: str) -> str:
    if not text:
        return ""
    number = read_document_number(text)
    if number is None:
        raise invalid(field, "it is no number of 5 to 23 letters and digits")
    return number
