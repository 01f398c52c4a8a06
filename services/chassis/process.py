"""A process from start to stop: what every process of the suite constructs, in one straight line."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import uvloop

from services.chassis import server as serving
from services.chassis.call import Peer
from services.chassis.channels import open_channel
from services.chassis.clock import Clock, MovedClockError, choose_clock
from services.chassis.config import LedgerSettings, ProcessSettings, read_settings
from services.chassis.db import Database
from services.chassis.evidence import LedgerWriter
from services.chassis.handling import Handler
from services.chassis.health import Check, Health
from services.chassis.ids import IdSource, RandomIds, TimedIds
from services.chassis.limits import RateLimiter
from services.chassis.logs import crash_logged
from services.chassis.migrations import MigrationError, upgrade
from services.chassis.peers import Peers
from services.chassis.pipeline import Pipeline
from services.chassis.policy import Contracts, PolicyError
from services.chassis.recorder import EvidenceSink, Recorder
from services.chassis.sealing import BlindIndex, Keyring, KeyringError, Sealer
from services.chassis.spool import FileSpool
from services.chassis.telemetry import Telemetry, TelemetrySettings
from services.chassis.tightening import tighten
from services.chassis.tokens import Issuer, TokenVerifier
from services.chassis.trust import OfficerTrust
from services.chassis.validation import warm_up
from xiezhi.errors import XiezhiError
from xiezhi.proof.receipt import LogKey

CASE_INDEX = "oversight.case"
"""Label of the index of cases in the ledger."""
SUBJECT_INDEX = "oversight.subject"
"""Label of the index of data subjects in the ledger."""
YOUNG_OBJECTS = 10_000
"""New objects after which the collector looks through them; Python's own 700 come together in two or three calls."""
SWITCH_SECONDS = 0.0005
"""How long a thread may keep the interpreter while another one waits for it; a tenth of Python's own."""


