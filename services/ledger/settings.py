"""Configuration of the ledger."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from services.chassis.config import ProcessSettings


class LedgerProcessSettings(ProcessSettings):
    """What the ledger needs beside what every process needs."""

    signing_key: Path
    """The log's private key, Ed25519, a PEM file; never replaced while the log lives."""
    high_water: Path
    """File outside the database that keeps the newest signed head; its folder must exist."""
    origin: str = Field(default="xiezhi.jx/ledger", pattern=r"^[\x21-\x7e]([\x20-\x7e]{0,98}[\x21-\x7e])?$")
    """Name of the log in every head; never changed while the log lives."""
    writers: tuple[str, ...] = (
        "spiffe://xiezhi.jx/service/gateway",
        "spiffe://xiezhi.jx/service/identity",
        "spiffe://xiezhi.jx/service/vehicle",
        "spiffe://xiezhi.jx/service/exit_restriction",
        "spiffe://xiezhi.jx/service/referral",
        "spiffe://xiezhi.jx/service/coordination",
    )
    """Processes that may append, by the names in their certificates, each under the last part of its name."""
