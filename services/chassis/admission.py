"""How a service decides whether to perform a call that the gateway forwarded.

Nothing rests on the gateway's word: the certificate at the other end, the officer's token, the approvers'
statements and the bytes received are verified here anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

from google.protobuf.message import DecodeError, Message
from google.protobuf.timestamp_pb2 import Timestamp

from services.chassis import on_paper, rules
from services.chassis.call import Call, VerifiedGrant
from services.chassis.clock import Clock
from services.chassis.tokens import Caller, TokenVerifier
from services.chassis.trust import START_LEEWAY, OfficerTrust, Statement
from xiezhi.approval.v1 import grant_pb2
from xiezhi.errors import Reason, XiezhiError, error

GRANT_KEY = "xiezhi-grant-bin"
"""Metadata key of the gateway's grant."""
APPROVAL_KEY = "xiezhi-approval"
"""Metadata key in which a caller names the approval of a call."""
AUTHORIZATION_KEY = "authorization"
"""Metadata key of the officer's token; from the gateway to a service also of the judge's statement (`on_paper`)."""
_BEARER = "Bearer "


class Admission(Protocol):
    """Decides about a call once its request is parsed."""

    async def admit(self, call: Call, message: Message | None) -> None:
        """Admits a call and fills in who makes it and what it is about.

        Args:
            call: The call.
            message: The parsed and valid request; None for a stream of requests.

        Raises:
            XiezhiError: If the call is refused.
        """
        ...

    def authenticate(self, call: Call) -> None:
        """Establishes who calls and whether they may call this method at all, before the request is looked at.

        Raises:
            XiezhiError: If the call is refused.
        """
        ...

    def require_still(self, call: Call) -> None:
        """Looks whether an admitted call may go on: a stream may last longer than what it rests on.

        Raises:
            XiezhiError: If it may not.
        """
        ...


def require_living_token(call: Call, now: datetime) -> None:
    """Refuses to go on with a call whose officer's token has ended.

    Raises:
        Unauthenticated: TOKEN_EXPIRED.
    """
    if call.caller is not None and now >= call.caller.expires_at:
        raise error(Reason.TOKEN_EXPIRED, "The token's time is over.")


def bearer(call: Call) -> str:
    """Returns the call's token.

    Raises:
        Unauthenticated: TOKEN_MISSING.
    """
    text = call.text(AUTHORIZATION_KEY)
    if not text.startswith(_BEARER):
        raise error(Reason.TOKEN_MISSING, "The call has no bearer token.")
    return text[len(_BEARER) :]


