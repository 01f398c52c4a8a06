"""Processes are asked whose an object is, over real sockets and mutual TLS: the coordination process alone may."""

from __future__ import annotations

import asyncio
import io
import warnings
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import grpc
import pytest

from services.chassis.admission import ServiceAdmission
from services.chassis.channels import open_channel
from services.chassis.clock import SystemClock
from services.chassis.config import COORDINATION, TlsSettings
from services.chassis.hosting import Hosting
from services.chassis.ids import RandomIds
from services.chassis.peers import Peers
from services.chassis.pipeline import Pipeline
from services.chassis.policy import Contracts
from services.chassis.server import Routes, build_server, listen
from services.chassis.standing import STANDING, Standing, StandingServicer, internal_callers
from services.chassis.telemetry import Telemetry, TelemetrySettings
from services.codes.jurisdiction import Jiangxi
from services.coordination.disputes import standings
from services.coordination.disputes.domain import Whose
from services.coordination.disputes.standings import Standings
from xiezhi.errors import Reason, XiezhiError
from xiezhi.errors.status import from_status
from xiezhi.pki import InsecureDevelopmentKeys, InsecureDevelopmentKeysWarning
from xiezhi.standing.v1 import standing_pb2

REFERRAL = "referrals/3b9c1f60-0000-4000-8000-000000000001"
NOWHERE = "referrals/00000000-0000-4000-8000-000000000000"
GATEWAY, NAME = "spiffe://xiezhi.jx/service/gateway", "spiffe://xiezhi.jx/service/referral"


class Refusals:
    """Keeps what is recorded."""

    def __init__(self):
        self.reasons = []

    async def refused(self, call, failure):
        self.reasons.append(failure.reason)


class Keeper:
    """A process that keeps one referral, and how long it takes to say so."""

    def __init__(self, keys):
        self.keys, self.records, self.pause = keys, Refusals(), 0.0
        self.stack = AsyncExitStack()

    def tls(self, name):
        files = self.keys.tls(name)
        return TlsSettings(authority=files.authority, certificate=files.certificate, key=files.key)

    async def find(self, key):
        await asyncio.sleep(self.pause)
        if key != REFERRAL.partition("/")[2]:
            return None
        return Standing("赣0102", 2, ("360102000000", "360103000000"))

    async def start(self):
        clock = SystemClock()
        telemetry = Telemetry.start(service="referral", settings=TelemetrySettings(), log_stream=io.StringIO())
        self.stack.callback(telemetry.shutdown)
        pipeline = Pipeline(
            peers=Peers("xiezhi.jx"),
            recorder=self.records,
            telemetry=telemetry,
            clock=clock,
            ids=RandomIds(),
            max_request_bytes=10_000,
        )
        admission = ServiceAdmission(
            gateway=GATEWAY,
            internal_callers=internal_callers(COORDINATION),
            tokens=None,
            trust=None,
            jurisdiction=Jiangxi(),
            clock=clock,
            max_skew=timedelta(seconds=60),
        )
        hosting = Hosting(pipeline=pipeline, admission=admission, recorder=self.records)
        handlers = hosting.handlers(Contracts.load(), {STANDING: StandingServicer({"referrals": self.find})})
        self.server = build_server(max_request_bytes=10_000)
        self.address = listen(self.server, "127.0.0.1:0", self.tls("referral"))
        self.server.add_generic_rpc_handlers((Routes(handlers, pipeline),))
        await self.server.start()
        self.stack.push_async_callback(self.server.stop, None)

    def channel(self, caller="coordination"):
        opened = open_channel(self.address, name=NAME, tls=self.tls(caller))
        self.stack.push_async_callback(opened.close)
        return opened


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    made = InsecureDevelopmentKeys(tmp_path_factory.mktemp("keys"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureDevelopmentKeysWarning)
        made.create(now=datetime.now(UTC))
    return made


@pytest.fixture
async def keeper(keys):
    made = Keeper(keys)
    await made.start()
    yield made
    await made.stack.aclose()


async def unavailable(awaited):
    with pytest.raises(XiezhiError) as refusal:
        await awaited
    assert refusal.value.reason is Reason.BACKEND_UNAVAILABLE


async def test_a_process_says_whose_an_object_is(keeper):
    asked = Standings({"referrals": keeper.channel()})
    assert await asked.find(REFERRAL) == Whose("赣0102", 2, ("360102000000", "360103000000"))
    assert await asked.find(NOWHERE) is None
    assert keeper.records.reasons == [], "what comes of it is recorded by whoever asks"


async def test_who_does_not_answer_or_is_not_known_is_unavailable(keeper, monkeypatch):
    asked = Standings({"referrals": keeper.channel()})
    await unavailable(asked.find("seizures/3b9c1f60-0000-4000-8000-000000000001"))
    monkeypatch.setattr(standings, "DEADLINE", timedelta(milliseconds=200))
    keeper.pause = 5
    await unavailable(asked.find(REFERRAL))
    await keeper.server.stop(None)
    await unavailable(asked.find(REFERRAL))


@pytest.mark.parametrize("caller", ["gateway", "identity"])
async def test_no_other_process_may_ask(keeper, caller):
    ask = keeper.channel(caller).unary_unary(f"/{STANDING}/GetStanding")
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await ask(standing_pb2.GetStandingRequest(name=REFERRAL).SerializeToString(), timeout=10)
    failure = caught.value
    told = from_status(failure.code().name, failure.details() or "", tuple(failure.trailing_metadata() or ()))
    assert told.reason is Reason.CALLER_NOT_ALLOWED
    assert keeper.records.reasons == [Reason.CALLER_NOT_ALLOWED]
