"""Which settings each process of the suite takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.chassis.config import ProcessSettings


def settings_kinds() -> Mapping[str, type[ProcessSettings]]:
    """Returns the kind of each process's settings, by its name.

    Raises:
        ModuleNotFoundError: If the servers' side is not installed.
    """
    from gateway.settings import GatewaySettings
    from services.coordination.settings import CoordinationSettings
    from services.exit_restriction.settings import ExitRestrictionSettings
    from services.identity.settings import IdentitySettings
    from services.ledger.settings import LedgerProcessSettings
    from services.referral.settings import ReferralSettings
    from services.vehicle.settings import VehicleSettings

    return {
        "coordination": CoordinationSettings,
        "exit_restriction": ExitRestrictionSettings,
        "gateway": GatewaySettings,
        "identity": IdentitySettings,
        "ledger": LedgerProcessSettings,
        "referral": ReferralSettings,
        "vehicle": VehicleSettings,
    }
