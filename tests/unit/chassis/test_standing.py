"""Processes tell whose their objects are."""

from __future__ import annotations

import pytest

from services.chassis.standing import Standing, StandingServicer, internal_callers
from tests.unit.calls import CONTRACTS
from xiezhi.errors import Reason, XiezhiError
from xiezhi.standing.v1 import standing_pb2

KEY = "3b9c1f60-0000-4000-8000-000000000000"


async def find(key):
    return Standing("赣0102", 2, ("360102000000",)) if key == KEY else None


async def ask(name):
    request = standing_pb2.GetStandingRequest(name=name)
    return await StandingServicer({"referrals": find}).GetStanding(request, None)


async def test_an_object_is_told_of():
    told = await ask(f"referrals/{KEY}")
    assert (told.court_code, told.department, list(told.units)) == ("赣0102", 2, ["360102000000"])


@pytest.mark.parametrize("name", ["referrals/00000000-0000-4000-8000-000000000000", f"seizures/{KEY}", KEY])
async def test_what_is_not_there_and_what_is_kept_elsewhere_is_the_same(name):
    with pytest.raises(XiezhiError) as refusal:
        await ask(name)
    assert refusal.value.reason is Reason.NOT_FOUND
    assert KEY not in refusal.value.message


def test_only_the_named_process_may_ask():
    (method,) = internal_callers("spiffe://x/coordination")
    found = CONTRACTS.method(method)
    assert found is not None
    assert found.policy.internal
