"""Between duties, notices of them and the contract's messages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from services.chassis.clock import write_instant
from services.chassis.feed import Delivered
from services.filing.convert import write_date
from services.referral.convert import NAME
from services.referral.domain import LAW, DutyState
from services.referral.notices.domain import Owed, Told
from xiezhi.referral.v1 import notice_pb2, referral_pb2, supervision_pb2


def write_duty(message: referral_pb2.Duty, owed: Owed, *, on: date) -> None:
    """Writes a duty that is owed into an empty message.

    Args:
        message: The message.
        owed: The duty.
        on: Day as of which it is told.
    """
    message.kind = owed.kind  # type: ignore[assignment]
    if owed.suspect is not None:
        message.suspect = owed.suspect
    message.actor, message.rule, message.rule_version = owed.actor, owed.rule, owed.rule_version
    message.citation = _citation(owed)
    write_date(message.due_date, owed.due)
    write_date(message.nominal_date, owed.nominal)
    message.calendar_versions.extend(owed.calendar_versions)
    message.provisional, message.adjusted = owed.is_provisional, owed.adjusted
    message.state = DutyState.OVERDUE if on > owed.due else DutyState.OPEN  # type: ignore[assignment]
    message.days = (owed.due - on).days


def write_item(message: supervision_pb2.DueItem, owed: Owed, *, on: date) -> None:
    """Writes a duty with the referral that it is of into an empty message."""
    message.referral = NAME + owed.referral_id
    message.court_code, message.case_number, message.unit = owed.court_code, owed.case_number, owed.unit
    write_duty(message.duty, owed, on=on)


def describe(told: Told) -> bytes:
    """Writes what a notice says as it is kept and told."""
    message = notice_pb2.ReferralNotice(
        kind=told.kind,  # type: ignore[arg-type]
        subject=told.subject,
        court_code=told.court_code,
        case_number=told.case_number,
        unit=told.unit,
        event=told.event,  # type: ignore[arg-type]
    )
    if told.owed is not None and told.on is not None:
        write_duty(message.duty, told.owed, on=told.on)
    if told.former_due is not None:
        write_date(message.former_due_date, told.former_due)
    return message.SerializeToString(deterministic=True)


def write_notices(group: Iterable[tuple[Delivered, str]]) -> notice_pb2.WatchReferralNoticesResponse:
    """Writes notices, each with its cursor."""
    response = notice_pb2.WatchReferralNoticesResponse()
    for notice, cursor in group:
        message = response.notices.add()
        message.MergeFromString(notice.payload)
        message.notice_id, message.cursor = notice.notice_id, cursor
        message.trace_id = notice.trace_id
        write_instant(message.create_time, notice.made_at)
    return response


def _citation(owed: Owed) -> str:
    """Returns what the rule rests on; a version of the rules is never taken away."""
    rules = next((rules for rules in LAW if rules.version == owed.rule_version), None)
    rule = None if rules is None else rules.find(owed.rule)
    return "" if rule is None else rule.citation
