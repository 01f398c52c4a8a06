"""Between notices to courts and the contract's messages."""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.clock import write_instant
from services.chassis.feed import Delivered, cursor_of
from services.chassis.tokens import Caller
from services.exit_restriction.notices.domain import CourtTold, Met, NoticeKind
from services.exit_restriction.notices.records import read_told
from services.filing.convert import write_date
from xiezhi.exit_restriction.v1 import hit_pb2, notice_pb2

HIT_PREFIX = "hits/"


def write_notices(group: Iterable[Delivered], reader: Caller) -> notice_pb2.WatchCourtNoticesResponse:
    """Writes notices as an officer is shown them.

    Args:
        group: The notices.
        reader: Who reads; only the handling judge of a case is shown the content.
    """
    response = notice_pb2.WatchCourtNoticesResponse()
    for notice in group:
        told = read_told(notice.payload)
        shown = told.as_shown_to(reader.officer_id, organisation=reader.organisation)
        _write_notice(response.notices.add(), notice, shown)
    return response


def _write_notice(message: notice_pb2.CourtNotice, notice: Delivered, told: CourtTold) -> None:
    kind = told.kind if notice.topic == told.kind.topic else NoticeKind.OVERDUE
    message.notice_id, message.cursor = notice.notice_id, cursor_of(notice)
    message.kind = int(kind)  # type: ignore[assignment]
    message.court_code, message.case_number = told.author.court_code, told.author.case_number
    message.measure, message.trace_id = told.measure, notice.trace_id
    if told.met is not None:
        _write_hit(message.hit, told.met)
    if told.last_day is not None:
        write_date(message.last_date, told.last_day)
    write_instant(message.create_time, notice.made_at)
    if notice.ack_due_at is not None:
        write_instant(message.acknowledge_due_time, notice.ack_due_at)


def _write_hit(message: hit_pb2.BorderHit, met: Met) -> None:
    message.name, message.port = HIT_PREFIX + met.hit_id, met.port
    message.direction = int(met.direction)  # type: ignore[assignment]
    message.unit, message.person_name, message.note = met.unit, met.person_name, met.note
    message.requirement = int(met.requirement)  # type: ignore[assignment]
    message.action = int(met.action)  # type: ignore[assignment]
    if met.handled is not None:
        message.handled = int(met.handled)  # type: ignore[assignment]
    write_instant(message.observe_time, met.observed_at)
