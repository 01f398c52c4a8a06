"""Between sightings, their notices and the contract's messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from services.chassis.clock import write_instant
from services.chassis.feed import Delivered
from services.vehicle.seizures.convert import write_seizure
from services.vehicle.sightings.domain import TOPIC, Sighted, Tally
from xiezhi.vehicle.v1 import sighting_pb2

PREFIX = "sightings/"


def describe(sighting_id: str, sighted: Sighted) -> bytes:
    """Writes a sighting as it is kept and told."""
    meeting, vehicle = sighted.encounter, sighted.vehicle
    message = sighting_pb2.Sighting(
        name=PREFIX + sighting_id,
        trigger=meeting.trigger,  # type: ignore[arg-type]
        plate=meeting.plate,
        plate_type=vehicle.plate_type,
        vin=vehicle.vin,
        place=meeting.place,
        unit=meeting.unit,
        officer_id=meeting.officer_id,
        count=1,
        vehicle_held=meeting.is_held,
        clone_suspected=sighted.is_suspected_clone,
        before_seizure=sighted.is_before_seizure,
        note=meeting.note,
    )
    write_instant(message.observe_time, meeting.at)
    write_instant(message.last_observe_time, meeting.at)
    for shown in sighted.seizures:
        told = message.seizures.add(handler_name=shown.record.handler.name, handler_phone=shown.record.handler.phone)
        write_seizure(told.seizure, shown)
    return message.SerializeToString()


def write_notices(group: Iterable[tuple[Delivered, str]]) -> sighting_pb2.WatchSightingsResponse:
    """Writes notices, each with its cursor."""
    response = sighting_pb2.WatchSightingsResponse()
    for notice, cursor in group:
        is_first = notice.topic == TOPIC
        message = response.notices.add(
            notice_id=notice.notice_id,
            cursor=cursor,
            kind=sighting_pb2.NOTICE_KIND_SEEN if is_first else sighting_pb2.NOTICE_KIND_OVERDUE,
            trace_id=notice.trace_id,
        )
        message.sighting.MergeFromString(notice.payload)
        write_instant(message.create_time, notice.made_at)
        if notice.ack_due_at is not None:
            write_instant(message.acknowledge_due_time, notice.ack_due_at)
    return response


def told_of(response: sighting_pb2.WatchSightingsResponse) -> list[str]:
    """Returns the ids of the sightings that notices tell of, each once."""
    return list(dict.fromkeys(notice.sighting.name.removeprefix(PREFIX) for notice in response.notices))


def write_tallies(response: sighting_pb2.WatchSightingsResponse, tallies: Mapping[str, Tally]) -> None:
    """Says in notices how often and when vehicles were met by now, which was once when the notices were written."""
    for notice in response.notices:
        message = notice.sighting
        tally = tallies.get(message.name.removeprefix(PREFIX))
        if tally is not None:
            message.count = tally.count
            write_instant(message.observe_time, tally.first_at)
            write_instant(message.last_observe_time, tally.last_at)
