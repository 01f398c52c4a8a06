"""The gate: gathers what a decision rests on, decides, and keeps the approval's timeline in step.

`gateway.decision` is the pure part; everything that reads or writes for it is here.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, datetime

from google.protobuf.message import Message

from gateway.approval import handlers as approvals
from gateway.approval.domain import Approval, Cause, State
from gateway.approval.handlers import SubmissionFacts
from gateway.approval.states import unusable
from gateway.approval.store import ApprovalStore
from gateway.casefile.domain import read_number
from gateway.casefile.store import CaseStore
from gateway.decision import (
    ApprovalStanding,
    Carried,
    CaseStanding,
    Grant,
    Question,
    Refusal,
    decide,
    require_standing,
)
from gateway.directory import DirectoryCopy, Duty
from gateway.parties import find_faults
from services.chassis import rules
from services.chassis.admission import APPROVAL_KEY, bearer, require_living_token
from services.chassis.call import Call
from services.chassis.clock import Clock
from services.chassis.limits import RateLimiter
from services.chassis.policy import Contracts, MethodInfo
from services.chassis.tokens import Caller, TokenVerifier
from services.chassis.trust import OfficerTrust, Statement
from services.chassis.validation import parse
from services.codes.legal_time import legal_date
from services.directory.channels import Pair
from services.directory.credentials import CredentialKind
from services.directory.liaisons import DEPARTMENTS
from xiezhi.errors import PermissionDenied, Reason, error

LIAISON_PERMISSIONS = ".liaison"
"""How the permissions end by which a token is that of a liaison."""
NO_CHANNEL = Pair()
"""Where it is not asked how it stands between a court and a department."""


class Gate:
    """Decides about every call that reaches the gateway, forwarded or its own.

    Args:
        contracts: The contracts.
        systems: Prefix of the names in certificates of agencies' systems.
        tokens: Verifies officers' tokens.
        trust: Verifies approvers' statements.
        cases: Who handles which case.
        approvals: The approvals.
        jurisdiction: Courts and their order.
        directory: The copy of the directory.
        limiter: Rate limit per caller.
        clock: Source of now.
    """

    def __init__(
        self,
        *,
        contracts: Contracts,
        systems: str,
        tokens: TokenVerifier,
        trust: OfficerTrust,
        cases: CaseStore,
        approvals: ApprovalStore,
        jurisdiction: rules.Jurisdiction,
        directory: DirectoryCopy,
        limiter: RateLimiter,
        clock: Clock,
    ) -> None:
        self._contracts = contracts
        self._systems = systems
        self._tokens = tokens
        self._trust = trust
        self._cases = cases
        self._approvals = approvals
        self._jurisdiction = jurisdiction
        self._directory = directory
        self._limiter = limiter
        self._clock = clock

    def authenticate(self, call: Call) -> None:
        """Establishes the calling system and officer, before the request is looked at.

        Raises:
            Unauthenticated: CERTIFICATE_UNKNOWN, TOKEN_MISSING, TOKEN_INVALID or TOKEN_EXPIRED.
            PermissionDenied: PERMISSION_MISSING or OUT_OF_JURISDICTION.
            ResourceExhausted: RATE_LIMITED.
        """
        if not call.peer.name.startswith(self._systems):
            raise error(Reason.CERTIFICATE_UNKNOWN, "The certificate is not one of an agency's system.")
        call.caller = self._tokens.verify(
            bearer(call), certificate_sha256=call.peer.certificate_sha256, now=call.received_at
        )
        self._limiter.take(call.peer.name, call.caller.officer_id)
        rules.require_permission(call.method, call.caller)
        rules.require_jurisdiction(call.caller.organisation, self._jurisdiction)

    async def admit(self, call: Call, message: Message | None) -> None:
        """Admits a call to one of the gateway's own methods."""
        await self.grant(call, message)

    async def grant(self, call: Call, message: Message | None, *, filed_at: datetime | None = None) -> Grant:
        """Decides about a call and, where it uses an approval, writes that into the timeline first.

        Args:
            call: The call.
            message: The parsed and valid request; None for a stream of requests.
            filed_at: When the judge signed what came on paper; None where it came over the platform.

        Raises:
            XiezhiError: If the call is refused.
        """
        caller = call.officer
        if message is not None:
            call.subjects = tuple(call.method.subjects(message))
        facts = rules.read_facts(call.method, message, caller, sha256=call.request_sha256)
        call.court_code, call.case_number = facts.court_code, facts.case_number
        call.approval = call.text(APPROVAL_KEY)
        question = await self._ask(
            call.method, caller, message, facts=facts, named=call.approval, now=call.received_at, filed_at=filed_at
        )
        decision = decide(question, self._jurisdiction)
        if isinstance(decision, Refusal):
            raise decision.failure
        liaison = self._acts_as_liaison(caller, call.received_at)
        if decision.approval is None:
            return replace(decision, liaison=liaison)
        return replace(decision, accepted_at=await self._use(call, decision), liaison=liaison)

    def require_still(self, call: Call) -> None:
        """Looks whether a call to one of the gateway's own methods may go on."""
        require_living_token(call, self._clock.now())

    async def require_lasting(self, call: Call, granted: Grant) -> None:
        """Looks whether a stream may go on: a judge, a liaison, a token or an approval may have ended since.

        Args:
            call: The call.
            granted: What was decided about it.

        Raises:
            XiezhiError: If it may not.
        """
        now = self._clock.now()
        require_living_token(call, now)
        if call.method.policy.case_bound:
            case = await self._cases.facts(call.court_code, read_number(call.court_code, call.case_number))
            if case is None or not case.is_open or case.handler != call.officer.officer_id:
                raise rules.not_handling_judge()
            self._directory.require_fresh(now)
            self._duty(call.officer, NO_CHANNEL, at=now).require_pair(call.officer.organisation, now)
        if granted.liaison and not self._acts_as_liaison(call.officer, now):
            raise error(Reason.LIAISON_NOT_APPOINTED, "The directory names you a liaison no more.")
        if granted.approval is None:
            return
        approval = await self._approvals.get(granted.approval.name)
        state = State.EXPIRED if approval is None else approval.state_at(now)
        if state is not State.APPROVED and not (granted.replay and state is State.SPENT):
            raise unusable(state, name=granted.approval.name)
        for text in granted.approval.consent_texts:
            self._trust.verify(text, now=now)

    async def admit_submission(
        self, method_name: str, request: bytes, caller: Caller, *, filed_at: datetime | None = None
    ) -> SubmissionFacts:
        """Holds a submitted request to everything that a call of it would be held to, approvals aside.

        Args:
            method_name: Full name of the method.
            request: The request's bytes.
            caller: Who would make it.
            filed_at: When the judge signed what came on paper; None where it came over the platform.

        Raises:
            XiezhiError: If such a call could never be made.
        """
        method = self._contracts.method(method_name)
        if method is None or method.policy.internal:
            raise error(Reason.METHOD_UNKNOWN, "There is no such method.")
        if method.policy.approval is None:
            raise error(Reason.APPROVAL_NOT_NEEDED, "The method needs no approval.")
        message = parse(method, request)
        facts = rules.read_facts(method, message, caller, sha256=hashlib.sha256(request).digest())
        now = self._clock.now()
        question = await self._ask(method, caller, message, facts=facts, named="", now=now, filed_at=filed_at)
        require_standing(question, self._jurisdiction)
        return SubmissionFacts(
            request_sha256=facts.sha256,
            court_code=facts.court_code,
            case_number=facts.case_number,
            requirement=method.policy.approval,
            side_effects=method.side_effects,
        )

    async def _ask(
        self,
        method: MethodInfo,
        caller: Caller,
        message: Message | None,
        *,
        facts: rules.RequestFacts,
        named: str,
        now: datetime,
        filed_at: datetime | None,
    ) -> Question:
        case, approval = None, None
        if method.policy.case_bound and message is not None:
            case = await self._case(method, message, facts, on=legal_date(now))
        if method.policy.approval is not None and named:
            approval = await self._approval(named, now)
        duty = None
        if method.policy.case_bound and message is not None and self._directory.is_fresh(now):
            duty = self._duty(caller, _pair(method, facts.court_code), at=filed_at or now)
        carried = Carried.PLATFORM if filed_at is None else Carried.PAPER
        return Question(method, caller, message, facts, case, named, approval, now, duty, carried, filed_at)

    def _acts_as_liaison(self, caller: Caller, now: datetime) -> bool:
        """Whether the directory names the caller a liaison; it is asked only for tokens that are a liaison's."""
        is_asked = any(permission.endswith(LIAISON_PERMISSIONS) for permission in caller.permissions)
        return is_asked and self._directory.acts_as_liaison(caller.officer_id, caller.organisation, now)

    def _duty(self, caller: Caller, pair: Pair, *, at: datetime) -> Duty:
        cards = {
            CredentialKind.WORK_CARD: caller.work_card,
            CredentialKind.ENFORCEMENT_CARD: caller.enforcement_card,
        }
        return self._directory.duty(caller.officer_id, cards=cards, pair=pair, at=at)

    async def _case(
        self, method: MethodInfo, message: Message, facts: rules.RequestFacts, *, on: date
    ) -> CaseStanding | None:
        number = read_number(facts.court_code, facts.case_number, under="context.")
        found = await self._cases.facts(facts.court_code, number)
        if found is None:
            return None
        are_parties = found.are_parties(tuple(method.subjects(message)))
        return CaseStanding(
            handler=found.handler,
            is_open=found.is_open,
            subjects_are_parties=are_parties,
            faults=() if are_parties else find_faults(method, message, on=on),
        )

    async def _approval(self, named: str, now: datetime) -> ApprovalStanding | None:
        approval = await self._approvals.get(named)
        if approval is None:
            return None
        consents: list[Statement] = []
        for text in approval.consent_texts:
            try:
                consents.append(self._trust.verify(text, now=now))
            except PermissionDenied:
                continue
        return ApprovalStanding(approval, tuple(consents))

    async def _use(self, call: Call, decision: Grant) -> datetime:
        """Writes an approval's first use, or its spending by a write, into its timeline before the call goes on.

        Returns:
            When the exchange accepted the request: at the first use.
        """
        approval = decision.approval
        assert approval is not None  # noqa: S101 - only called with one
        if decision.replay or (not call.method.side_effects and approval.first_used_at is not None):
            return decision.accepted_at
        used: Approval = await approvals.use(
            approval,
            spend=call.method.side_effects,
            actor=call.officer.officer_id,
            cause=Cause(call.trace_id, call.span_id),
            store=self._approvals,
            clock=self._clock,
        )
        return used.first_used_at or decision.accepted_at


def _pair(method: MethodInfo, court_code: str) -> Pair:
    """Returns between whom a request is carried; without a department where no police department answers."""
    department = method.policy.department
    return Pair(court_code, department) if department in DEPARTMENTS else NO_CHANNEL
