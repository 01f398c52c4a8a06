"""Between what counters are told and the contract's messages."""

from __future__ import annotations

from datetime import date, datetime

from services.chassis.clock import write_instant
from services.chassis.feed import cursor_at
from services.codes.errors import CodeError
from services.codes.numbers import NumberType, read_number
from services.exit_restriction.counter.copies import ADDRESSEE
from services.exit_restriction.counter.domain import Applicant, Cause, Copied, Decided, Past
from services.exit_restriction.counter.keys import PersonHasher
from services.exit_restriction.counter.stream import Told
from services.exit_restriction.notices.domain import restriction_name
from services.filing.convert import invalid, read_instant, write_date
from xiezhi.exit_restriction.v1 import counter_pb2

_KINDS = (NumberType.CITIZEN, NumberType.FOREIGN_PERMANENT_RESIDENT)


def read_applicant(message: counter_pb2.PersonKey, *, on: date) -> Applicant:
    """Reads who applies.

    Args:
        message: The person.
        on: Date after which nobody can have been born.

    Raises:
        InvalidArgument: FIELDS_INVALID, with what is wrong and never the value.
    """
    problem = ""
    for kind in _KINDS:
        try:
            return Applicant(read_number(kind, message.id_number, on=on), message.name)
        except CodeError as failure:
            problem = problem or str(failure)
    raise invalid("person.id_number", problem)


def read_moment(message: counter_pb2.AskPastRequest, *, now: datetime) -> datetime:
    """Reads the moment that is asked about.

    Raises:
        InvalidArgument: FIELDS_INVALID, also for one that is to come.
    """
    moment = read_instant(message.as_of_time, field="as_of_time")
    if moment > now:
        raise invalid("as_of_time", "it is to come, and nobody knows what will be in force then")
    return moment


def write_decided(decided: Decided) -> counter_pb2.CheckApplicationResponse:
    """Writes what is said of an application."""
    response = counter_pb2.CheckApplicationResponse(
        decision=int(decided.decision),  # type: ignore[arg-type]
        name_differs=decided.name_differs,
    )
    for cause in decided.causes:
        _write_ground(response.grounds.add(), cause)
    write_instant(response.as_of_time, decided.as_of)
    return response


def write_told(told: Told, hasher: PersonHasher) -> counter_pb2.WatchRestrictionsResponse:
    """Writes an answer to a counter's copy."""
    response = counter_pb2.WatchRestrictionsResponse(snapshot_complete=told.is_complete)
    if told.number is not None:
        response.cursor = cursor_at(told.number, addressee=ADDRESSEE)
    if told.lease_end is not None:
        write_instant(response.lease_end_time, told.lease_end)
    for copied in told.copies:
        _write_copy(response.copies.add(), copied, hasher)
    return response


def write_past(message: counter_pb2.PastMeasure, past: Past) -> None:
    """Writes a past measure into an empty message."""
    message.name, message.court_code, message.case_number = past.name, past.court_code, past.case_number
    message.decision_number, message.rule_version = past.decision_number, past.rule_version
    write_date(message.start_date, past.start)
    write_date(message.end_date, past.last_day)


def _write_copy(message: counter_pb2.RestrictionCopy, copied: Copied, hasher: PersonHasher) -> None:
    message.name = restriction_name(copied.restriction_id)
    message.person_hashes.extend(map(hasher.hash, copied.numbers))
    message.change = int(copied.change)  # type: ignore[assignment]
    write_instant(message.effective_time, copied.effective_from)
    write_instant(message.end_time, copied.ends_at)
    _write_ground(message.ground, copied.cause)


def _write_ground(message: counter_pb2.Ground, cause: Cause) -> None:
    message.court_code, message.phone = cause.court_code, cause.phone
    message.decision_number, message.legal_basis = cause.decision_number, cause.legal_basis
    write_date(message.end_date, cause.last_day)
