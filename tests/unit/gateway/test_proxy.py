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
        return await work(replace(call, company=self._size, request=request), span)


class Gate:
    def authenticate(self, call):
        pass

    async def grant(self, call, message):
        return Grant(approval=None, consents=(), accepted_at=NOW)


class Channel:
    """Notes which metadata each request takes along."""

    def __init__(self):
        self.forwarded = []

    def unary_unary(self, method):
        async def forward(request, *, metadata, **_):
            self.forwarded.append((request, FOLLOWED in metadata))
            return b"answer"

        return forward

    unary_stream = stream_unary = stream_stream = unary_unary


@pytest.mark.parametrize("size", [1, 3])
async def test_those_who_go_abreast_tell_the_service_who_is_followed(monkeypatch, size):
    monkeypatch.setattr(proxy, "parse", lambda method, request: None)
    channel, telemetry = Channel(), SimpleNamespace(inject=lambda: ())
    made = proxy.Proxy(pipeline=Company(size), gate=Gate(), telemetry=telemetry, backends={SERVICE: channel})
    handler = made.handlers(Contracts.load())[f"/{SERVICE}/LookupHousehold"]
    requests, context = [bytes((n,)) for n in range(size)], SimpleNamespace(time_remaining=lambda: None)
    await asyncio.gather(*(handler.unary_unary(request, context) for request in requests))
    assert channel.forwarded == [(request, request != requests[-1]) for request in requests]
