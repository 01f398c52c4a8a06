"""The rules that decide whether a call may go on, each one function that refuses or returns.

The gateway applies them to decide; every service applies them again to what it receives, because it believes
the gateway nothing that the caller or the approvers have not signed. All are pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from google.protobuf.message import Message

from services.chassis.policy import ApprovalRequirement, MethodInfo
from services.chassis.tokens import Caller
from services.chassis.trust import Statement
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import Reason, XiezhiError, error
from xiezhi.proof.statement import Decision, Signer, invalid


class Jurisdiction(Protocol):
    """What the rules need to know of courts and units."""

    def includes(self, organisation: str) -> bool:
        """Whether a court or police unit takes part in the exchange (notice 五.4)."""
        ...

    def is_same_or_superior(self, court: str, of: str) -> bool:
        """Whether `court` is the court `of` or superior to it."""
        ...

    def level(self, court: str) -> int:
        """Level of a court, a value of `xiezhi.policy.v1.CourtLevel`; 0 where it is no court."""
        ...


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What the rules need to know of a request.

    Attributes:
        method: The method called.
        sha256: SHA-256 of the request's bytes, 32 bytes; empty for a stream of requests.
        court_code: Court of its case; empty where the method is bound to none.
        case_number: Number of its case; empty where the method is bound to none.
        requester: Officer id of the caller.
        requester_court: Organisation of the caller.
    """

    method: MethodInfo
    sha256: bytes
    court_code: str
    case_number: str
    requester: str
    requester_court: str


def read_facts(method: MethodInfo, message: Message | None, caller: Caller, *, sha256: bytes) -> RequestFacts:
    """Gathers the facts of a request.

    Args:
        method: The method called.
        message: The parsed request; None for a stream of requests.
        caller: The authenticated officer.
        sha256: SHA-256 of the request's bytes.
    """
    court, number = "", ""
    if method.has_context and message is not None:
        context: case_pb2.CaseContext = message.context  # type: ignore[attr-defined]
        court, number = context.court_code, context.case_number
    return RequestFacts(method, sha256, court, number, caller.officer_id, caller.organisation)


def require_permission(method: MethodInfo, caller: Caller) -> None:
    """Refuses a caller whose token does not hold the method's permission."""
    if method.policy.permission not in caller.permissions:
        raise error(Reason.PERMISSION_MISSING, f"The token lacks the permission {method.policy.permission}.")


def require_jurisdiction(organisation: str, jurisdiction: Jurisdiction) -> None:
    """Refuses a court or unit that does not take part (notice 五.4, R-5.4)."""
    if not jurisdiction.includes(organisation):
        raise error(Reason.OUT_OF_JURISDICTION, "The court or unit is not one of Jiangxi.")


def require_handler(context: case_pb2.CaseContext, caller: Caller) -> None:
    """Refuses all but the handling judge who shows both credentials (notice 四.3, 五.2; R-4.5, R-5.2)."""
    handler = context.handler
    if handler.officer_id != caller.officer_id or context.court_code != caller.organisation:
        raise not_handling_judge()
    shown = (handler.work_card_number, handler.enforcement_card_number)
    held = (caller.work_card, caller.enforcement_card)
    if not all(held) or shown != held:
        raise error(
            Reason.CREDENTIALS_REQUIRED,
            "The enforcement card and the work card shown are not both the caller's own.",
        )


def not_handling_judge() -> XiezhiError:
    """Makes the one refusal for "not your case", "no such case" and "closed"."""
    return error(Reason.NOT_HANDLING_JUDGE, "The caller is not the handling judge of an open case of this number.")


def require_consents(
    requirement: ApprovalRequirement,
    statements: Iterable[Statement],
    *,
    approval: str,
    facts: RequestFacts,
    jurisdiction: Jurisdiction,
    now: datetime,
) -> None:
    """Refuses unless enough different entitled people consented to exactly this request (R-1.7).

    Args:
        requirement: What the method's policy asks for.
        statements: Verified statements; none may be about anything else.
        approval: Name of the approval that the call names.
        facts: The request.
        jurisdiction: Courts and their order.
        now: The instant of the decision, UTC.
    """
    consenting: set[str] = set()
    for statement in statements:
        _require_about(statement, approval, facts)
        require_entitled(statement, requirement, facts=facts, jurisdiction=jurisdiction)
        if now >= statement.valid_until:
            raise error(Reason.APPROVAL_EXPIRED, "A consent's time is over.")
        if statement.claims.not_after - statement.claims.issued_at > requirement.max_validity:
            raise invalid("it would count for longer than the method's policy allows")
        consenting.add(statement.signer.officer_id)
    if len(consenting) < requirement.count:
        raise error(
            Reason.APPROVALS_INSUFFICIENT,
            f"The method needs {requirement.count} approvals and has {len(consenting)}.",
        )


def require_entitled(
    statement: Statement,
    requirement: ApprovalRequirement,
    *,
    facts: RequestFacts,
    jurisdiction: Jurisdiction,
) -> None:
    """Refuses a signer who is the requester, or whose rank or court does not count."""
    require_decider(
        statement.signer,
        requirement,
        requester=facts.requester,
        requester_court=facts.requester_court,
        jurisdiction=jurisdiction,
    )


def require_decider(
    officer: Signer,
    requirement: ApprovalRequirement,
    *,
    requester: str,
    requester_court: str,
    jurisdiction: Jurisdiction,
) -> None:
    """Refuses an officer who is the requester, or whose rank or court does not count.

    Args:
        officer: Who would decide.
        requirement: What the method's policy asks for.
        requester: Officer id of who asks.
        requester_court: Organisation of who asks.
        jurisdiction: Courts and their order.
    """
    if officer.officer_id == requester:
        raise error(Reason.APPROVER_IS_REQUESTER, "The requester cannot decide on the own request.")
    if (
        officer.rank < requirement.min_rank
        or not jurisdiction.includes(officer.organisation)
        or not jurisdiction.is_same_or_superior(officer.organisation, of=requester_court)
        or jurisdiction.level(officer.organisation) < requirement.min_court_level
    ):
        raise error(
            Reason.APPROVER_NOT_ENTITLED,
            "The approver's rank or court is not what the method's policy asks for.",
        )


def _require_about(statement: Statement, approval: str, facts: RequestFacts) -> None:
    claims = statement.claims
    if claims.decision is not Decision.CONSENT or claims.approval != approval:
        raise invalid("it is no consent to this approval")
    if claims.method != facts.method.full_name:
        raise error(Reason.APPROVAL_METHOD_MISMATCH, "The approval was given for another method.")
    if (claims.court_code, claims.case_number) != (facts.court_code, facts.case_number):
        raise error(Reason.APPROVAL_CASE_MISMATCH, "The approval was given for another case.")
    if claims.requester != facts.requester:
        raise invalid("it was given to another requester")
    if claims.request_sha256 != facts.sha256:
        raise error(Reason.APPROVAL_REQUEST_MISMATCH, "The approval was given for other request bytes.")
