"""Policies that an operator has made stricter than the contracts: never looser (notice 一.1, second paragraph, R-1.7).

The framework agreement between the High Court and the police may ask for more than the contracts do. What it asks for
is configuration of the gateway and of the service, each of which holds a call to its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from services.chassis.config import ApprovalSettings
from services.chassis.policy import ApprovalRequirement, Contracts, MethodInfo, PolicyError
from xiezhi.policy.v1 import policy_pb2


def tighten(contracts: Contracts, asked: Mapping[str, ApprovalSettings]) -> Contracts:
    """Returns the contracts with what is asked beyond them.

    Args:
        contracts: The contracts.
        asked: What approvals must be, by full name of the method; those of methods that other processes host change
            nothing here, so that all may have the same.

    Raises:
        PolicyError: If there is no such method, it needs no approval, or anything would be looser than in its contract.
    """
    made = {method.full_name: method for method in contracts}
    for name, settings in asked.items():
        if name not in made:
            raise PolicyError(f"approvals.{name}: there is no such method")
        made[name] = _tighten(made[name], settings)
    return Contracts(made)


def _tighten(method: MethodInfo, asked: ApprovalSettings) -> MethodInfo:
    declared = method.policy.approval
    if declared is None:
        raise PolicyError(f"approvals.{method.full_name}: the method needs no approval")
    needed = ApprovalRequirement(
        count=asked.count or declared.count,
        min_rank=policy_pb2.Rank.Value(f"RANK_{asked.min_rank}") if asked.min_rank else declared.min_rank,
        min_court_level=(
            policy_pb2.CourtLevel.Value(f"COURT_LEVEL_{asked.min_court_level}")
            if asked.min_court_level
            else declared.min_court_level
        ),
        max_validity=asked.max_validity or declared.max_validity,
    )
    looser = {
        "count": needed.count < declared.count,
        "min_rank": needed.min_rank < declared.min_rank,
        "min_court_level": needed.min_court_level < declared.min_court_level,
        "max_validity": needed.max_validity > declared.max_validity,
    }
    for setting, is_looser in looser.items():
        if is_looser:
            raise PolicyError(f"approvals.{method.full_name}.{setting}: it would be looser than the contract")
    return replace(method, policy=replace(method.policy, approval=needed))
