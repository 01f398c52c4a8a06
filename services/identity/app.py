"""Composition root of the identity service: the only place that constructs."""

from __future__ import annotations

from services.chassis.admission import ServiceAdmission
from services.chassis.hosting import Hosting
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
        admission = ServiceAdmission(
            gateway=settings.gateway_name,
            internal_callers={},
            tokens=parts.tokens,
            trust=parts.trust,
            jurisdiction=Jiangxi(),
            clock=parts.clock,
            max_skew=settings.max_clock_skew,
        )
        registry = SqlRegistry(parts.database, sealer=parts.sealer, index=BlindIndex(parts.keyring, NUMBER_INDEX))
        servicer = IdentityServicer(registry, rule=AgeRule[settings.age_rule])
        hosting = Hosting(pipeline=core.pipeline, admission=admission, recorder=core.recorder)
        handlers = hosting.handlers(parts.contracts, {SERVICE: servicer})
        await serve(core, handlers, services=(SERVICE,), checks={"ledger": ledger.check})
