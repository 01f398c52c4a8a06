"""Whose approvals are, told of those only that were made in a case."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from gateway.standing import standing_servicer
from services.chassis.policy import Contracts
from xiezhi.errors import Reason, XiezhiError
from xiezhi.policy.v1 import policy_pb2
from xiezhi.standing.v1 import standing_pb2

KEY = "3b9c1f60-0000-4000-8000-00000000000"
MADE = {
    f"approvals/{KEY}1": ("/xiezhi.identity.v1.IdentityService/LookupHousehold", "赣0102"),
    f"approvals/{KEY}2": ("/xiezhi.referral.v1.InvestigationService/DecideReferral", ""),
    f"approvals/{KEY}3": ("/xiezhi.gone.v1.GoneService/Gone", "赣0102"),
}


class Approvals:
    async def get(self, name):
        if name not in MADE:
            return None
        method, court = MADE[name]
        return SimpleNamespace(method=method, court_code=court)


async def ask(name):
    servicer = standing_servicer(Approvals(), Contracts.load())
    return await servicer.GetStanding(standing_pb2.GetStandingRequest(name=name), None)


async def test_an_approval_of_a_case_is_the_courts_and_of_the_methods_department():
    told = await ask(f"approvals/{KEY}1")
    assert (told.court_code, told.department, list(told.units)) == (
        "赣0102",
        policy_pb2.DEPARTMENT_PUBLIC_ORDER,
        [],
    )


@pytest.mark.parametrize("name", [f"approvals/{KEY}2", f"approvals/{KEY}3", f"approvals/{KEY}4"])
async def test_of_others_it_is_not_said_that_they_are_there(name):
    with pytest.raises(XiezhiError) as refusal:
        await ask(name)
    assert refusal.value.reason is Reason.NOT_FOUND
