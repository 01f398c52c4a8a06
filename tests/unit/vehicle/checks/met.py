"""Vehicles that police met, and files of seized ones, for the tests."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.codes.plates import Plate
from services.codes.vins import Vin
from services.filing.domain import Contact
from services.vehicle.checks.domain import Hit, Seen
from services.vehicle.domain import Served, Trigger
from services.vehicle.registry.domain import Vehicle
from services.vehicle.seizures.domain import SeizureRecord, VehicleFile
from services.vehicle.sightings.domain import Encounter
from tests.unit.vehicle.cars import NOW

UNIT = "360100000000"


def seen(
    vehicle: Vehicle,
    trigger: Trigger = Trigger.HIGHWAY_PATROL,
    *,
    vin: str = "",
    types: tuple[str, ...] = ("02", "01"),
    noted_at: datetime | None = None,
) -> Seen:
    """Makes what an officer saw of a vehicle, now or when it was noted by hand."""
    meeting = Encounter(trigger, UNIT, noted_at or NOW, vehicle.plate, "昌九高速", "P007", note="白色")
    return Seen(meeting, types, Vin.parse(vin) if vin else None, is_dated=noted_at is not None)


def file(vehicle: Vehicle, *courts: str) -> VehicleFile:
    """Makes the file of a vehicle that courts have seized, one minute after another."""
    records = {}
    for number, court in enumerate(courts):
        at = NOW - timedelta(hours=1) + timedelta(minutes=number)
        served = Served(f"s{number}", court, f"（2018）{court}执1号", at=at, sequence=number)
        records[served.seizure_id] = SeizureRecord(
            served,
            vehicle.vehicle_id,
            Plate(vehicle.plate, vehicle.plate_type),
            Vin(vehicle.vin),
            "裁定1号",
            "person|1",
            Contact("李承办", f"0791-860{number:05d}"),
        )
    return VehicleFile(vehicle, records)


def hit(vehicle: Vehicle, *courts: str) -> Hit:
    """Makes the hit of a seized vehicle by its plate."""
    made = file(vehicle, *courts)
    return Hit(made, vehicle.plate, made.standings(NOW))
