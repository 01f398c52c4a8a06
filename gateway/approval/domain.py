"""An approval: an immutable submission and an append-only timeline, and the state that follows from both and now.

No job switches anything: an approval expires because its time is over, not because something says so.

Source:
    Notice 一.1, second paragraph (R-1.7).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gateway.approval.states import ADMISSIBLE, ENDINGS, Kind, State
from services.chassis.policy import ApprovalRequirement
from xiezhi.errors import Reason, Violation, XiezhiError, error, invalid_fields

__all__ = [
    "Approval",
    "Cause",
    "Event",
    "Kind",
    "State",
    "Step",
    "Submission",
    "end_of_validity",
    "id_of",
    "name_of",
    "not_found",
]

NAME_PREFIX = "approvals/"
SHORTEST_VALIDITY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Cause:
    """The call by which something happens to an approval.

    Attributes:
        trace_id: Its trace, 32 hexadecimal characters.
        span_id: Its span, 16 hexadecimal characters; empty where it is not known.
    """

    trace_id: str
    span_id: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a timeline.

    Attributes:
        kind: What happened.
        time: When, UTC.
        actor: Officer id of who did it.
        trace_id: Trace in which it happened, 32 hexadecimal characters.
        statement: The signed statement, a compact JWS; empty where the event needs none.
        statement_sha256: Its SHA-256, 32 bytes; empty where there is none.
        span_id: Span of the call that did it, 16 hexadecimal characters; empty where it is not known.
    """

    kind: Kind
    time: datetime
    actor: str
    trace_id: str
    statement: str = ""
    statement_sha256: bytes = b""
    span_id: str = ""

    @classmethod
    def of(
        cls, kind: Kind, time: datetime, actor: str, *, cause: Cause, statement: tuple[str, bytes] = ("", b"")
    ) -> Event:
        """Makes the event that a call leads to.

        Args:
            kind: What happened.
            time: When, UTC.
            actor: Officer id of who did it.
            cause: The call.
            statement: The signed statement, a compact JWS, and its SHA-256.
        """
        text, digest = statement
        return cls(kind, time, actor, cause.trace_id, statement=text, statement_sha256=digest, span_id=cause.span_id)


@dataclass(frozen=True, slots=True)
class Approval:
    """An approval, without what only people may read of it.

    Attributes:
        name: "approvals/" and a UUID.
        method: Full name of the method.
        request_sha256: SHA-256 of the request's bytes, 32 bytes.
        court_code: Court of the case; empty where the method is bound to none.
        case_number: Number of the case; empty where the method is bound to none.
        requester: Officer id of the requester.
        requester_court: Organisation of the requester.
        submitted_at: When it was submitted, UTC.
        expires_at: When it expires, exclusive, UTC, to the second.
        requirement: What the method's policy asked for at submission.
        timeline: What happened, oldest first; the submission first.
        framework_ref: The rules under which it was asked for; empty where it was submitted before these were kept.
    """

    name: str
    method: str
    request_sha256: bytes
    court_code: str
    case_number: str
    requester: str
    requester_court: str
    submitted_at: datetime
    expires_at: datetime
    requirement: ApprovalRequirement
    timeline: tuple[Event, ...]
    framework_ref: str = ""

    def state_at(self, now: datetime) -> State:
        """Returns the state at an instant not before the last event."""
        for event in self.timeline:
            if event.kind in ENDINGS:
                return ENDINGS[event.kind]
        if now >= self.expires_at:
            return State.EXPIRED
        return State.APPROVED if len(self._consenting()) >= self.requirement.count else State.PENDING

    def is_of(self, officer: str, organisation: str) -> bool:
        """Whether an officer submitted it; each agency gives out ids of its own, so the organisation counts too."""
        return (self.requester, self.requester_court) == (officer, organisation)

    @property
    def first_used_at(self) -> datetime | None:
        """When the first call was made with it; None before."""
        return next((e.time for e in self.timeline if e.kind in {Kind.USED, Kind.SPENT}), None)

    @property
    def consent_texts(self) -> tuple[str, ...]:
        """The approvers' consents, compact JWS each."""
        return tuple(e.statement for e in self.timeline if e.kind is Kind.CONSENTED)

    @property
    def origins(self) -> tuple[Event, ...]:
        """The events that a call with it rests on: its submission and the consents."""
        return tuple(event for event in self.timeline if event.kind in {Kind.SUBMITTED, Kind.CONSENTED})

    @property
    def version(self) -> int:
        """Number of events: a later version has more of them."""
        return len(self.timeline)

    def followed_by(self, event: Event) -> Approval:
        """Returns the approval after one more event."""
        return replace(self, timeline=(*self.timeline, event))

    def decided_by(self, statement_sha256: bytes) -> bool:
        """Whether a statement is part of the timeline."""
        return any(event.statement_sha256 == statement_sha256 for event in self.timeline)

    def has_decision_of(self, officer: str) -> bool:
        """Whether an officer has consented or refused."""
        return any(event.actor == officer for event in self.timeline if event.kind in {Kind.CONSENTED, Kind.REJECTED})

    def require_admissible(self, kind: Kind, now: datetime) -> None:
        """Refuses an event that the state does not admit.

        Raises:
            FailedPrecondition: APPROVAL_STATE.
        """
        state = self.state_at(now)
        if state not in ADMISSIBLE[kind]:
            raise error(
                Reason.APPROVAL_STATE,
                f"The approval is {state.name} and does not admit the step.",
                resource=self.name,
            )

    def _consenting(self) -> frozenset[str]:
        return frozenset(e.actor for e in self.timeline if e.kind is Kind.CONSENTED)


