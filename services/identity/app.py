"""Composition root of the identity service: the only place that constructs."""

from __future__ import annotations

from services.chassis.backend import host_backend
from services.chassis.process import assemble, connect_ledger, open_parts, serve
from services.chassis.sealing import BlindIndex
from services.codes.ages import AgeRule
from services.codes.jurisdiction import Jiangxi
from services.identity.server import IdentityServicer
from services.identity.settings import IdentitySettings
from services.identity.store import NUMBER_INDEX, SqlRegistry

NAME = "identity"
SERVICE = "xiezhi.identity.v1.IdentityService"


async def run(settings: IdentitySettings) -> None:
    """Runs the identity service until it is told to stop.

    Args:
        settings: Its configuration.
    """
    async with open_parts(NAME, settings, package="services.identity") as parts:
        ledger = connect_ledger(parts, settings.ledger)
        core = assemble(parts, ledger)
        registry = SqlRegistry(parts.database, sealer=parts.sealer, index=BlindIndex(parts.keyring, NUMBER_INDEX))
        servicer = IdentityServicer(registry, rule=AgeRule[settings.age_rule])
        handlers = host_backend(core, {SERVICE: servicer}, jurisdiction=Jiangxi())
        await serve(core, handlers, services=(SERVICE,), checks={"ledger": ledger.check})
