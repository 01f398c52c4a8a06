"""Tests of what the client reads from the contracts."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from xiezhi.approval.v1 import approval_pb2
from xiezhi.client.contract import UnknownMethodError, find_method, list_methods, service_config
from xiezhi.identity.v1 import identity_pb2

LOOKUP = "/xiezhi.identity.v1.IdentityService/LookupHousehold"


def test_a_lookup_is_repeatable_needs_approval_and_owes_a_receipt() -> None:
    method = find_method(LOOKUP)
    assert method.full_name == LOOKUP
    assert method.input_class is identity_pb2.LookupHouseholdRequest
    assert method.output_class is identity_pb2.LookupHouseholdResponse
    assert method.deadline == timedelta(seconds=10)
    assert (method.repeatable, method.lookup, method.needs_approval, method.receipt_due) == (True,) * 4
    assert (method.client_streaming, method.server_streaming) == (False, False)


def test_a_write_is_repeatable_and_no_lookup() -> None:
    method = find_method("xiezhi.approval.v1.ApprovalService/SubmitApproval")
    assert method.input_class is approval_pb2.SubmitApprovalRequest
    assert (method.repeatable, method.lookup, method.needs_approval, method.receipt_due) == (
        True,
        False,
        False,
        True,
    )


def test_a_tree_head_owes_no_receipt() -> None:
    assert not find_method("/xiezhi.ledger.v1.LedgerService/GetTreeHead").receipt_due


@pytest.mark.parametrize("name", ["", "/", "LookupHousehold", "/xiezhi.identity.v1.IdentityService/Nothing", "/a.B/C"])
def test_unknown_methods_are_refused(name: str) -> None:
    with pytest.raises(UnknownMethodError):
        find_method(name)


def test_every_repeatable_method_is_retried_and_only_when_the_exchange_is_away() -> None:
    methods = list_methods()
    assert LOOKUP in [method.full_name for method in methods]
    (config,) = json.loads(service_config(methods))["methodConfig"]
    named = {f"/{name['service']}/{name['method']}" for name in config["name"]}
    assert named == {method.full_name for method in methods if method.repeatable}
    assert config["retryPolicy"]["retryableStatusCodes"] == ["UNAVAILABLE", "CANCELLED"]
    assert "hedgingPolicy" not in config


def test_nothing_is_retried_without_repeatable_methods() -> None:
    assert json.loads(service_config([])) == {"methodConfig": []}
