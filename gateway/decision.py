"""The gateway's decision about one call: a pure function of policy, caller, message, approval and now.

Whatever front end asks (the byte proxy here, Envoy's external authorization at scale), this function answers.
It reads nothing and writes nothing; what it needs is handed to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from google.protobuf.message import Message

from gateway.approval.domain import Approval, State, not_found
from gateway.approval.states import unusable
from gateway.directory import Duty, stale
from services.chassis import rules
from services.chassis.policy import MethodInfo
from services.chassis.tokens import Caller
from services.chassis.trust import Statement
from services.directory.channels import ChannelState
from xiezhi.errors import Reason, Violation, XiezhiError, error, invalid_fields


class Carried(IntEnum):
    """How a request reached the exchange, the values of `xiezhi.common.v1.Channel`."""

    PLATFORM = 1
    PAPER = 2


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """What the case registry says about the case that a request names.

    Attributes:
        handler: Officer id of the judge who handles it now.
        is_open: Whether it is open.
        subjects_are_parties: Whether every data subject of the request is one of its parties.
        faults: If not, those of their numbers that are none, as the fields of the request that break their rules.
    """

    handler: str
    is_open: bool
    subjects_are_parties: bool
    faults: tuple[Violation, ...] = ()


@dataclass(frozen=True, slots=True)
class ApprovalStanding:
    """The approval that a call names, with its consents as they verify now.

    Attributes:
        approval: The approval.
        consents: The approvers' verified consents.
    """

    approval: Approval
    consents: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that the decision rests on.

    Attributes:
        method: The method called, with its policy.
        caller: The authenticated officer.
        message: The parsed and valid request; None for a stream of requests.
        facts: What the rules need to know of the request.
        case: The case named; None where there is none of that number, or the method is bound to none.
        named: Name of the approval that the call names; empty where it names none.
        approval: That approval; None where there is none of that name.
        now: The instant of the decision, UTC.
        duty: What the directory says of the caller; None where it cannot be asked, or the method is bound to no case.
        carried: How the request reached the exchange: over the platform, or on paper.
        filed_at: When the judge signed what came on paper, UTC; None where it came over the platform.
    """

    method: MethodInfo
    caller: Caller
    message: Message | None
    facts: rules.RequestFacts
    case: CaseStanding | None
    named: str
    approval: ApprovalStanding | None
    now: datetime
    duty: Duty | None
    carried: Carried = Carried.PLATFORM
    filed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """The call may go on.

    Attributes:
        approval: The approval it rests on; None where the method needs none.
        consents: The consents it rests on.
        accepted_at: When the exchange accepted the request: now, or at the first call with this approval.
        replay: Whether the approval is spent and this call may only have the stored answer.
        liaison: Whether the directory names the caller a liaison of the own organisation.
    """

    approval: Approval | None
    consents: tuple[Statement, ...]
    accepted_at: datetime
    replay: bool = False
    liaison: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """The call may not go on, for the reason given."""

    failure: XiezhiError


def decide(question: Question, jurisdiction: rules.Jurisdiction) -> Grant | Refusal:
    """Decides about a call.

    Any doubt is a refusal. Permission is decided before existence, so that nobody learns of what is not
    theirs.

    Args:
        question: Everything that the decision rests on.
        jurisdiction: Courts and their order.
    """
    try:
        require_standing(question, jurisdiction)
        return _decide_approval(question, jurisdiction)
    except XiezhiError as failure:
        return Refusal(failure)


def require_standing(question: Question, jurisdiction: rules.Jurisdiction) -> None:
    """Refuses a caller who may not make this request whatever was approved.

    Raises:
        PermissionDenied: PERMISSION_MISSING, OUT_OF_JURISDICTION, CREDENTIALS_REQUIRED, NOT_HANDLING_JUDGE or
            SUBJECT_NOT_PARTY.
        Unavailable: DIRECTORY_STALE.
        FailedPrecondition: CHANNEL_NOT_OPERATIONAL or CHANNEL_OPERATIONAL.
        InvalidArgument: FIELDS_INVALID, where a data subject is no party because the number is none.
    """
    rules.require_permission(question.method, question.caller)
    rules.require_jurisdiction(question.caller.organisation, jurisdiction)
    if not question.method.policy.case_bound:
        return
    if question.message is None:
        raise rules.not_handling_judge()
    context = question.message.context  # type: ignore[attr-defined]
    rules.require_jurisdiction(context.court_code, jurisdiction)
    rules.require_handler(context, question.caller)
    if question.duty is None:
        raise stale()
    # What was filed with cards in force is refused all the same where one was revoked since.
    for at in dict.fromkeys((question.filed_at or question.now, question.now)):
        question.duty.require_pair(question.caller.organisation, at)
    _require_channel(question.duty.channel, question.carried, stated=context.channel)
    case = question.case
    if case is None or not case.is_open or case.handler != question.caller.officer_id:
        raise rules.not_handling_judge()
    if case.faults:
        raise invalid_fields(*case.faults)
    if not case.subjects_are_parties:
        raise error(Reason.SUBJECT_NOT_PARTY, "A data subject of the request is not a party of the case.")


def _require_channel(state: ChannelState | None, carried: Carried, *, stated: int) -> None:
    """Refuses what comes over the platform where it does not run, and on paper where it does (notice 四.1, R-4.1)."""
    if carried is Carried.PLATFORM and state is ChannelState.NOT_OPERATIONAL:
        raise error(
            Reason.CHANNEL_NOT_OPERATIONAL,
            "The exchange is not declared operational between the court and the department: file on paper.",
        )
    if stated != carried or (carried is Carried.PAPER and state in {None, ChannelState.OPERATIONAL}):
        raise error(
            Reason.CHANNEL_OPERATIONAL,
            "What is filed on paper is carried in a bundle, signed while the exchange was not operational or out.",
        )


def _decide_approval(question: Question, jurisdiction: rules.Jurisdiction) -> Grant:
    requirement = question.method.policy.approval
    if requirement is None:
        return Grant(approval=None, consents=(), accepted_at=question.now)
    if not question.named:
        raise error(Reason.APPROVAL_REQUIRED, "The method needs a human approval over this exact request.")
    standing = question.approval
    caller = question.caller
    if standing is None or not standing.approval.is_of(caller.officer_id, caller.organisation):
        raise not_found()
    approval = standing.approval
    _require_same_request(approval, question.facts)
    state = approval.state_at(question.now)
    if state not in {State.APPROVED, State.SPENT}:
        raise unusable(state, name=approval.name)
    rules.require_consents(
        requirement,
        standing.consents,
        approval=approval.name,
        facts=question.facts,
        jurisdiction=jurisdiction,
        now=question.now,
    )
    return Grant(
        approval=approval,
        consents=standing.consents,
        accepted_at=approval.first_used_at or question.now,
        replay=state is State.SPENT,
    )


def _require_same_request(approval: Approval, facts: rules.RequestFacts) -> None:
    if approval.method != facts.method.full_name:
        raise error(Reason.APPROVAL_METHOD_MISMATCH, "The approval was given for another method.")
    if (approval.court_code, approval.case_number) != (facts.court_code, facts.case_number):
        raise error(Reason.APPROVAL_CASE_MISMATCH, "The approval was given for another case.")
    if approval.request_sha256 != facts.sha256:
        raise error(Reason.APPROVAL_REQUEST_MISMATCH, "The approval was given for other request bytes.")
