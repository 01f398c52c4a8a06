"""Between messages and domain: what several of the services here are asked with and answer with."""

from __future__ import annotations

from datetime import UTC, date, datetime

from google.protobuf import timestamp_pb2
from google.type import date_pb2

from services.codes.errors import CodeError
from services.codes.numbers import NumberType, read_number
from services.codes.parties import PartyError, read_party
from services.vehicle.registry.domain import Debtor
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import Violation, XiezhiError, invalid_fields


def read_debtor(party: case_pb2.Party, *, on: date) -> Debtor:
    """Reads who a request is about.

    Args:
        party: The debtor as the court names them.
        on: Date after which nobody can have been born.

    Raises:
        InvalidArgument: FIELDS_INVALID, with what is wrong and never the value.
    """
    kind = NumberType(party.id_type)
    is_person = party.type == case_pb2.PARTY_TYPE_NATURAL
    try:
        number = read_party(party.name, kind, party.id_number, is_person=is_person, on=on)
    except PartyError as failure:
        raise invalid(f"debtor.{failure.field}", str(failure)) from None
    return Debtor(party.name, number, is_person)


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


def write_date(message: date_pb2.Date, day: date) -> None:
    """Writes a date into an empty message."""
    message.year, message.month, message.day = day.year, day.month, day.day


def invalid(field: str, description: str) -> XiezhiError:
    """Makes the error that a field is wrong; the description never repeats its value."""
    return invalid_fields(Violation(field, description))
