"""Composition root of the vehicle service: the only place that constructs."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from services.alerts.feed import AlertFeed
from services.alerts.leases import LeaseBook
from services.alerts.rows import AlertRows
from services.alerts.watch import AlertWatch
from services.chassis.backend import host_backend
from services.chassis.feed import DeadLetters, Feed
from services.chassis.outbox import Outbox
from services.chassis.process import Parts, assemble, connect_ledger, open_parts, serve
from services.chassis.relay import Relay
from services.chassis.standing import STANDING, StandingServicer, internal_callers, of_any_unit
from services.codes.jurisdiction import Jiangxi
from services.filing.desk import Desk
from services.papers import SealTrust, verify_sealed
from services.vehicle.checks.dealings import DealingRows
from services.vehicle.checks.handlers import Post
from services.vehicle.checks.keys import PlateHasher, alert_hasher, check_key
from services.vehicle.checks.server import VehicleCheckServicer
from services.vehicle.checks.store import CheckStore
from services.vehicle.checks.suspects import Suspects
from services.vehicle.checks.tables import LEASES
from services.vehicle.domain import PointsPolicy
from services.vehicle.registry.server import VehicleRegistryServicer
from services.vehicle.registry.store import SqlRegistry, VehicleRows
from services.vehicle.seizures.rows import SeizureRows
from services.vehicle.seizures.server import SeizureServicer
from services.vehicle.seizures.store import SeizureStore
from services.vehicle.seizures.tables import ALERTS
from services.vehicle.settings import VehicleSettings
from services.vehicle.sightings.convert import describe
from services.vehicle.sightings.server import SightingServicer
from services.vehicle.sightings.store import SightingRows, Terms
from services.vehicle.sightings.tables import FEED, OUTBOX
from services.vehicle.violations.server import ViolationServicer
from services.vehicle.violations.store import ViolationStore
from xiezhi.errors import XiezhiError
from xiezhi.policy.v1 import policy_pb2

NAME = "vehicle"
SWEEP = timedelta(minutes=1)
"""How often what is kept for a time only is erased."""


async def run(settings: VehicleSettings) -> None:
    """Runs the vehicle service until it is told to stop.

    Args:
        settings: Its configuration.
    """
    async with open_parts(NAME, settings, package="services.vehicle") as parts:
        ledger = connect_ledger(parts, settings.ledger)
        core = assemble(parts, ledger)
        control = _make_control(parts, settings)
        # Who is not ready does not answer: a check must not find an index that is still being made.
        await control.watch.build()
        for task in (control.watch.run(), control.relay.run(), _sweep(control)):
            _start(parts, task)
        servicers = _servicers(parts, settings, control)
        handlers = host_backend(
            core,
            servicers,
            jurisdiction=Jiangxi(),
            internal_callers=internal_callers(settings.coordination_name),
        )
        checks = {"ledger": ledger.check, "alerts": control.watch.check}
        await serve(core, handlers, services=tuple(servicers), checks=checks)


@dataclass(frozen=True, slots=True)
class _Control:
    """What checks and sightings are made of.

    Attributes:
        feed: Notices of sightings.
        outbox: What is due later.
        relay: Delivers it.
        watch: The index of alerts.
        store: Checks.
        leases: The key of alerts, and its leases.
        alerts: Writes alerts, and wakes the index.
    """

    feed: Feed
    outbox: Outbox
    relay: Relay
    watch: AlertWatch
    store: CheckStore
    leases: LeaseBook
    alerts: AlertFeed


def _make_control(parts: Parts, settings: VehicleSettings) -> _Control:
    database, keyring, clock = parts.database, parts.keyring, parts.clock
    key = check_key(keyring)
    outbox, hasher, rows = Outbox(OUTBOX), alert_hasher(key), AlertRows(ALERTS, key_id=key.key_id)
    feed = Feed(FEED, database=database, outbox=outbox, sealer=parts.sealer, clock=clock)
    terms = Terms(settings.sighting_window, settings.acknowledge_within)
    vehicles = VehicleRows(keyring)
    seizures = SeizureRows(keyring, vehicles=vehicles)
    watch = AlertWatch(database, rows=rows, clock=clock, bound=settings.index_max_age)
    store = CheckStore(
        database,
        suspects=Suspects(rows, hasher=hasher, vehicles=vehicles, seizures=seizures),
        dealings=DealingRows(keyring),
        sightings=SightingRows(keyring, feed=feed, describe=describe, ids=parts.ids, terms=terms),
        clock=clock,
    )
    alerts = AlertFeed(ALERTS, hasher=hasher)
    alerts.on_commit(watch.wake)
    relay = Relay(outbox, database=database, deliver=feed.escalate, clock=clock, ids=parts.ids)
    leases = LeaseBook(LEASES, database=database, key=key, duration=settings.check_lease, clock=clock, ids=parts.ids)
    return _Control(feed, outbox, relay, watch, store, leases, alerts)


def _servicers(parts: Parts, settings: VehicleSettings, control: _Control) -> dict[str, object]:
    """Makes the servicers, by full name of their service."""
    keyring, database, clock = parts.keyring, parts.database, parts.clock
    store = SeizureStore(database, keyring=keyring, alerts=control.alerts, seen_before=control.store.seen_before)
    registry = SqlRegistry(database, rows=VehicleRows(keyring), read_queues=store.rows.queues)
    seals = SealTrust(settings.seals.authority, settings.seals.revocations)
    policies = tuple(PointsPolicy(**policy.model_dump()) for policy in settings.points_policy)
    desk = Desk(store, partial(verify_sealed, authority=seals), clock, parts.ids)
    post = Post(control.store, control.watch, PlateHasher(control.leases.key.key), parts.telemetry.metrics.observe)
    letters = DeadLetters(control.outbox, database=database, clock=clock)
    return {
        "xiezhi.vehicle.v1.VehicleRegistryService": VehicleRegistryServicer(registry),
        "xiezhi.vehicle.v1.SeizureService": SeizureServicer(desk),
        "xiezhi.vehicle.v1.ViolationService": ViolationServicer(
            ViolationStore(database, keyring=keyring), policies=policies, clock=clock
        ),
        "xiezhi.vehicle.v1.VehicleCheckService": VehicleCheckServicer(post, leases=control.leases, clock=clock),
        STANDING: StandingServicer({"seizures": of_any_unit(store.court_of, policy_pb2.DEPARTMENT_TRAFFIC)}),
        "xiezhi.vehicle.v1.SightingService": SightingServicer(control.feed, letters=letters, database=database),
    }


def _start(parts: Parts, task: Coroutine[Any, Any, None]) -> None:
    """Runs something beside the server, until the process ends."""
    parts.stack.callback(asyncio.create_task(task).cancel)


async def _sweep(control: _Control) -> None:
    """Erases for ever; while the database is away, what is due waits."""
    while True:
        with suppress(XiezhiError):
            await control.store.erase_old()
            await control.leases.erase_ended()
        await asyncio.sleep(SWEEP.total_seconds())
