"""Batches of numbers as gates and passenger lists send them."""

from __future__ import annotations

from dataclasses import dataclass

from services.alerts.streams import Batch
from services.exit_restriction.hits.domain import Meeting


@dataclass(frozen=True, slots=True)
class TravellerBatch(Batch):
    """A batch of travellers.

    Attributes:
        meeting: Where and when the travellers were met.
    """

    meeting: Meeting
