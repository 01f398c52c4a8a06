"""Composition root of the vehicle service: the only place that constructs."""

from __future__ import annotations

from functools import partial

from services.chassis.admission import ServiceAdmission
from services.chassis.hosting import Hosting
from services.chassis.process import Parts, assemble, connect_ledger, open_parts, serve
from services.codes.jurisdiction import Jiangxi
from services.papers import SealTrust, verify_sealed
from services.vehicle.checks.keys import AlertHasher, CheckKey
from services.vehicle.domain import PointsPolicy
from services.vehicle.registry.server import VehicleRegistryServicer
from services.vehicle.registry.store import SqlRegistry, VehicleRows
from services.vehicle.seizures.alerts import AlertFeed
from services.vehicle.seizures.desk import Desk
from services.vehicle.seizures.server import SeizureServicer
from services.vehicle.seizures.store import SeizureStore
from services.vehicle.settings import VehicleSettings
from services.vehicle.violations.server import ViolationServicer
from services.vehicle.violations.store import ViolationStore

NAME = "vehicle"


async def run(settings: VehicleSettings) -> None:
    """Runs the vehicle service until it is told to stop.

    Args:
        settings: Its configuration.
    """
    async with open_parts(NAME, settings, package="services.vehicle") as parts:
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
        servicers = _servicers(parts, settings)
        hosting = Hosting(pipeline=core.pipeline, admission=admission, recorder=core.recorder)
        handlers = hosting.handlers(parts.contracts, servicers)
        await serve(core, handlers, services=tuple(servicers), checks={"ledger": ledger.check})


def _servicers(parts: Parts, settings: VehicleSettings) -> dict[str, object]:
    """Makes the servicers, by full name of their service."""
    keyring = parts.keyring
    alerts = AlertFeed(AlertHasher(CheckKey.all_of(keyring)[0]))
    store = SeizureStore(parts.database, keyring=keyring, alerts=alerts)
    registry = SqlRegistry(parts.database, rows=VehicleRows(keyring), read_queues=store.rows.queues)
    seals = SealTrust(settings.seals.authority, settings.seals.revocations)
    policies = tuple(PointsPolicy(**policy.model_dump()) for policy in settings.points_policy)
    violations = ViolationStore(parts.database, keyring=keyring)
    desk = Desk(store, partial(verify_sealed, authority=seals), parts.clock, parts.ids)
    return {
        "xiezhi.vehicle.v1.VehicleRegistryService": VehicleRegistryServicer(registry),
        "xiezhi.vehicle.v1.SeizureService": SeizureServicer(desk),
        "xiezhi.vehicle.v1.ViolationService": ViolationServicer(violations, policies=policies, clock=parts.clock),
    }
