"""A register, files of vehicles and a window in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from services.codes.plates import Plate
from services.codes.vins import Vin
from services.vehicle.domain import Fact, SeizureOrder
from services.vehicle.registry.domain import Listed, Queued, Vehicle
from services.vehicle.seizures.domain import Sale, SeizureRecord, VehicleFile
from services.vehicle.violations.domain import SoldVehicle


class MemoryRegistry:
    """Vehicles by their owners.

    Args:
        vehicles: The vehicles.
        queues: Seizures by key of the vehicle.
    """

    def __init__(self, *vehicles: Vehicle, queues: Mapping[int, tuple[Queued, ...]] | None = None) -> None:
        self.vehicles = vehicles
        self.queues = dict(queues or {})
        self.asked: list[tuple[str, datetime]] = []

    async def fleet(self, key: str, *, at: datetime) -> tuple[Listed, ...]:
        self.asked.append((key, at))
        return tuple(Listed(v, self.queues.get(v.vehicle_id, ())) for v in self.vehicles if v.owner.key == key)


class MemoryFiles:
    """The files of vehicles within one change, and in which order it asked for what.

    Args:
        vehicles: What is on the register.
        seen: Keys of vehicles that were seen before.
    """

    def __init__(self, *vehicles: Vehicle, seen: Collection[int] = ()) -> None:
        self.files = {vehicle.vehicle_id: VehicleFile(vehicle, {}) for vehicle in vehicles}
        self.seen = seen
        self.asked: list[str] = []
        self.sought: list[str] = []
        self.sales: list[Sale] = []

    def candidates(self, orders: Sequence[SeizureOrder]) -> list[list[int]]:
        def fits(order: SeizureOrder, vehicle: Vehicle) -> bool:
            registered = vehicle.registered
            return registered.plate == order.plate or registered.vin == order.vin

        self.sought += [order.plate.number for order in orders]
        return [[key for key, file in self.files.items() if fits(order, file.vehicle)] for order in orders]

    def vehicles_of(self, seizure_ids: Collection[str]) -> dict[str, int]:
        return {s: key for key, file in self.files.items() for s in file.records if s in seizure_ids}

    def open(self, vehicle_ids: Iterable[int]) -> dict[int, VehicleFile]:
        return {key: self.files[key] for key in vehicle_ids}

    def serve(self, records: Sequence[SeizureRecord]) -> None:
        self.asked.append("serve")
        for record in records:
            self.files[record.vehicle_id] = self.files[record.vehicle_id].with_seizure(record)

    def add(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            key = self.vehicles_of([fact.seizure_id])[fact.seizure_id]
            self.files[key] = self.files[key].followed_by(fact)

    def stop_transfers(self, vehicles: Sequence[Vehicle]) -> None:
        self.asked += [f"stop {vehicle.vehicle_id}" for vehicle in vehicles]

    def sell(self, sale: Sale) -> None:
        self.sales.append(sale)

    def was_seen(self, vehicle: Vehicle, at: datetime) -> bool:
        self.asked.append(f"seen {vehicle.vehicle_id}")
        return vehicle.vehicle_id in self.seen


class MemoryWindow:
    """The window with one vehicle, or none.

    Args:
        sold: The vehicle.
    """

    def __init__(self, sold: SoldVehicle | None) -> None:
        self.sold = sold
        self.cleared: list[tuple[tuple[str, ...], datetime]] = []

    def find(self, plate: Plate, vin: Vin | None) -> SoldVehicle | None:
        return self.sold

    def clear(self, sold: SoldVehicle, record_ids: Sequence[str], *, at: datetime) -> None:
        self.cleared.append((tuple(record_ids), at))
