"""Configuration of the gateway."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from services.chassis.config import LedgerSettings, PeerSettings, ProcessSettings, RateSettings

FRAMEWORK = "《关于建立“点对点”网络执行查控和失信惩戒机制合作框架协议》"
"""The agreement whose approval workflow queries follow (notice 一.1, second paragraph, R-1.7)."""

OneLine = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^\P{Cc}+$")]


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
    framework_ref: OneLine = FRAMEWORK
    """The rules under which approvals are asked for (审批依据); each approval keeps what counted at its submission."""
