"""Configuration of the coordination service."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from services.chassis.config import LedgerSettings, PeerSettings, ProcessSettings, Seconds
from services.papers.settings import SealSettings


class CoordinationSettings(ProcessSettings):
    """What the coordination service needs beside what every process needs."""

    ledger: LedgerSettings
    seals: SealSettings
    standings: dict[str, PeerSettings] = Field(default_factory=dict)
    """For each kind of object that a dispute may be about, by the first part of its name, the process that keeps it."""
    acknowledge_within: Seconds = timedelta(hours=24)
    """How long whoever is told may take to acknowledge a notice before the liaisons are told."""
    silence_days: Annotated[int, Field(ge=1, le=60)] = 15
    """How long a side may be silent after the other found no agreement, before that one may escalate, in days."""
