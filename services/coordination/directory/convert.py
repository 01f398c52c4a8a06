"""Between the directory and the contract's messages."""

from __future__ import annotations

from datetime import date

from google.type import date_pb2

from services.chassis.call import Call
from services.chassis.paging import invalid_token
from services.coordination.directory.domain import PREFIX, Kept
from services.coordination.directory.handlers import Naming
from services.directory.liaisons import Contact, Days, Fault, Post
from services.filing.convert import read_date, read_key, write_date
from xiezhi.coordination.v1 import directory_pb2


def read_naming(request: directory_pb2.AppointLiaisonRequest, call: Call) -> Naming:
    """Reads whom an organisation appoints.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    last = read_date(request.end_date, field="end_date") if request.HasField("end_date") else None
    return Naming(
        read_key(request.request_id, call),
        Post(request.organisation, request.department),
        request.officer_id,
        Contact(request.display_name, request.phone),
        is_deputy=request.is_deputy,
        on_establishment=request.on_establishment,
        days=Days(read_date(request.start_date, field="start_date"), last),
    )


def read_day(message: date_pb2.Date | None, *, today: date) -> date:
    """Reads the day that is asked; today where none is named.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    return today if message is None else read_date(message, field="as_of_date")


def write_liaison(message: directory_pb2.Liaison, kept: Kept, *, acts: bool) -> None:
    """Writes an appointment into an empty message."""
    one = kept.appointment
    message.name, message.officer_id = PREFIX + one.key, one.officer_id
    message.organisation = one.post.organisation
    message.department = one.post.department  # type: ignore[assignment]
    message.display_name, message.phone = kept.contact.name, kept.contact.phone
    message.on_establishment, message.is_deputy, message.acts = one.on_establishment, one.is_deputy, acts
    write_date(message.start_date, one.days.first)
    if one.days.last is not None:
        write_date(message.end_date, one.days.last)
    if one.lost_on is not None:
        write_date(message.establishment_lost_date, one.lost_on)
    for days in one.leaves:
        leave = message.leaves.add()
        write_date(leave.start_date, days.first)
        write_date(leave.end_date, days.last or days.first)


def write_fault(message: directory_pb2.DirectoryFault, fault: Fault) -> None:
    """Writes a fault into an empty message."""
    message.kind = int(fault.kind)  # type: ignore[assignment]
    message.organisation = fault.post.organisation
    message.department = fault.post.department  # type: ignore[assignment]
    message.have, message.want = fault.have, fault.post.wanted
    if fault.since is not None:
        write_date(message.since_date, fault.since)


def write_place(place: tuple[str, int, str]) -> str:
    """Writes a place of a list, for a page token."""
    organisation, department, key = place
    return f"{organisation}|{department}|{key}"


def read_place(text: str) -> tuple[str, int, str]:
    """Reads a place of a list; one before all where there is none.

    Raises:
        InvalidArgument: PAGE_TOKEN_INVALID.
    """
    if not text:
        return "", 0, ""
    organisation, _, rest = text.partition("|")
    department, _, key = rest.partition("|")
    if not department.isdecimal():
        raise invalid_token()
    return organisation, int(department), key
