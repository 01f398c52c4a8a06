"""The use cases that change approvals: submit, decide, withdraw, use.

Decisions are made on the approval as it is when its turn to be written comes, so of two that race the second decides on
what the first has left.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.approval.domain import (
    Approval,
    Cause,
    Event,
    Kind,
    State,
    Step,
    Submission,
    end_of_validity,
    name_of,
    not_found,
)
from gateway.approval.reading import may_see, view_of
from gateway.approval.states import unusable
from gateway.approval.store import ApprovalStore
from gateway.approval.views import View
from services.chassis import rules
from services.chassis.clock import Clock
from services.chassis.ids import IdSource
from services.chassis.policy import ApprovalRequirement
from services.chassis.rules import Jurisdiction
from services.chassis.tokens import Caller
from services.chassis.trust import OfficerTrust, Statement
from xiezhi.errors import Reason, error
from xiezhi.proof.statement import Decision, invalid

_KINDS = {
    Decision.CONSENT: Kind.CONSENTED,
    Decision.REJECT: Kind.REJECTED,
    Decision.REVOKE: Kind.REVOKED,
}


@dataclass(frozen=True, slots=True)
class SubmissionFacts:
    """What was found out about a submitted request.

    Attributes:
        request_sha256: SHA-256 of its bytes, 32 bytes.
        court_code: Court of its case; empty where the method is bound to none.
        case_number: Number of its case; empty where the method is bound to none.
        requirement: What the method's policy asks for.
        side_effects: Whether the method writes.
    """

    request_sha256: bytes
    court_code: str
    case_number: str
    requirement: ApprovalRequirement
    side_effects: bool


Admit = Callable[[str, bytes, Caller], Awaitable[SubmissionFacts]]
"""Holds a request to everything that a call of it would be held to, approvals aside: `gateway.gate.Gate`."""


@dataclass(frozen=True, slots=True)
class Submit:
    """A request to be approved.

    Attributes:
        request_id: Idempotency key, a UUID in lower case.
        method: Full name of the method.
        request: The request's bytes.
        reason: Why it is made.
        validity: How long the approval shall live; None for as long as the policy allows.
    """

    request_id: str
    method: str
    request: bytes
    reason: str
    validity: timedelta | None


@dataclass(frozen=True, slots=True)
class Decide:
    """An approver's decision.

    Attributes:
        name: Name of the approval.
        decision: What the approver was asked for.
        statement: The signed statement, a compact JWS.
    """

    name: str
    decision: Decision
    statement: str


async def submit(
    command: Submit,
    *,
    caller: Caller,
    cause: Cause,
    admit: Admit,
    store: ApprovalStore,
    clock: Clock,
    ids: IdSource,
    framework_ref: str,
) -> View:
    """Submits a request for approval; a repeated submission returns the approval that the first one made.

    Args:
        command: The request.
        caller: Who submits it.
        cause: The call that does.
        admit: Holds it to what a call would be held to.
        store: The approvals.
        clock: Source of now.
        ids: Source of approvals' ids.
        framework_ref: The rules under which approvals are asked for now.

    Raises:
        XiezhiError: What `admit` raises; FIELDS_INVALID, REQUEST_ID_REUSED or STORE_UNAVAILABLE.
    """
    facts = await admit(command.method, command.request, caller)
    now = clock.now()
    approval = Approval(
        name=name_of(str(ids.uuid())),
        method=command.method,
        request_sha256=facts.request_sha256,
        court_code=facts.court_code,
        case_number=facts.case_number,
        requester=caller.officer_id,
        requester_court=caller.organisation,
        submitted_at=now,
        expires_at=end_of_validity(command.validity, requirement=facts.requirement, now=now),
        requirement=facts.requirement,
        timeline=(Event.of(Kind.SUBMITTED, now, caller.officer_id, cause=cause),),
        framework_ref=framework_ref,
    )
    submission = Submission(approval, command.request_id, command.reason, command.validity, command.request)
    kept = await store.add(submission)
    if not kept.asks_the_same_as(submission):
        raise error(Reason.REQUEST_ID_REUSED, "The request id was used for another submission.")
    return await view_of(kept.approval.name, store)


async def decide(
    command: Decide,
    *,
    caller: Caller,
    cause: Cause,
    trust: OfficerTrust,
    store: ApprovalStore,
    jurisdiction: Jurisdiction,
    clock: Clock,
) -> View:
    """Adds an approver's signed decision; a repeated statement changes nothing and is answered the same.

    Raises:
        XiezhiError: APPROVAL_NOT_FOUND, APPROVAL_STATE, STATEMENT_INVALID, STATEMENT_REVOKED, APPROVER_IS_REQUESTER,
            APPROVER_NOT_ENTITLED or ALREADY_DECIDED.
    """
    statement = trust.verify(command.statement, now=clock.now())
    if statement.signer.officer_id != caller.officer_id:
        raise invalid("another officer signed it")
    kind = _KINDS[command.decision]

    def step(approval: Approval) -> Step | None:
        fault = _fault(statement, approval, command.decision)
        if fault:
            # Who holds a statement about exactly this approval knows it; to anyone else it must not show itself.
            raise invalid(fault) if may_see(approval, caller, jurisdiction) else not_found()
        if approval.decided_by(statement.digest):
            return None
        rules.require_decider(
            statement.signer,
            approval.requirement,
            requester=approval.requester,
            requester_court=approval.requester_court,
            jurisdiction=jurisdiction,
        )
        now = _not_before(approval, clock.now())
        if kind is not Kind.REVOKED and approval.has_decision_of(caller.officer_id):
            raise error(Reason.ALREADY_DECIDED, "The approver has decided already.", resource=approval.name)
        approval.require_admissible(kind, now)
        signed = (command.statement, statement.digest)
        event = Event.of(kind, now, caller.officer_id, cause=cause, statement=signed)
        return Step(event, statement.claims.reason)

    return await _step(command.name, step, store)


async def withdraw(name: str, reason: str, *, caller: Caller, cause: Cause, store: ApprovalStore, clock: Clock) -> View:
    """Withdraws the caller's own request; an approval that is withdrawn already is returned as it is.

    Raises:
        XiezhiError: APPROVAL_NOT_FOUND or APPROVAL_STATE.
    """

    def step(approval: Approval) -> Step | None:
        if not approval.is_of(caller.officer_id, caller.organisation):
            raise not_found()
        now = _not_before(approval, clock.now())
        if approval.state_at(now) is State.WITHDRAWN:
            return None
        approval.require_admissible(Kind.WITHDRAWN, now)
        return Step(Event.of(Kind.WITHDRAWN, now, caller.officer_id, cause=cause), reason)

    return await _step(name, step, store)


async def use(
    approval: Approval, *, spend: bool, actor: str, cause: Cause, store: ApprovalStore, clock: Clock
) -> Approval:
    """Writes the first call with an approval, or its spending by a write, into its timeline.

    Of two writes that race to spend an approval one does; the other is the same call again, for an approval counts for
    one digest only, and gets the answer of the first.

    Args:
        approval: The approval, as the decision about the call saw it.
        spend: Whether the call writes.
        actor: Officer id of the caller.
        cause: The call.
        store: The approvals.
        clock: Source of now.

    Returns:
        The approval afterwards.

    Raises:
        XiezhiError: If the approval has meanwhile ceased to be APPROVED.
    """

    def step(current: Approval) -> Step | None:
        now = _not_before(current, clock.now())
        state = current.state_at(now)
        if spend and state is State.SPENT:
            return None
        if state is not State.APPROVED:
            raise unusable(state, name=current.name)
        if not spend and current.first_used_at is not None:
            return None
        return Step(Event.of(Kind.SPENT if spend else Kind.USED, now, actor, cause=cause))

    used = await store.append(approval.name, step)
    if used is None:
        raise not_found()
    return used


async def erase_ended(*, store: ApprovalStore, clock: Clock) -> int:
    """Erases the bytes of all requests whose approvals have ended.

    Returns:
        How many were erased.
    """
    erased = 0
    while found := await store.erase_ended(clock.now()):
        erased += found
    return erased


async def _step(name: str, step: Callable[[Approval], Step | None], store: ApprovalStore) -> View:
    if await store.append(name, step) is None:
        raise not_found()
    return await view_of(name, store)


def _fault(statement: Statement, approval: Approval, decision: Decision) -> str:
    """Says in what a statement is not the asked decision on exactly this approval; empty if it is."""
    claims = statement.claims
    about = (claims.approval, claims.method, claims.request_sha256)
    case = (claims.court_code, claims.case_number)
    if about != (approval.name, approval.method, approval.request_sha256):
        return "it is about another approval, method or request"
    if case != (approval.court_code, approval.case_number) or claims.requester != approval.requester:
        return "it is about another case or requester"
    if claims.decision is not decision:
        return "its decision is not the one that this method is for"
    if decision is Decision.CONSENT and claims.not_after > approval.expires_at:
        return "it would count for longer than the approval lives"
    return ""


def _not_before(approval: Approval, now: datetime) -> datetime:
    """Returns now, or the last event's time where another process's clock was ahead: timelines do not run back."""
    return max(now, approval.timeline[-1].time)
