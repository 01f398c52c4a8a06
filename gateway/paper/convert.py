"""Between the contract's messages and what came on paper."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from gateway.approval.domain import id_of, name_of
from gateway.paper.domain import Entry, Place
from gateway.paper.handlers import Performed
from gateway.paper.reading import Perform
from services.chassis import paging
from services.chassis.call import Call
from xiezhi.errors import XiezhiError
from xiezhi.errors.status import to_status
from xiezhi.paper.v1 import paper_pb2

DEFAULT_SIZE = 100
"""Items of a page when the caller asks for no number."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_perform(request: paper_pb2.PerformPaperRequest) -> Perform:
    """Converts what was brought."""
    return Perform(
        bundle_id=request.bundle_id,
        bundle_sha256=request.bundle_sha256,
        paper_reference=request.paper_reference,
        method=request.method,
        request=request.request,
        statement=request.request_statement,
        consents=tuple(request.consents),
    )


def from_performed(performed: Performed) -> paper_pb2.PerformPaperResponse:
    """Converts how a request came out."""
    answer = performed.answer
    message = paper_pb2.PerformPaperResponse(
        approval=performed.item.approval,
        sealed_answer=answer.sealed,
        status=answer.status,
        is_repeated=performed.is_repeated,
    )
    message.perform_time.FromDatetime(answer.performed_at)
    return message


def from_entry(entry: Entry) -> paper_pb2.PaperItem:
    """Converts an item."""
    item, answer = entry.item, entry.answer
    message = paper_pb2.PaperItem(
        approval=item.approval,
        paper_reference=item.paper_reference,
        bundle_id=item.bundle_id,
        method=item.method,
        court_code=item.court_code,
        organisation=item.organisation,
    )
    message.sign_time.FromDatetime(item.signed_at)
    if answer is not None:
        message.perform_time.FromDatetime(answer.performed_at)
        message.reason = answer.reason
    return message


def to_status_of(failure: XiezhiError, call: Call) -> bytes:
    """Serialises a refusal of a call."""
    return to_status(failure, trace_id=call.trace_id)


def to_place(request: paper_pb2.ListPaperRequest, organisation: str) -> Place | None:
    """Converts a page's token; None for the first page.

    Args:
        request: The request.
        organisation: Of who asks.

    Raises:
        InvalidArgument: PAGE_TOKEN_INVALID.
    """
    text = paging.decode_token(request.page_token, query=paging.query_of(request, organisation))
    if not text:
        return None
    try:
        micros, identifier = text.split(" ")
        return Place(_EPOCH + int(micros) * _MICROSECOND, name_of(str(uuid.UUID(identifier))))
    except (ValueError, OverflowError):
        raise paging.invalid_token() from None


def to_page_token(request: paper_pb2.ListPaperRequest, organisation: str, place: Place | None) -> str:
    """Converts the place after which the next page begins.

    Args:
        request: The request.
        organisation: Of who asks.
        place: The place; None on the last page.
    """
    if place is None:
        return ""
    text = f"{(place.imported_at - _EPOCH) // _MICROSECOND} {id_of(place.approval)}"
    return paging.encode_token(text, query=paging.query_of(request, organisation))
