"""Single calls to a service over a real socket: its bytes come back as they are, and its refusals as it said them."""

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import grpc
import pytest

from gateway.decision import Grant
from gateway.forwarding import Forwarder
from gateway.paper.handlers import Refused
from gateway.paper.server import asking
from services.chassis.admission import AUTHORIZATION_KEY, GRANT_KEY
from services.chassis.call import Call, Peer
from services.chassis.policy import Contracts
from xiezhi.approval.v1 import grant_pb2
from xiezhi.errors import Reason, XiezhiError, error
from xiezhi.errors.status import STATUS_KEY, to_status

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LOOKUP = Contracts.load().method("/xiezhi.identity.v1.IdentityService/LookupHousehold")
GRANT = Grant(approval=None, consents=(), accepted_at=NOW)
STATUS = to_status(error(Reason.PERSON_AMBIGUOUS, "More than one."), trace_id="a" * 32)


class Trace:
    """A trace that every call is part of."""

    def inject(self):
        return (("traceparent", f"00-{'a' * 32}-{'b' * 16}-01"),)


@asynccontextmanager
async def service(behaviour):
    """Serves the method on loopback; yields a way to ask."""
    server = grpc.aio.server()
    method = grpc.unary_unary_rpc_method_handler(behaviour)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(LOOKUP.service, {LOOKUP.name: method}),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield asking(Forwarder({LOOKUP.service: channel}, telemetry=Trace()))
    await server.stop(None)


def call(**changed):
    """A call of a judge on paper."""
    made = Call(
        method=LOOKUP,
        received_at=NOW,
        accepted_at=NOW,
        trace_id="a" * 32,
        metadata={AUTHORIZATION_KEY: "Paper x.y.z"},
        peer=Peer("spiffe://xiezhi.jx/system/police", b"p" * 32),
        request=b"\xff the exact bytes",
        request_sha256=b"r" * 32,
    )
    return replace(made, **changed)


async def test_bytes_go_and_come_as_they_are_with_the_statement_and_the_grant():
    seen = {}

    async def answer(request, context):
        seen.update(context.invocation_metadata())
        return b"\xfe" + request

    async with service(answer) as ask:
        assert await ask(call(), GRANT) == b"\xfe\xff the exact bytes"
    grant = grant_pb2.Grant.FromString(seen[GRANT_KEY])
    assert (grant.method, grant.request_sha256) == (LOOKUP.full_name, b"r" * 32)
    assert (seen[AUTHORIZATION_KEY], seen["traceparent"][3:35]) == ("Paper x.y.z", "a" * 32)


async def test_a_refusal_comes_with_the_service_s_own_status():
    async def refuse(request, context):
        await context.abort(grpc.StatusCode.FAILED_PRECONDITION, "More than one.", ((STATUS_KEY, STATUS),))

    async with service(refuse) as ask:
        with pytest.raises(Refused) as caught:
            await ask(call(), GRANT)
    assert (caught.value.failure.reason, caught.value.status) == (Reason.PERSON_AMBIGUOUS, STATUS)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (grpc.StatusCode.UNAVAILABLE, Reason.BACKEND_UNAVAILABLE),
        (grpc.StatusCode.UNKNOWN, Reason.BACKEND_UNAVAILABLE),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, Reason.MESSAGE_TOO_LARGE),
    ],
)
async def test_what_the_transport_says_is_no_refusal_of_the_service(code, reason):
    async def fail(request, context):
        await context.abort(code, "broken")

    async with service(fail) as ask:
        with pytest.raises(XiezhiError) as caught:
            await ask(call(), GRANT)
    assert caught.value.reason is reason


async def test_a_service_that_does_not_answer_in_time_is_not_waited_for():
    method = replace(LOOKUP, policy=replace(LOOKUP.policy, deadline=timedelta(milliseconds=50)))

    async def wait(request, context):
        await context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "late")

    async with service(wait) as ask:
        with pytest.raises(XiezhiError) as caught:
            await ask(call(method=method), GRANT)
    assert caught.value.reason is Reason.DEADLINE_TOO_SHORT


async def test_a_method_that_nobody_hosts_is_not_known():
    async with service(None) as ask:
        with pytest.raises(XiezhiError) as caught:
            await ask(call(method=replace(LOOKUP, service="a.B")), GRANT)
    assert caught.value.reason is Reason.METHOD_UNKNOWN
