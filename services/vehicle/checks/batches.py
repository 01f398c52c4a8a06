"""Batches of plates as cameras send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from services.alerts.streams import Batch
from services.vehicle.checks.domain import Hit
from services.vehicle.domain import Trigger
from services.vehicle.sightings.domain import Encounter


@dataclass(frozen=True, slots=True)
class PlateBatch(Batch):
    """A batch of plates.

    Attributes:
        at: When it was seen, UTC.
        place: Where; may be empty.
    """

    at: datetime
    place: str = field(repr=False)

    def encounter(self, hit: Hit, *, unit: str, traceparent: str) -> Encounter | None:
        """Tells how a vehicle of the batch was met; None if that was before it was seized, and concerns no court.

        Args:
            hit: The vehicle.
            unit: Code of the police unit that sends the batch.
            traceparent: Trace of the check; empty where there is none.
        """
        if hit.is_after(self.at, is_dated=self.is_dated):
            return None
        return Encounter(Trigger.HIGHWAY_PATROL, unit, self.at, hit.text, self.place, traceparent=traceparent)
