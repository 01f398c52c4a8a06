"""Configuration of the vehicle service."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from services.chassis.config import COORDINATION, LedgerSettings, ProcessSettings, Seconds, Section
from services.papers.settings import SealSettings


class PolicySettings(Section):
    """Whether points are recorded when violations are cleared, from a day on (R-2.6)."""

    version: str = Field(min_length=1, max_length=40)
    effective_from: date
    must_record: bool


class VehicleSettings(ProcessSettings):
    """What the vehicle service needs beside what every process needs."""

    ledger: LedgerSettings
    coordination_name: str = COORDINATION
    """Name of the process that asks whose an object is, in its certificate."""
    seals: SealSettings
    acknowledge_within: Seconds = timedelta(minutes=30)
    """How long the command centre may take to acknowledge a sighting (A14)."""
    sighting_window: Seconds = timedelta(minutes=10)
    """Within how long after the last one a repeated sighting is the same one."""
    index_max_age: Seconds = timedelta(seconds=5)
    """How old the picture of the alerts may be before checks ask the database."""
    check_lease: Seconds = timedelta(hours=12)
    """How long a checkpoint may use the key that it was lent."""
    points_policy: Annotated[tuple[PolicySettings, ...], Field(min_length=1)] = (
        PolicySettings(version="160-2018", effective_from=date(2018, 8, 3), must_record=False),
    )
