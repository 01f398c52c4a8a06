"""How much of the caller's time a service gets."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from gateway import proxy
from tests.unit.calls import make_call
from xiezhi.errors import DeadlineExceeded, Reason
from xiezhi.identity.v1 import identity_pb2

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ALLOWED = 10.0
"""Seconds that the contract gives the lookup."""


def time_left(remaining):
    request, service = identity_pb2.LookupHouseholdRequest(), "/xiezhi.identity.v1.IdentityService"
    call = make_call(request, service, at=NOW, officer="GAN0102-J001", organisation="赣0102")
    return proxy._time_left(call, SimpleNamespace(time_remaining=lambda: remaining))


@pytest.mark.parametrize(("remaining", "given"), [(None, ALLOWED), (60.0, ALLOWED), (ALLOWED, 9.98), (1.0, 0.98)])
def test_the_service_has_to_answer_before_the_caller_goes(remaining, given):
    assert time_left(remaining) == pytest.approx(given)


@pytest.mark.parametrize("remaining", [proxy.RESERVE, 0.01, 0.0, -1.0])
def test_where_no_time_is_left_for_the_service_it_is_not_asked(remaining):
    with pytest.raises(DeadlineExceeded) as caught:
        time_left(remaining)
    assert caught.value.reason is Reason.DEADLINE_TOO_SHORT
