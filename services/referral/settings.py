"""Configuration of the referral service."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from services.chassis.config import COORDINATION, LedgerSettings, ProcessSettings, Seconds
from services.papers.settings import SealSettings

Days = Annotated[int, Field(ge=1, le=60)]


class ReferralSettings(ProcessSettings):
    """What the referral service needs beside what every process needs."""

    ledger: LedgerSettings
    coordination_name: str = COORDINATION
    """Name of the process that asks whose an object is, in its certificate."""
    seals: SealSettings
    acknowledge_within: Seconds = timedelta(hours=24)
    """How long whoever is told may take to acknowledge a notice before the liaisons are told."""
    supplement_days: Days = 3
    """How long a court has to supplement a referral once it is asked, in days (公安程序规定 art 180 by analogy)."""
    remind_before_days: Days = 1
    """How long before its last day a duty is reminded of, in working days."""
    escalate_after_days: Days = 5
    """How long after its last day a missed duty is told to both provincial bodies, in days."""
