"""Between checks and the contract's messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from google.protobuf.duration_pb2 import Duration

from services.alerts.packed import unpack
from services.chassis.call import Call
from services.chassis.clock import write_duration
from services.codes.errors import CodeError
from services.codes.plates import Plate
from services.codes.vins import Vin
from services.filing.convert import invalid, read_instant
from services.vehicle.checks.batches import PlateBatch
from services.vehicle.checks.domain import KEPT, Checked, Seen, read_number
from services.vehicle.domain import Outcome, Trigger
from services.vehicle.sightings.convert import PREFIX
from services.vehicle.sightings.domain import Encounter
from xiezhi.vehicle.v1 import check_pb2

OLDEST = timedelta(hours=1)
"""Oldest that is taken of cameras: what was seen earlier leads nobody to the vehicle any more."""


def read_seen(request: check_pb2.CheckVehicleRequest, call: Call, *, now: datetime, traceparent: str) -> Seen:
    """Reads what an officer saw.

    Args:
        request: The request.
        call: The call, whose officer saw it.
        now: The present instant.
        traceparent: Trace of the check; empty where there is none.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    at, is_dated = _read_moment(request, now=now, longest=KEPT)
    plate, types = _read_plate(request.plate, request.plate_type)
    try:
        vin = Vin.parse(request.vin) if request.vin else None
    except CodeError as failure:
        raise invalid("vin", str(failure)) from None
    meeting = Encounter(
        Trigger(request.trigger),
        call.officer.organisation,
        at,
        plate,
        request.place,
        call.officer.officer_id,
        is_held=request.vehicle_held,
        note=request.note,
        traceparent=traceparent,
    )
    return Seen(meeting, types, vin, is_dated=is_dated)


def read_batch(request: check_pb2.StreamChecksRequest, *, now: datetime) -> PlateBatch:
    """Reads a batch.

    Args:
        request: The batch.
        now: The present instant, after which nothing was seen.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    at, is_dated = _read_moment(request, now=now, longest=OLDEST)
    if not request.packed_plates:
        return PlateBatch(request.batch, at, request.place, texts=list(request.plates), is_dated=is_dated)
    if request.plates:
        raise invalid("packed_plates", "send plates or packed plates, not both")
    packed = unpack(request.packed_plates, field="packed_plates")
    return PlateBatch(request.batch, at, request.place, packed=packed, is_dated=is_dated)


def write_checked(checked: Checked, seen: Seen) -> check_pb2.CheckVehicleResponse:
    """Writes what an officer is told of what was seen."""
    response = check_pb2.CheckVehicleResponse(
        outcome=checked.outcome,  # type: ignore[arg-type]
        clone_suspected=checked.is_suspected_clone,
        sighting=PREFIX + checked.sighting_id if checked.sighting_id else "",
        vin_doubtful=seen.is_vin_doubtful,
    )
    for court, contact in checked.contacts:
        response.contacts.add(court_code=court, phone=contact.phone)
    if checked.age is not None:
        write_duration(response.index_age, checked.age)
    return response


def write_batch(
    batch: PlateBatch, checked: tuple[int, Sequence[int]], sightings: Mapping[int, str] | None, *, age: Duration | None
) -> check_pb2.StreamChecksResponse:
    """Writes the answer to a batch.

    Args:
        batch: The batch.
        checked: How many of its plates were checked, and the places of what is no plate.
        sightings: Ids of the sightings by place in the batch; None where there are none.
        age: How old the picture was; None where the database itself was asked.
    """
    count, invalid_places = checked
    response = check_pb2.StreamChecksResponse(batch=batch.number, checked_count=count, index_age=age)
    if invalid_places:
        response.invalid_indexes.extend(invalid_places)
    for place in sorted(sightings or ()):
        name = PREFIX + (sightings or {})[place]
        response.hits.add(index=place, outcome=int(Outcome.RECORDED), sighting=name)
    return response


def _read_moment(
    request: check_pb2.CheckVehicleRequest | check_pb2.StreamChecksRequest, *, now: datetime, longest: timedelta
) -> tuple[datetime, bool]:
    """Reads when something was seen, and whether that was before now: a clock that is ahead tells nothing of when."""
    if not request.HasField("observe_time"):
        return now, False
    at = read_instant(request.observe_time, field="observe_time")
    if at < now - longest:
        hours = longest // timedelta(hours=1)
        raise invalid("observe_time", f"send what was seen within the last {hours} hours, and leave out what is older")
    return min(at, now), at < now


def _read_plate(text: str, plate_type: str) -> tuple[str, tuple[str, ...]]:
    if plate_type:
        try:
            return Plate.parse(text, plate_type=plate_type).number, (plate_type,)
        except CodeError as failure:
            raise invalid("plate", str(failure)) from None
    found = read_number(text)
    if found is None:
        raise invalid("plate", "it is no plate of any type that is read here")
    return found
