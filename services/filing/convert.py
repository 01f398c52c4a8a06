"""Between what courts hand in and the messages of `xiezhi.common.v1`, whichever service they hand it in to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from google.protobuf import timestamp_pb2
from google.type import date_pb2

from services.chassis.call import Call
from services.codes.case_number import CaseNumber
from services.codes.errors import CodeError
from services.codes.numbers import NumberType, read_number
from services.codes.parties import PartyError
from services.codes.parties import read_party as read_party_number
from services.filing.domain import Author, Contact, Document, Filing, Paper, Party, RequestKey
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import Violation, XiezhiError, invalid_fields


def read_filing(context: case_pb2.CaseContext, call: Call, *, papers: Iterable[Paper], subject_key: str = "") -> Filing:
    """Reads what every order brings along.

    Args:
        context: The case.
        call: The call.
        papers: The files of the request, in the order in which the method speaks of them.
        subject_key: Whom it is about, as the service keys people.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    return Filing(
        key=RequestKey(context.court_code, context.request_id, call.method.full_name, call.request_sha256),
        author=read_author(context),
        subject_key=subject_key,
        handler=Contact(context.handler.name, context.handler.phone),
        documents=tuple(Document(d.kind, d.document_number, d.issuing_court, d.sha256) for d in context.documents),
        papers=tuple(papers),
    )


def read_key(request_id: str, call: Call) -> RequestKey:
    """Reads under which key the caller's organisation asks, where that is no court that hands something in."""
    return RequestKey(call.officer.organisation, request_id, call.method.full_name, call.request_sha256)


def read_author(context: case_pb2.CaseContext) -> Author:
    """Reads the court and the case.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    try:
        number = CaseNumber.parse(context.case_number)
    except CodeError as failure:
        raise invalid("context.case_number", str(failure)) from None
    if not number.matches(context.court_code):
        raise invalid("context.case_number", "the court in the number is not context.court_code")
    return Author(context.court_code, str(number))


def read_party(message: case_pb2.Party, *, field: str, on: date) -> Party:
    """Reads whom a request is about.

    Args:
        message: The party as the court names them.
        field: Path of its field, for the error.
        on: Date after which nobody can have been born.

    Raises:
        InvalidArgument: FIELDS_INVALID, with what is wrong and never the value.
    """
    kind = NumberType(message.id_type)
    is_person = message.type == case_pb2.PARTY_TYPE_NATURAL
    is_sole_trader = message.type == case_pb2.PARTY_TYPE_INDIVIDUAL_BUSINESS
    try:
        number = read_party_number(
            message.name, kind, message.id_number, is_person=is_person, on=on, is_sole_trader=is_sole_trader
        )
    except PartyError as failure:
        raise invalid(f"{field}.{failure.field}", str(failure)) from None
    return Party(message.name, number, is_person)


def read_identity(kind: NumberType, text: str, *, field: str, on: date) -> str:
    """Reads an identity number into its normal form.

    Args:
        kind: What it is said to be.
        text: The number.
        field: Path of its field, for the error.
        on: Date after which nobody can have been born.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    try:
        return read_number(kind, text, on=on)
    except CodeError as failure:
        raise invalid(field, str(failure)) from None


def read_date(message: date_pb2.Date, *, field: str) -> date:
    """Reads a full date.

    Args:
        message: The date.
        field: Path of its field, for the error.

    Raises:
        InvalidArgument: FIELDS_INVALID, if the calendar has no such day.
    """
    try:
        return date(message.year, message.month, message.day)
    except ValueError:
        raise invalid(field, "it is no date of the calendar") from None


def read_instant(message: timestamp_pb2.Timestamp, *, field: str) -> datetime:
    """Reads an instant.

    Args:
        message: The instant.
        field: Path of the field, for the error.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    try:
        return message.ToDatetime(UTC)
    except (ValueError, OverflowError):
        raise invalid(field, "it is no time of the calendar") from None


def read_as_of(message: timestamp_pb2.Timestamp | None, *, now: datetime) -> datetime:
    """Reads the moment that a list is asked of; now where none is named.

    Raises:
        InvalidArgument: FIELDS_INVALID, if it is to come.
    """
    if message is None:
        return now
    as_of = read_instant(message, field="as_of_time")
    if as_of > now:
        raise invalid("as_of_time", "it is to come")
    return as_of


def write_date(message: date_pb2.Date, day: date) -> None:
    """Writes a date into an empty message."""
    message.year, message.month, message.day = day.year, day.month, day.day


def invalid(field: str, description: str) -> XiezhiError:
    """Makes the error that a field is wrong; the description never repeats its value."""
    return invalid_fields(Violation(field, description))
