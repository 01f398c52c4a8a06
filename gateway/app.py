"""Composition root of the gateway: the only place that constructs."""

from __future__ import annotations

from services.chassis.config import LedgerSettings, PeerSettings, ProcessSettings, Section


class RateSettings(Section):
    """Rate limit per caller: tokens per second and the most that may be saved up."""

    per_second: float = 200.0
    burst: int = 400


class GatewaySettings(ProcessSettings):
    """Configuration of the gateway."""

    ledger: LedgerSettings
    backends: dict[str, PeerSettings]
    """For each service behind the gateway, by its full name, the process that hosts it."""
    systems_prefix: str = "spiffe://xiezhi.jx/system/"
    rate: RateSettings = RateSettings()
