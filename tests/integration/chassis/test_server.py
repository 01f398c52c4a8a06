"""A server of the chassis over real sockets and mutual TLS: a client gets what a servicer says, and no more."""

import asyncio
import io
import warnings
from datetime import UTC, datetime

import grpc
import pytest

from services.chassis.channels import open_channel
from services.chassis.clock import SystemClock
from services.chassis.config import TlsSettings
from services.chassis.hosting import Hosting
from services.chassis.ids import RandomIds
from services.chassis.peers import Peers
from services.chassis.pipeline import Pipeline
from services.chassis.policy import Contracts
from services.chassis.refusals import TRACE_KEY
from services.chassis.server import Routes, build_server, listen
from services.chassis.telemetry import Telemetry, TelemetrySettings
from xiezhi.approval.v1 import approval_pb2
from xiezhi.common.v1 import receipt_pb2
from xiezhi.errors import Reason, error
from xiezhi.errors.status import from_status
from xiezhi.pki import InsecureDevelopmentKeys, InsecureDevelopmentKeysWarning

SERVICE = "xiezhi.approval.v1.ApprovalService"
GATEWAY = "spiffe://xiezhi.jx/service/gateway"
NAME = "approvals/00000000-0000-4000-8000-000000000001"
SECRET = "张伟 36990119900307123X"
MAX_BYTES = 10_000


class Admitting:
    """Admits every call and keeps who made it."""

    def __init__(self):
        self.peers = []

    def authenticate(self, call):
        self.peers.append(call.peer.name)

    async def admit(self, call, message):
        """Refuses nobody."""

    def require_still(self, call):
        """Lets every stream go on."""


class Records:
    """Keeps the reasons of refusals, and gives out receipts of nothing."""

    def __init__(self):
        self.refusals = []

    async def refused(self, call, failure):
        self.refusals.append((call.method.full_name, failure.reason))

    async def answered(self, call, payload, *, subjects=None):
        return receipt_pb2.Receipt(entry=b"entry")


class Servicer:
    def __init__(self):
        self.failure = None
        self.ended = asyncio.Event()

    async def GetApproval(self, request, call):
        if self.failure is not None:
            raise self.failure
        return approval_pb2.GetApprovalResponse(approval=approval_pb2.Approval(name=request.name))

    async def WatchApproval(self, request, call):
        try:
            yield approval_pb2.WatchApprovalResponse()
            if self.failure is not None:
                raise self.failure
            await asyncio.sleep(60)
        finally:
            self.ended.set()

    async def SubmitApproval(self, request, call):
        """Is not asked."""

    ListApprovals = ReviewApproval = ApproveApproval = RejectApproval = WithdrawApproval = RevokeApproval = (
        SubmitApproval
    )


