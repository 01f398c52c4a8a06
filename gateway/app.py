"""Composition root of the gateway: the only place that constructs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

import grpc

from gateway.alone import hold_database
from gateway.approval.handlers import erase_ended
from gateway.approval.server import ApprovalServicer
from gateway.approval.store import ApprovalStore
from gateway.casefile.server import CaseRegistryServicer
from gateway.casefile.store import CaseStore
from gateway.directory import DirectoryCopy
from gateway.following import DirectoryFollower
from gateway.forwarding import Forwarder
from gateway.gate import Gate
from gateway.paper.convert import to_status_of
from gateway.paper.handlers import Desk
from gateway.paper.server import PaperServicer, asking
from gateway.paper.store import PaperStore
from gateway.proxy import Proxy
from gateway.settings import GatewaySettings
from gateway.standing import standing_servicer
from services.chassis.backend import host_backend
from services.chassis.channels import open_channel, open_channels
from services.chassis.clock import Clock
from services.chassis.handling import Handler
from services.chassis.health import Check, serving_check
from services.chassis.hosting import Hosting
from services.chassis.limits import RateLimiter
from services.chassis.process import Core, Parts, assemble, connect_ledger, open_parts, serve
from services.chassis.standing import STANDING, internal_callers
from services.codes.jurisdiction import Jiangxi
from xiezhi.errors import XiezhiError

NAME = "gateway"
APPROVALS = "xiezhi.approval.v1.ApprovalService"
CASES = "xiezhi.casefile.v1.CaseRegistryService"
PAPER = "xiezhi.paper.v1.PaperService"
HASH_KEY_BYTES = 32
SWEEP = timedelta(seconds=30)
"""How often the bytes of requests are looked for whose approvals have ended."""


async def run(settings: GatewaySettings) -> None:
    """Runs the gateway until it is told to stop.

    Args:
        settings: Its configuration.
    """
    async with open_parts(NAME, settings, package="gateway") as parts:
        parts.stack.callback(hold_database(settings.database_url))
        ledger = connect_ledger(parts, settings.ledger)
        backends = _open_backends(parts, settings)
        directory = DirectoryCopy(os.urandom(HASH_KEY_BYTES))
        follower = _follow(parts, settings, directory)
        core = assemble(parts, ledger, groups_come=False)
        exclusive = settings.database_url.startswith("sqlite")  # held alone above
        approvals = ApprovalStore(parts.database, sealer=parts.sealer, exclusive=exclusive)
        cases = CaseStore(parts.database, keyring=parts.keyring, exclusive=exclusive)
        gate = Gate(
            contracts=parts.contracts,
            systems=settings.systems,
            tokens=parts.tokens,
            trust=parts.trust,
            cases=cases,
            approvals=approvals,
            jurisdiction=Jiangxi(),
            directory=directory,
            limiter=RateLimiter(per_second=settings.rate.per_second, burst=settings.rate.burst),
            clock=parts.clock,
        )
        proxy = Proxy(pipeline=core.pipeline, gate=gate, telemetry=parts.telemetry, backends=backends)
        paper = _paper_servicer(core, gate, settings, approvals=approvals, backends=backends)
        own = _own_handlers(core, gate, settings, approvals=approvals, cases=cases, paper=paper)
        sweeping = asyncio.create_task(_sweep(approvals, parts.clock))
        parts.stack.callback(sweeping.cancel)
        await serve(
            core,
            {**proxy.handlers(parts.contracts), **own, **_standing_handlers(core, settings, approvals)},
            services=(APPROVALS, CASES, PAPER, STANDING, *backends),
            checks={"ledger": ledger.check},
            service_checks={
                service: _both(serving_check(channel), follower.check)
                if settings.backends[service].name == settings.directory.name
                else serving_check(channel)
                for service, channel in backends.items()
            },
        )


def _open_backends(parts: Parts, settings: GatewaySettings) -> dict[str, grpc.aio.Channel]:
    """Opens one channel to each process that hosts services, by full name of the service."""
    for service in settings.backends:
        if not parts.contracts.of_service(service):
            raise SystemExit(f"backends names {service}, which no contract declares.")
    return open_channels(settings.backends, tls=settings.tls, stack=parts.stack)


def _follow(parts: Parts, settings: GatewaySettings, copy: DirectoryCopy) -> DirectoryFollower:
    """Begins to keep the copy of the directory in step."""
    channel = open_channel(settings.directory.address, name=settings.directory.name, tls=settings.tls)
    parts.stack.push_async_callback(channel.close)
    follower = DirectoryFollower(copy, channel=channel, clock=parts.clock)
    parts.stack.callback(asyncio.create_task(follower.run()).cancel)
    return follower


def _both(one: Check, other: Check) -> Check:
    async def check() -> None:
        await one()
        await other()

    return check


def _paper_servicer(
    core: Core,
    gate: Gate,
    settings: GatewaySettings,
    *,
    approvals: ApprovalStore,
    backends: Mapping[str, grpc.aio.Channel],
) -> PaperServicer:
    """Makes the door for what came on paper, which goes through the same gate and to the same services."""
    parts = core.parts
    desk = Desk(
        contracts=parts.contracts,
        trust=parts.trust,
        jurisdiction=Jiangxi(),
        gate=gate,
        approvals=approvals,
        papers=PaperStore(parts.database),
        ask=asking(Forwarder(backends, telemetry=parts.telemetry)),
        record=core.recorder.refused,
        serialise=to_status_of,
        clock=parts.clock,
        framework_ref=settings.framework_ref,
    )
    return PaperServicer(desk)


def _own_handlers(
    core: Core,
    gate: Gate,
    settings: GatewaySettings,
    *,
    approvals: ApprovalStore,
    cases: CaseStore,
    paper: PaperServicer,
) -> dict[str, Handler]:
    """Makes the handlers of the gateway's own services, which go through the same gate as what it forwards."""
    parts = core.parts
    approval_servicer = ApprovalServicer(
        store=approvals,
        admit=gate.admit_submission,
        trust=parts.trust,
        jurisdiction=Jiangxi(),
        clock=parts.clock,
        ids=parts.ids,
        framework_ref=settings.framework_ref,
    )
    case_servicer = CaseRegistryServicer(store=cases, clock=parts.clock)
    hosting = Hosting(pipeline=core.pipeline, admission=gate, recorder=core.recorder)
    return hosting.handlers(parts.contracts, {APPROVALS: approval_servicer, CASES: case_servicer, PAPER: paper})


def _standing_handlers(core: Core, settings: GatewaySettings, approvals: ApprovalStore) -> Mapping[str, Handler]:
    """Makes the handler of what the coordination process asks, and no agency's system."""
    servicer = standing_servicer(approvals, core.parts.contracts)
    callers = internal_callers(settings.directory.name)
    return host_backend(core, {STANDING: servicer}, jurisdiction=Jiangxi(), internal_callers=callers)


async def _sweep(approvals: ApprovalStore, clock: Clock) -> None:
    """Erases for ever; while the database is away, what is due waits."""
    while True:
        with suppress(XiezhiError):
            await erase_ended(store=approvals, clock=clock)
        await asyncio.sleep(SWEEP.total_seconds())
