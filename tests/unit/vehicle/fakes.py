"""A register in memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from services.vehicle.registry.domain import Listed, Queued, Vehicle


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
