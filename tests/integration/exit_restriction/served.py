"""The counter's service on a real socket with mutual TLS and a real signed log, which is stopped and started again."""

from __future__ import annotations

import asyncio
import io
from contextlib import AsyncExitStack, asynccontextmanager

from services.chassis.clock import SystemClock
from services.chassis.config import TlsSettings
from services.chassis.hosting import Hosting
from services.chassis.ids import RandomIds
from services.chassis.peers import Peers
from services.chassis.pipeline import Pipeline
from services.chassis.policy import Contracts
from services.chassis.recorder import Recorder
from services.chassis.server import Routes, build_server, listen
from services.chassis.telemetry import Telemetry, TelemetrySettings
from tests.integration.client.exchange import Log
from tests.unit.exit_restriction.told import COUNTERS, call
from xiezhi.exit_restriction.v1 import counter_pb2

SERVICE = COUNTERS.removeprefix("/")
MAX_BYTES = 10_000


class Ledger:
    """A signed log."""

    def __init__(self):
        self.log = Log()

    async def append(self, entry):
        return self.log.append(entry)

    async def keep(self, entry):
        self.log.append(entry)

    def of(self, value):
        return value.encode()[:32].ljust(32)


class Gate:
    """Admits everybody as an officer of the exit-entry administration."""

    def authenticate(self, asked):
        asked.caller = call(counter_pb2.LeaseCounterKeyRequest(), COUNTERS).caller

    async def admit(self, asked, message):
        """Refuses nobody."""

    def require_still(self, asked):
        """Lets every stream go on."""


class Served:
    """The service, at one address for good.

    Args:
        servicer: What answers.
        files: The server's certificate.
        ledger: Records answers.
    """

    def __init__(self, servicer, files, ledger):
        self.servicer, self.ledger, self.address = servicer, ledger, "127.0.0.1:0"
        self.tls = TlsSettings(authority=files.authority, certificate=files.certificate, key=files.key)
        self.stack = AsyncExitStack()

    async def start(self):
        """Serves."""
        self.address = await self.stack.enter_async_context(self._serving())

    async def stop(self):
        """Stops, and breaks every stream off."""
        await self.stack.aclose()

    @asynccontextmanager
    async def _serving(self):
        clock, ids = SystemClock(), RandomIds()
        telemetry = Telemetry.start(service="gateway", settings=TelemetrySettings(), log_stream=io.StringIO())
        recorder = Recorder(
            sink=self.ledger,
            spool=self.ledger,
            writer="exit_restriction",
            cases=self.ledger,
            subjects=self.ledger,
            ids=ids,
            entry_ids=ids,
            clock=clock,
            lost=lambda _: None,
        )
        pipeline = Pipeline(
            peers=Peers("xiezhi.jx"),
            recorder=recorder,
            telemetry=telemetry,
            clock=clock,
            ids=ids,
            max_request_bytes=MAX_BYTES,
        )
        hosting = Hosting(pipeline=pipeline, admission=Gate(), recorder=recorder)
        server = build_server(max_request_bytes=MAX_BYTES)
        address = listen(server, self.address, self.tls)
        handlers = hosting.handlers(Contracts.load(), {SERVICE: self.servicer})
        server.add_generic_rpc_handlers((Routes(handlers, pipeline),))
        await server.start()
        try:
            yield address
        finally:
            await server.stop(None)
            telemetry.shutdown()


async def until(true):
    """Waits until something is so, and fails after a while."""
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - what is waited for has no event to tell of it
            await asyncio.sleep(0.01)
