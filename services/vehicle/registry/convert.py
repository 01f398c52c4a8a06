"""Between the register and the contract's messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from services.codes.legal_time import legal_date
from services.codes.vehicles import OTHER_COLOUR
from services.filing.convert import write_date
from services.vehicle.domain import SeizureState
from services.vehicle.registry.domain import FleetAnswer, Listed, Queued
from xiezhi.vehicle.v1 import lookup_pb2, vehicle_pb2

CLASSIFICATION = "仅供本案承办法官使用，不得提供给其他人员（赣高法〔2018〕160号五.2）"
"""Printed with every copy: for the handling judge of the case only (notice 五.2, R-5.2)."""
PART_SIZE = 100
"""Most vehicles of one part of an answer."""

COLOURS: Mapping[str, int] = MappingProxyType({letter: number for number, letter in enumerate("ABCDEFGHIJZ", 1)})
"""Values of `xiezhi.vehicle.v1.Colour` by letter (GA/T 16.8)."""
STATUSES: Mapping[str, int] = MappingProxyType(
    {letter: number for number, letter in enumerate("ABCDEGHIJKLMNOPQ", 1)} | {"F": 5}
)
"""Values of `xiezhi.vehicle.v1.VehicleStatus` by letter; 撤销 (F) is shown as 注销, as which it counts for courts."""


def write_parts(answer: FleetAnswer, *, as_of: date) -> tuple[lookup_pb2.LookupVehiclesResponse, ...]:
    """Writes an answer in parts, at least one; what every answer says, each of them says.

    Args:
        answer: What was found.
        as_of: Legal date on which the request was accepted.
    """
    starts = range(0, max(1, len(answer.vehicles)), PART_SIZE)
    return tuple(_write_part(answer, answer.vehicles[start : start + PART_SIZE], as_of) for start in starts)


def _write_part(answer: FleetAnswer, vehicles: tuple[Listed, ...], as_of: date) -> lookup_pb2.LookupVehiclesResponse:
    part = lookup_pb2.LookupVehiclesResponse(
        result=answer.result,  # type: ignore[arg-type]
        total=len(answer.vehicles),
        classification=CLASSIFICATION,
        name_differs=answer.name_differs,
    )
    write_date(part.as_of_date, as_of)
    for listed in vehicles:
        _write_vehicle(part.vehicles.add(), listed)
    return part


def _write_vehicle(message: vehicle_pb2.Vehicle, listed: Listed) -> None:
    vehicle = listed.vehicle
    message.plate, message.plate_type, message.vin = vehicle.plate, vehicle.plate_type, vehicle.vin
    message.engine_number, message.brand, message.model = vehicle.engine_number, vehicle.brand, vehicle.model
    message.vehicle_type, message.use_nature = vehicle.vehicle_type, vehicle.use_nature
    message.colours.extend(COLOURS[letter] for letter in vehicle.colours or OTHER_COLOUR)  # type: ignore[misc]
    statuses = sorted({STATUSES[letter] for letter in listed.statuses})
    message.statuses.extend(statuses)  # type: ignore[arg-type]
    owner = vehicle.owner
    message.owner.name = owner.name
    message.owner.certificate_type = owner.certificate_type
    message.owner.certificate_number = owner.certificate_number
    write_date(message.first_registration_date, vehicle.first_registered_on)
    message.register_division = vehicle.division
    if vehicle.inspection_valid_to is not None:
        write_date(message.inspection_valid_to, vehicle.inspection_valid_to)
    message.mortgagee = vehicle.mortgagee
    for queued in listed.queue:
        _write_queued(message.seizures.add(), queued)


def _write_queued(message: vehicle_pb2.QueuedSeizure, queued: Queued) -> None:
    standing = queued.standing
    message.queue_position = standing.place or 0
    message.court_code = standing.seizure.court_code
    message.document_number = queued.ruling_number
    if standing.state is SeizureState.EFFECTIVE and standing.effective_from and standing.last_day:
        write_date(message.effective_date, legal_date(standing.effective_from))
        write_date(message.last_date, standing.last_day)