S = TypeVar("S", bound=ProcessSettings)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a process is made of before it can record and serve.

    Attributes:
        name: Name of the process, for example "identity".
        settings: Its configuration.
        contracts: The contracts.
        clock: Source of now.
        ids: Source of ids.
        telemetry: Spans, metrics and logs.
        database: Its database, migrated.
        keyring: Keys of its fields at rest.
        sealer: Seals its fields at rest.
        tokens: Verifies officers' tokens.
        trust: Verifies approvers' statements.
        stack: Closes what was opened, in reverse order.
    """

    name: str
    settings: ProcessSettings
    contracts: Contracts
    clock: Clock
    ids: IdSource
    telemetry: Telemetry
    database: Database
    keyring: Keyring
    sealer: Sealer
    tokens: TokenVerifier
    trust: OfficerTrust
    stack: AsyncExitStack


@dataclass(frozen=True, slots=True)
class Core:
    """Parts that can record and serve.

    Attributes:
        parts: The parts.
        recorder: Writes entries about calls.
        pipeline: What surrounds every call.
    """

    parts: Parts
    recorder: Recorder
    pipeline: Pipeline


@asynccontextmanager
async def open_parts(name: str, settings: ProcessSettings, *, package: str) -> AsyncIterator[Parts]:
    """Opens the parts of a process and closes them at the end.

    Args:
        name: Name of the process.
        settings: Its configuration.
        package: Python package that holds its migrations, for example "services.identity".
    """
    clock = choose_clock(settings.insecure_clock_ahead, authority=settings.tls.authority)
    async with AsyncExitStack() as stack:
        telemetry = Telemetry.start(service=name, settings=_telemetry(settings))
        stack.callback(telemetry.shutdown)
        contracts = tighten(Contracts.load(), settings.approvals)
        warm_up(tuple(contracts))
        await asyncio.to_thread(upgrade, settings.database_url, package=package)
        database = Database.open(settings.database_url, observer=telemetry.db_observer)
        stack.callback(database.close)
        keyring = Keyring.load(settings.keyring)
        yield Parts(
            name=name,
            settings=settings,
            contracts=contracts,
            clock=clock,
            ids=RandomIds(),
            telemetry=telemetry,
            database=database,
            keyring=keyring,
            sealer=Sealer(keyring),
            tokens=TokenVerifier({i.name: Issuer(i.jwks, i.organisations) for i in settings.trust.issuers}),
            trust=OfficerTrust(settings.trust.officer_authorities, settings.trust.officer_revocations),
            stack=stack,
        )


def connect_ledger(parts: Parts, ledger: LedgerSettings) -> LedgerWriter:
    """Opens the process's way to the ledger.

    Args:
        parts: The parts of the process.
        ledger: Where the ledger is and how its log is verified.
    """
    channel = open_channel(ledger.address, name=ledger.name, tls=parts.settings.tls)
    parts.stack.push_async_callback(channel.close)
    writer = LedgerWriter(
        channel,
        key=LogKey.from_pem(ledger.public_key.read_bytes()),
        witness=ledger.witness,
        span=parts.telemetry.internal_span,
    )
    parts.stack.push_async_callback(writer.close)
    return writer


def assemble(parts: Parts, sink: EvidenceSink, *, unlimited: tuple[str, ...] = (), groups_come: bool = True) -> Core:
    """Makes the recorder and the pipeline.

    Args:
        parts: The parts of the process.
        sink: Where entries go.
        unlimited: Names of processes of the suite that may call as often as they like, beside the gateway.
        groups_come: See `Pipeline`.
    """
    oversight = Keyring.load(parts.settings.oversight_keyring)
    kept = FileSpool(parts.settings.spool, sink)
    kept.start()
    parts.stack.push_async_callback(kept.stop)
    recorder = Recorder(
        sink=sink,
        spool=kept,
        writer=parts.name,
        cases=BlindIndex(oversight, CASE_INDEX),
        subjects=BlindIndex(oversight, SUBJECT_INDEX),
        entry_ids=TimedIds(parts.clock),
        ids=parts.ids,
        clock=parts.clock,
        lost=lambda call: parts.telemetry.log("evidence.lost", trace_id=call.trace_id),
    )
    pipeline = Pipeline(
        peers=Peers(parts.settings.trust_domain),
        recorder=recorder,
        telemetry=parts.telemetry,
        clock=parts.clock,
        ids=parts.ids,
        max_request_bytes=parts.settings.max_request_bytes,
        groups_come=groups_come,
        limit=_limit(parts.settings, unlimited),
    )
    return Core(parts, recorder, pipeline)


async def serve(
    core: Core,
    handlers: Mapping[str, Handler],
    *,
    services: tuple[str, ...],
    checks: Mapping[str, Check],
    service_checks: Mapping[str, Check] = MappingProxyType({}),
) -> None:
    """Serves until the process is told to stop, then lets calls in flight finish.

    Args:
        core: The process.
        handlers: By full name of the method.
        services: Full names of the services, for health and reflection.
        checks: What the process depends on, beside its database.
        service_checks: What single services depend on beside, by full name.
    """
    parts, settings = core.parts, core.parts.settings
    stop = asyncio.Event()
    serving.stop_on_signals(stop.set)
    server = serving.build_server(max_request_bytes=settings.max_request_bytes)
    health = Health(
        services,
        checks={"database": parts.database.check, **checks},
        service_checks=service_checks,
        changed=_log_health(parts.telemetry),
    )
    if settings.reflection:
        serving.add_reflection(server, services)
    address = serving.listen(server, settings.listen, settings.tls)
    await health.start(server)
    server.add_generic_rpc_handlers((serving.Routes(handlers, core.pipeline),))
    _keep_for_good()
    await server.start()
    if settings.ready_file is not None:
        _write_ready(settings.ready_file, address)
    if settings.insecure_clock_ahead:
        parts.telemetry.log("clock.moved", seconds=settings.insecure_clock_ahead.total_seconds())
    parts.telemetry.log("process.serving")
    await stop.wait()
    parts.telemetry.log("process.stopping")
    await health.stop()
    core.pipeline.drain()
    await server.stop(settings.grace.total_seconds())
    await core.pipeline.settle()


def _keep_for_good() -> None:
    """Takes what a process is made of out of the collector's sight, which else looks through all of it again and again.

    Calls leave little behind that reference counts do not free.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)


def _limit(settings: ProcessSettings, unlimited: tuple[str, ...]) -> Callable[[Peer], None]:
    limiter = RateLimiter(per_second=settings.peer_rate.per_second, burst=settings.peer_rate.burst)
    exempt = frozenset({settings.gateway_name, *unlimited})

    def limit(peer: Peer) -> None:
        if peer.name not in exempt:
            limiter.take(peer.name, "")

    return limit


def _telemetry(settings: ProcessSettings) -> TelemetrySettings:
    return TelemetrySettings(**settings.telemetry.model_dump())


def _log_health(telemetry: Telemetry) -> Callable[[tuple[str, ...]], None]:
    def changed(failing: tuple[str, ...]) -> None:
        telemetry.log("health.changed", failing=",".join(failing) or "none")

    return changed


def _write_ready(path: Path, address: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(f"{address}\n")
    fresh.replace(path)


def main(name: str, run: Callable[[S], Coroutine[None, None, None]], kind: type[S]) -> None:
    """Reads the configuration and runs a process until it is told to stop.

    Args:
        name: Name of the process.
        run: The process.
        kind: Its settings.

    Raises:
        SystemExit: With a sentence that says why the process cannot start; with code 1 and a line in the log, which has
            none of the failure's words, where anything else ends it.
    """
    settings = read_settings(kind)
    # SQLite lets go of the interpreter at every row, and would wait for a busy loop this long each time.
    sys.setswitchinterval(SWITCH_SECONDS)
    with crash_logged(name), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(run(settings))
        except (KeyringError, MigrationError, MovedClockError, PolicyError, XiezhiError) as failure:
            raise SystemExit(str(failure)) from None
