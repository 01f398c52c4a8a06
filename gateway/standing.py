"""Whose an approval is, told to the coordination process before a dispute about it is opened (notice 四.4)."""

from __future__ import annotations

from typing import Protocol

from gateway.approval.domain import NAME_PREFIX, Approval
from services.chassis.policy import Contracts
from services.chassis.standing import Standing, StandingServicer


class Approvals(Protocol):
    """The approvals; `gateway.approval.store.ApprovalStore` is one."""

    async def get(self, name: str) -> Approval | None:
        """Returns an approval as it is now, None if there is none of that name."""
        ...


def standing_servicer(approvals: Approvals, contracts: Contracts) -> StandingServicer:
    """Makes the service that tells whose approvals are.

    Only of those made in a case: others are of no court's business with the police.

    Args:
        approvals: The approvals.
        contracts: The contracts, which say what department answers a method.
    """

    async def find(key: str) -> Standing | None:
        approval = await approvals.get(NAME_PREFIX + key)
        method = None if approval is None else contracts.method(approval.method)
        if approval is None or method is None or not method.policy.case_bound:
            return None
        return Standing(approval.court_code, method.policy.department)

    return StandingServicer({NAME_PREFIX.removesuffix("/"): find})