class Site:
    """A server with everything around it, and a channel to it."""

    def __init__(self, keys):
        self.keys = keys
        self.admission, self.records, self.servicer, self.log = Admitting(), Records(), Servicer(), io.StringIO()
        self.telemetry = Telemetry.start(service="gateway", settings=TelemetrySettings(), log_stream=self.log)
        self.pipeline = Pipeline(
            peers=Peers("xiezhi.jx"),
            recorder=self.records,
            telemetry=self.telemetry,
            clock=SystemClock(),
            ids=RandomIds(),
            max_request_bytes=MAX_BYTES,
        )
        hosting = Hosting(pipeline=self.pipeline, admission=self.admission, recorder=self.records)
        handlers = hosting.handlers(Contracts.load(), {SERVICE: self.servicer})
        self.server = build_server(max_request_bytes=MAX_BYTES)
        self.address = listen(self.server, "127.0.0.1:0", self.tls("gateway"))
        self.server.add_generic_rpc_handlers((Routes(handlers, self.pipeline),))
        self.channel = open_channel(self.address, name=GATEWAY, tls=self.tls("identity"))

    def tls(self, name):
        files = self.keys.tls(name)
        return TlsSettings(authority=files.authority, certificate=files.certificate, key=files.key)

    async def call(self, name="GetApproval", request=None, service=SERVICE):
        raw = approval_pb2.GetApprovalRequest(name=NAME).SerializeToString() if request is None else request
        return await self.channel.unary_unary(f"/{service}/{name}")(raw, timeout=10)

    def watch(self):
        request = approval_pb2.WatchApprovalRequest(name=NAME).SerializeToString()
        return self.channel.unary_stream(f"/{SERVICE}/WatchApproval")(request, timeout=10)

    async def refusal(self, work):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await work
        failure = caught.value
        return from_status(failure.code().name, failure.details() or "", tuple(failure.trailing_metadata() or ()))


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    made = InsecureDevelopmentKeys(tmp_path_factory.mktemp("keys"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureDevelopmentKeysWarning)
        made.create(now=datetime.now(UTC))
    return made


@pytest.fixture
async def site(keys):
    made = Site(keys)
    await made.server.start()
    yield made
    await made.channel.close()
    await made.server.stop(0)
    made.telemetry.shutdown()


async def read(stream):
    return [answer async for answer in stream]


async def test_an_answer_arrives_with_its_receipt_and_the_peer_is_the_certificate_s(site):
    answer = approval_pb2.GetApprovalResponse.FromString(await site.call())
    assert (answer.approval.name, answer.receipt.entry) == (NAME, b"entry")
    assert site.admission.peers == ["spiffe://xiezhi.jx/service/identity"]


async def test_a_stream_arrives_as_it_comes_and_ends_with_its_reader(site):
    stream = site.watch()
    first = approval_pb2.WatchApprovalResponse.FromString(await stream.read())
    assert first.receipt.entry == b"entry"
    stream.cancel()
    await asyncio.wait_for(site.servicer.ended.wait(), 5)


async def test_a_refusal_arrives_whole_and_in_its_trace(site):
    site.servicer.failure = error(Reason.APPROVAL_NOT_FOUND, "No such approval.", resource=NAME)
    failure = await site.refusal(site.call())
    assert (failure.reason, failure.resource) == (Reason.APPROVAL_NOT_FOUND, NAME)
    assert len(failure.trace_id) == 32
    assert site.records.refusals == [(f"/{SERVICE}/GetApproval", Reason.APPROVAL_NOT_FOUND)]


async def test_a_stream_that_fails_on_its_way_says_why_after_what_came_before(site):
    site.servicer.failure = error(Reason.STORE_UNAVAILABLE, "Away.")
    stream = site.watch()
    assert await stream.read()
    failure = await site.refusal(stream.read())
    assert failure.reason is Reason.STORE_UNAVAILABLE


@pytest.mark.parametrize("streaming", [False, True])
async def test_an_unexpected_failure_does_not_leave_the_process(site, streaming):
    site.servicer.failure = RuntimeError(SECRET)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await (read(site.watch()) if streaming else site.call())
    trailing = tuple(caught.value.trailing_metadata())
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    assert from_status("INTERNAL", "", trailing).error_id in site.log.getvalue()
    assert dict(trailing)[TRACE_KEY]
    for word in SECRET.split():
        assert word not in repr(caught.value)
        assert word not in site.log.getvalue()


@pytest.mark.parametrize(("service", "name"), [(SERVICE, "DeleteApproval"), ("xiezhi.other.v1.Other", "Get"), ("", "")])
async def test_a_method_that_is_not_there_is_refused_and_recorded(site, service, name):
    failure = await site.refusal(site.call(name, service=service))
    assert failure.reason is Reason.METHOD_UNKNOWN
    assert site.records.refusals == [("unknown", Reason.METHOD_UNKNOWN)]


async def test_a_request_that_is_too_large_is_refused_and_recorded(site):
    failure = await site.refusal(site.call(request=bytes(MAX_BYTES + 1)))
    assert failure.reason is Reason.MESSAGE_TOO_LARGE
    assert site.records.refusals == [(f"/{SERVICE}/GetApproval", Reason.MESSAGE_TOO_LARGE)]


async def test_a_request_far_too_large_does_not_reach_the_process(site):
    failure = await site.refusal(site.call(request=bytes(3 * MAX_BYTES)))
    assert failure.reason is Reason.MESSAGE_TOO_LARGE
    assert site.records.refusals == []


async def test_without_a_certificate_of_the_suite_s_authority_there_is_no_connection(site):
    root = grpc.ssl_channel_credentials(site.keys.tls("identity").authority.read_bytes())
    target = (("grpc.ssl_target_name_override", "gateway.service.xiezhi"),)
    async with grpc.aio.secure_channel(site.address, root, target) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await channel.unary_unary(f"/{SERVICE}/GetApproval")(b"", timeout=2)
    assert caught.value.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}
    assert site.admission.peers == site.records.refusals == []


async def test_an_address_that_is_taken_stops_the_start(site):
    with pytest.raises(SystemExit, match=f"Cannot listen on {site.address}"):
        listen(build_server(max_request_bytes=1), site.address, site.tls("gateway"))
