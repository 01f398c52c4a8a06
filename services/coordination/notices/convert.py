"""Between what organisations are told and the contract's messages."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.clock import write_instant
from services.chassis.feed import Delivered, cursor_of
from services.coordination.changes import Change
from xiezhi.coordination.v1 import notice_pb2


def describe(change: Change) -> bytes:
    """Writes what a notice says as it is kept and told."""
    message = notice_pb2.CoordinationNotice(
        kind=change.kind,  # type: ignore[arg-type]
        subject=change.subject,
        organisation=change.organisation,
        department=change.department,  # type: ignore[arg-type]
    )
    return message.SerializeToString(deterministic=True)


def write_notices(group: Iterable[Delivered]) -> notice_pb2.WatchCoordinationNoticesResponse:
    """Writes notices, each with its cursor."""
    response = notice_pb2.WatchCoordinationNoticesResponse()
    for notice in group:
        message = response.notices.add()
        message.MergeFromString(notice.payload)
        message.notice_id, message.cursor = notice.notice_id, cursor_of(notice)
        message.trace_id = notice.trace_id
        write_instant(message.create_time, notice.made_at)
    return response
