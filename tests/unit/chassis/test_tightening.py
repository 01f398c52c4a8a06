"""Configuration makes approvals stricter than the contracts say, and never looser."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.chassis.config import ApprovalSettings
from services.chassis.policy import ApprovalRequirement, Contracts, PolicyError
from services.chassis.tightening import tighten
from xiezhi.policy.v1 import policy_pb2

CONTRACTS = Contracts.load()
LOOKUP = "/xiezhi.identity.v1.IdentityService/LookupHousehold"
BATCH = "/xiezhi.identity.v1.IdentityService/BatchLookupHouseholds"


def needed(contracts: Contracts, method: str = LOOKUP) -> ApprovalRequirement:
    found = contracts.method(method)
    assert found is not None
    assert found.policy.approval is not None
    return found.policy.approval


def test_without_anything_asked_the_contracts_stay_as_they_are() -> None:
    assert [*tighten(CONTRACTS, {})] == [*CONTRACTS]
    assert needed(tighten(CONTRACTS, {LOOKUP: ApprovalSettings()})) == needed(CONTRACTS)


@pytest.mark.clause("R-1.7")
def test_what_is_asked_counts_and_the_rest_stays_as_in_the_contract() -> None:
    asked = ApprovalSettings(
        count=2, min_rank="VICE_PRESIDENT", min_court_level="INTERMEDIATE", max_validity=timedelta(hours=8)
    )
    tightened = tighten(CONTRACTS, {LOOKUP: asked})
    assert needed(tightened) == ApprovalRequirement(
        2, policy_pb2.RANK_VICE_PRESIDENT, policy_pb2.COURT_LEVEL_INTERMEDIATE, timedelta(hours=8)
    )
    assert needed(tightened, BATCH) == needed(CONTRACTS, BATCH)
    two = needed(tighten(CONTRACTS, {LOOKUP: ApprovalSettings(count=2)}))
    assert (two.count, two.min_rank) == (2, needed(CONTRACTS).min_rank)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("min_rank", "JUDGE"), ("max_validity", timedelta(days=3, seconds=1)), ("max_validity", timedelta(days=30))],
)
def test_nothing_becomes_looser(setting: str, value: object) -> None:
    with pytest.raises(PolicyError, match=rf"LookupHousehold\.{setting}: it would be looser"):
        tighten(CONTRACTS, {LOOKUP: ApprovalSettings.model_validate({setting: value})})


def test_what_is_tightened_cannot_be_loosened_within_the_contract_of_before() -> None:
    strict = tighten(CONTRACTS, {LOOKUP: ApprovalSettings(count=3, min_court_level="HIGH")})
    for looser in (ApprovalSettings(count=2), ApprovalSettings(min_court_level="BASIC")):
        with pytest.raises(PolicyError, match="looser"):
            tighten(strict, {LOOKUP: looser})


@pytest.mark.parametrize(
    ("method", "told"),
    [
        ("/xiezhi.identity.v1.IdentityService/LookupEverybody", "no such method"),
        ("/xiezhi.ledger.v1.LedgerService/GetTreeHead", "needs no approval"),
    ],
)
def test_a_method_without_approvals_is_none_to_tighten(method: str, told: str) -> None:
    with pytest.raises(PolicyError, match=told):
        tighten(CONTRACTS, {method: ApprovalSettings(count=2)})