class ServiceAdmission:
    """Admission of a service behind the gateway.

    Args:
        gateway: Name of the gateway in its certificate.
        internal_callers: For each method that processes call directly, the names of those that may.
        tokens: Verifies officers' tokens.
        trust: Verifies approvers' statements.
        jurisdiction: Courts and their order.
        clock: Source of now.
        max_skew: How far the gateway's clock may be from this process's.
    """

    def __init__(
        self,
        *,
        gateway: str,
        internal_callers: Mapping[str, frozenset[str]],
        tokens: TokenVerifier,
        trust: OfficerTrust,
        jurisdiction: rules.Jurisdiction,
        clock: Clock,
        max_skew: timedelta,
    ) -> None:
        self._gateway = gateway
        self._internal_callers = internal_callers
        self._tokens = tokens
        self._trust = trust
        self._jurisdiction = jurisdiction
        self._clock = clock
        self._max_skew = max_skew

    def authenticate(self, call: Call) -> None:
        """Admits the gateway, or a process that configuration names, and the officer whom the token names."""
        policy = call.method.policy
        if policy.internal:
            if call.peer.name not in self._internal_callers.get(call.method.full_name, frozenset()):
                raise _not_allowed()
            return
        if call.peer.name != self._gateway:
            raise _not_allowed()
        grant = self._read_grant(call)
        call.caller = self._caller(call, grant)
        rules.require_permission(call.method, call.caller)
        rules.require_jurisdiction(call.caller.organisation, self._jurisdiction)
        call.accepted_at = _instant(grant.accept_time)
        call.approval, call.offered = grant.approval, tuple(grant.statements)
        call.liaison = grant.liaison

    async def admit(self, call: Call, message: Message | None) -> None:
        """Holds the case and the approvers' statements against the request received."""
        if call.method.policy.internal:
            return
        caller = call.officer
        facts = rules.read_facts(call.method, message, caller, sha256=call.request_sha256)
        call.court_code, call.case_number = facts.court_code, facts.case_number
        if message is not None:
            call.subjects = tuple(call.method.subjects(message))
        if call.method.policy.case_bound and message is not None:
            context = message.context  # type: ignore[attr-defined]
            rules.require_jurisdiction(context.court_code, self._jurisdiction)
            rules.require_handler(context, caller)
        call.grant = VerifiedGrant(call.approval, self._require_consents(call, facts))

    def require_still(self, call: Call) -> None:
        """Holds the token and the approvers' statements against the present instant and revocations."""
        now = self._clock.now()
        require_living_token(call, now)
        if call.method.policy.approval is not None:
            for text in call.offered:
                self._trust.verify(text, now=now)

    def _caller(self, call: Call, grant: grant_pb2.Grant) -> Caller:
        """Returns who asks: whom the token names or, on paper, who signed the request."""
        text = call.text(AUTHORIZATION_KEY)
        if not text.startswith(on_paper.SCHEME):
            fingerprint = grant.caller_certificate_sha256
            return self._tokens.verify(bearer(call), certificate_sha256=fingerprint, now=call.received_at)
        on_paper.require_admissible(call.method)
        statement = self._trust.verify_request(text.removeprefix(on_paper.SCHEME), now=call.received_at)
        on_paper.require_about(statement, call.method, approval=grant.approval, request_sha256=call.request_sha256)
        return on_paper.caller_of(statement, call.method)

    def _require_consents(self, call: Call, facts: rules.RequestFacts) -> tuple[Statement, ...]:
        requirement = call.method.policy.approval
        if requirement is None:
            return ()
        if not call.approval:
            raise error(Reason.APPROVAL_REQUIRED, "The method needs an approval and the grant names none.")
        now = self._clock.now()
        statements = tuple(self._trust.verify(text, now=now) for text in call.offered)
        if any(call.accepted_at < statement.claims.issued_at - START_LEEWAY for statement in statements):
            raise error(Reason.CLOCK_SKEW, "The request was accepted before it was approved.")
        rules.require_consents(
            requirement,
            statements,
            approval=call.approval,
            facts=facts,
            jurisdiction=self._jurisdiction,
            now=now,
        )
        return statements

    def _read_grant(self, call: Call) -> grant_pb2.Grant:
        try:
            grant = grant_pb2.Grant.FromString(call.binary(GRANT_KEY))
        except DecodeError:
            raise _not_allowed() from None
        if grant.method != call.method.full_name or grant.request_sha256 != call.request_sha256:
            raise error(Reason.APPROVAL_REQUEST_MISMATCH, "The grant was issued for another call.")
        self._require_time(call, grant)
        return grant

    def _require_time(self, call: Call, grant: grant_pb2.Grant) -> None:
        # Seconds are compared as numbers: an instant that no calendar has is as far off as any.
        now, bound = call.received_at.timestamp(), self._max_skew.total_seconds()
        if abs(now - grant.issue_time.seconds) > bound:
            raise error(Reason.CLOCK_SKEW, f"The clocks of gateway and service differ by more than {bound:.0f} s.")
        if grant.accept_time.seconds > now + bound:
            raise error(Reason.CLOCK_SKEW, "The request was accepted in the future.")


def _instant(time: Timestamp) -> datetime:
    try:
        return datetime.fromtimestamp(time.seconds, UTC) + timedelta(microseconds=time.nanos // 1000)
    except (OverflowError, OSError, ValueError):
        raise error(Reason.CLOCK_SKEW, "The grant's time cannot be read.") from None


def _not_allowed() -> XiezhiError:
    return error(Reason.CALLER_NOT_ALLOWED, "This process answers the gateway only.")
