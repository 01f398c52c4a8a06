"""Configuration of the identity service."""

from __future__ import annotations

from typing import Literal

from services.chassis.config import LedgerSettings, ProcessSettings


class IdentitySettings(ProcessSettings):
    """What the identity service needs beside what every process needs."""

    ledger: LedgerSettings
    age_rule: Literal["CIVIL_BIRTHDAY", "CRIMINAL_NEXT_DAY"] = "CIVIL_BIRTHDAY"
    """When one is 16周岁以上: on the 16th birthday (以上包括本数), or from the day after it on."""
