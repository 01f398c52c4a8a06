"""When police meet a vehicle again within minutes: one sighting with a count, not one notice each (R-2.3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.vehicle.domain.checks import Trigger

WINDOW = timedelta(minutes=10)
"""How long after the last time another one is the same sighting, unless configured otherwise."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A vehicle that a unit met on one occasion, once or several times.

    Attributes:
        vehicle_id: Key of the vehicle.
        trigger: The occasion.
        unit: Code of the police unit, 12 digits.
        first_at: Instant of the first time.
        last_at: Instant of the last time.
        count: How many times, from 1.
    """

    vehicle_id: int
    trigger: Trigger
    unit: str
    first_at: datetime
    last_at: datetime
    count: int = 1

    @classmethod
    def once(cls, vehicle_id: int, trigger: Trigger, unit: str, *, at: datetime) -> Sighting:
        """Makes the sighting of one time."""
        return cls(vehicle_id, trigger, unit, first_at=at, last_at=at)

    def joined(self, other: Sighting, *, window: timedelta = WINDOW) -> Sighting | None:
        """Joins two sightings if they are the same.

        Reports may come late and in any order, so it does not matter which of both was first.

        Args:
            other: The other one.
            window: Longest time between them, inclusive.

        Returns:
            Both as one; None where vehicle, occasion or unit differ or more time lies between them.
        """
        if (self.vehicle_id, self.trigger, self.unit) != (other.vehicle_id, other.trigger, other.unit):
            return None
        if max(self.first_at, other.first_at) - min(self.last_at, other.last_at) > window:
            return None
        return replace(
            self,
            first_at=min(self.first_at, other.first_at),
            last_at=max(self.last_at, other.last_at),
            count=self.count + other.count,
        )
