"""The use case of the register: a debtor's vehicles looked up."""

from __future__ import annotations

from datetime import datetime

from services.vehicle.registry.domain import Debtor, FleetAnswer, Registry, answer


async def look_up(debtor: Debtor, *, registry: Registry, at: datetime) -> FleetAnswer:
    """Looks up a debtor's vehicles (notice 一.1).

    Args:
        debtor: Whom the court asks about.
        registry: The register.
        at: The moment whose seizures are meant, UTC.

    Raises:
        Unavailable: STORE_UNAVAILABLE.
    """
    return answer(debtor, await registry.fleet(debtor.key, at=at))
