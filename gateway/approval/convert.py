"""Between the contract's messages and the domain's approvals."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from gateway.approval.domain import Event, State, id_of, name_of
from gateway.approval.handlers import Submit
from gateway.approval.reading import Listing
from gateway.approval.views import Place, View
from services.chassis import paging
from xiezhi.approval.v1 import approval_pb2
from xiezhi.policy.v1 import policy_pb2

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_submit(request: approval_pb2.SubmitApprovalRequest) -> Submit:
    """Converts a submission."""
    return Submit(
        request_id=str(uuid.UUID(request.request_id)),
        method=request.method,
        request=request.request,
        reason=request.reason,
        validity=request.validity.ToTimedelta() if request.HasField("validity") else None,
    )


def to_listing(request: approval_pb2.ListApprovalsRequest, officer: str) -> Listing:
    """Converts a request for a page.

    Args:
        request: The request.
        officer: Officer id of who asks.

    Raises:
        InvalidArgument: PAGE_TOKEN_INVALID.
    """
    place = paging.decode_token(request.page_token, query=paging.query_of(request, officer))
    return Listing(
        state=State(request.state) if request.state else None,
        size=request.page_size or paging.DEFAULT_SIZE,
        after=_to_place(place) if place else None,
    )


def to_page_token(request: approval_pb2.ListApprovalsRequest, officer: str, place: Place | None) -> str:
    """Converts the place after which the next page begins.

    Args:
        request: The request.
        officer: Officer id of who asks.
        place: The place; None on the last page.
    """
    if place is None:
        return ""
    text = f"{(place.submitted_at - _EPOCH) // _MICROSECOND} {id_of(place.name)}"
    return paging.encode_token(text, query=paging.query_of(request, officer))


def from_view(view: View, now: datetime) -> approval_pb2.Approval:
    """Converts an approval.

    Args:
        view: The approval with what its parties read.
        now: The instant of its state, UTC.
    """
    approval, needed = view.approval, view.approval.requirement
    message = approval_pb2.Approval(
        name=approval.name,
        state=f"STATE_{approval.state_at(now).name}",
        method=approval.method,
        request_sha256=approval.request_sha256,
        court_code=approval.court_code,
        case_number=approval.case_number,
        requester=approval.requester,
        requester_court=approval.requester_court,
        reason=view.reason,
        requirement=policy_pb2.ApprovalRequirement(
            count=needed.count,
            min_rank=policy_pb2.Rank.Name(needed.min_rank),
            min_court_level=policy_pb2.CourtLevel.Name(needed.min_court_level),
        ),
        timeline=[_from_event(e, reason) for e, reason in zip(approval.timeline, view.reasons, strict=True)],
        request=view.request,
        framework_ref=approval.framework_ref,
    )
    message.submit_time.FromDatetime(approval.submitted_at)
    message.expire_time.FromDatetime(approval.expires_at)
    message.requirement.max_validity.FromTimedelta(needed.max_validity)
    return message


def _from_event(event: Event, reason: str) -> approval_pb2.TimelineEvent:
    message = approval_pb2.TimelineEvent(
        kind=f"KIND_{event.kind.name}",
        actor=event.actor,
        reason=reason,
        statement_sha256=event.statement_sha256,
        trace_id=event.trace_id,
    )
    message.time.FromDatetime(event.time)
    return message


def _to_place(text: str) -> Place:
    try:
        micros, identifier = text.split(" ")
        return Place(_EPOCH + int(micros) * _MICROSECOND, name_of(str(uuid.UUID(identifier))))
    except (ValueError, OverflowError):
        raise paging.invalid_token() from None
