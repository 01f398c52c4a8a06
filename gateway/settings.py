"""Configuration of the gateway."""

from __future__ import annotations

from services.chassis.config import LedgerSettings, PeerSettings, ProcessSettings, RateSettings


class GatewaySettings(ProcessSettings):
    """What the gateway needs beside what every process needs."""

    ledger: LedgerSettings
    backends: dict[str, PeerSettings]
    """For each service behind the gateway, by its full name, the process that hosts it."""
    directory: PeerSettings
    """The process that keeps the directory of duty credentials, liaisons and channels."""
    systems: str = "spiffe://xiezhi.jx/system/"
    """Prefix of the names in certificates of agencies' systems."""
    rate: RateSettings = RateSettings(per_second=500, burst=1_000)
    """Rate limit per officer at each system."""
