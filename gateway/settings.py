"""Configuration of the gateway."""

from __future__ import annotations

from pydantic import Field

from services.chassis.config import LedgerSettings, PeerSettings, ProcessSettings, Section


class RateSettings(Section):
    """Rate limit per caller: calls per second, and how many may be saved up."""

    per_second: float = Field(default=500.0, gt=0)
    burst: int = Field(default=1_000, ge=1)


class GatewaySettings(ProcessSettings):
    """What the gateway needs beside what every process needs."""

    ledger: LedgerSettings
    backends: dict[str, PeerSettings]
    """For each service behind the gateway, by its full name, the process that hosts it."""
    systems: str = "spiffe://xiezhi.jx/system/"
    """Prefix of the names in certificates of agencies' systems."""
    rate: RateSettings = RateSettings()
