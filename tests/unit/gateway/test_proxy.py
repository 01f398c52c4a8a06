"""What a service gets of a call: so much of the caller's time, and who comes behind it."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from gateway import proxy
from gateway.decision import Grant
from services.chassis.cohorts import FOLLOWED
from services.chassis.policy import Contracts
from tests.unit.calls import make_call
from xiezhi.errors import DeadlineExceeded, Reason
from xiezhi.identity.v1 import identity_pb2

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SERVICE = "xiezhi.identity.v1.IdentityService"
LOOKUP = f"/{SERVICE}/LookupHousehold"
ALLOWED = 10.0
"""Seconds that the contract gives the lookup."""


def time_left(remaining):
    request = identity_pb2.LookupHouseholdRequest()
    call = make_call(request, f"/{SERVICE}", at=NOW, officer="GAN0102-J001", organisation="赣0102")
    return proxy._time_left(call, SimpleNamespace(time_remaining=lambda: remaining))


@pytest.mark.parametrize(("remaining", "given"), [(None, ALLOWED), (60.0, ALLOWED), (ALLOWED, 9.98), (1.0, 0.98)])
def test_the_service_has_to_answer_before_the_caller_goes(remaining, given):
    assert time_left(remaining) == pytest.approx(given)


@pytest.mark.parametrize("remaining", [proxy.RESERVE, 0.01, 0.0, -1.0])
def test_where_no_time_is_left_for_the_service_it_is_not_asked(remaining):
    with pytest.raises(DeadlineExceeded) as caught:
        time_left(remaining)
    assert caught.value.reason is Reason.DEADLINE_TOO_SHORT


class Company:
    """A pipeline in which so many calls go abreast."""

    def __init__(self, size):
        self._size = size

    async def unary(self, method, context, work, *, request):
        call = make_call(
            identity_pb2.LookupHouseholdRequest(), f"/{SERVICE}", at=NOW, officer="GAN0102-J001", organisation="赣0102"
        )
        span = SimpleNamespace(sampled=False, set=lambda name, value: None)
        return await work(replace(call, method=method, company=self._size, request=request), span)


class Gate:
    def authenticate(self, call):
        pass

    async def grant(self, call, message):
        return Grant(approval=None, consents=(), accepted_at=NOW)


class Channel:
    """Notes which requests are said to be followed."""

    def __init__(self):
        self.forwarded = []

    def unary_unary(self, method):
        async def forward(request, *, metadata, **_):
            self.forwarded.append((request, FOLLOWED in metadata))
            return b"answer"

        return forward

    unary_stream = stream_unary = stream_stream = unary_unary


async def forward_abreast(asked, backends, *, remaining=None):
    """Has calls of methods, each with its request, forwarded at once; what becomes of them is not told."""
    telemetry = SimpleNamespace(inject=lambda: ())
    made = proxy.Proxy(pipeline=Company(len(asked)), gate=Gate(), telemetry=telemetry, backends=backends)
    handlers = made.handlers(Contracts.load())
    context = SimpleNamespace(time_remaining=lambda: remaining)
    calls = (handlers[method].unary_unary(request, context) for method, request in asked)
    return await asyncio.gather(*calls, return_exceptions=True)


@pytest.fixture(autouse=True)
def _anything_is_a_request(monkeypatch):
    monkeypatch.setattr(proxy, "parse", lambda method, request: None)


@pytest.mark.parametrize("size", [1, 3])
async def test_those_who_go_abreast_tell_the_service_who_is_followed(size):
    channel, requests = Channel(), [bytes((n,)) for n in range(size)]
    await forward_abreast([(LOOKUP, request) for request in requests], {SERVICE: channel})
    assert channel.forwarded == [(request, request != requests[-1]) for request in requests]


async def test_all_methods_of_a_process_depart_together_and_those_of_two_do_not():
    seizures = "xiezhi.vehicle.v1.SeizureService"
    one, other = Channel(), Channel()
    asked = [(LOOKUP, b"a"), (f"/{seizures}/ListSeizures", b"b")]
    await forward_abreast(asked, {SERVICE: one, seizures: one})
    assert one.forwarded == [(b"a", True), (b"b", False)]
    one.forwarded.clear()
    await forward_abreast(asked, {SERVICE: one, seizures: other})
    assert one.forwarded + other.forwarded == [(b"a", False), (b"b", False)]


async def test_nobody_tells_of_a_call_that_does_not_go_on():
    channel = Channel()
    failures = await forward_abreast([(LOOKUP, b"a"), (LOOKUP, b"b")], {SERVICE: channel}, remaining=proxy.RESERVE)
    assert channel.forwarded == []
    assert {failure.reason for failure in failures} == {Reason.DEADLINE_TOO_SHORT}