@dataclass(frozen=True, slots=True)
class Step:
    """An event to be written, with the words given with it.

    Attributes:
        event: The event.
        reason: Reason given with it; empty where none was.
    """

    event: Event
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """An approval as it is submitted.

    Attributes:
        approval: The approval, with nothing but its submission in the timeline.
        request_id: The requester's idempotency key, a UUID in lower case.
        reason: Why the request is made.
        validity: How long the requester asked it to live; None for as long as the policy allows.
        request: The request's bytes; empty once erased.
    """

    approval: Approval
    request_id: str
    reason: str
    validity: timedelta | None
    request: bytes = b""

    def asks_the_same_as(self, other: Submission) -> bool:
        """Whether two submissions ask the same, whenever each was made."""
        return self._content() == other._content()

    def _content(self) -> tuple[object, ...]:
        approval = self.approval
        return (approval.requester_court, approval.method, approval.request_sha256, self.reason, self.validity)


def not_found() -> XiezhiError:
    """Makes the one refusal for "no such approval" and "not one of yours"."""
    return error(Reason.APPROVAL_NOT_FOUND, "The caller has no approval of this name.")


def end_of_validity(asked: timedelta | None, *, requirement: ApprovalRequirement, now: datetime) -> datetime:
    """Returns when an approval submitted now expires: a whole second, as the statements about it name it.

    Args:
        asked: How long it shall live; None for as long as the policy allows.
        requirement: What the method's policy asks for.
        now: The instant of submission, UTC.

    Raises:
        InvalidArgument: FIELDS_INVALID, if it shall live longer than the policy allows or not long enough.
    """
    validity = requirement.max_validity if asked is None else asked
    if validity > requirement.max_validity or (asked is not None and asked < SHORTEST_VALIDITY):
        shortest, longest = (limit.total_seconds() for limit in (SHORTEST_VALIDITY, requirement.max_validity))
        allowed = f"must be at least {shortest:.0f} s and at most what the method's policy allows, {longest:.0f} s"
        raise invalid_fields(Violation("validity", allowed))
    return (now + validity).replace(microsecond=0)


def name_of(approval_id: str) -> str:
    """Returns the resource name of an approval.

    Args:
        approval_id: Its UUID in lower case.
    """
    return f"{NAME_PREFIX}{approval_id}"


def id_of(name: str) -> str:
    """Returns the UUID in an approval's name; empty where the name is of another form."""
    identifier = name.removeprefix(NAME_PREFIX)
    return identifier if len(identifier) == 36 and identifier != name else ""
