"""Between orders of courts about controls and the contract's messages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from services.chassis.call import Call
from services.chassis.clock import write_instant
from services.codes.numbers import NumberType
from services.exit_restriction.controls.domain import ControlRecord, HandedOver, Item, Judge, Outcome, Shown
from services.exit_restriction.controls.store import Listing
from services.exit_restriction.domain import Author, ControlOrder, Requirement
from services.exit_restriction.hits.domain import ShownHit
from services.exit_restriction.registry.numbers import read_document_number
from services.filing import convert as filing_convert
from services.filing.convert import invalid, read_date, read_party, write_date
from services.filing.domain import Contact, DocumentKind, Filing, Paper
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import Reason, XiezhiError, error
from xiezhi.exit_restriction.v1 import control_pb2, hit_pb2

PREFIX, HIT_PREFIX = "controls/", "hits/"
"""What names of controls and of hits begin with."""


def read_filing(request: control_pb2.FileControlsRequest | control_pb2.LiftControlsRequest, call: Call) -> Filing:
    """Reads what every order brings along.

    Args:
        request: The order.
        call: The call.

    Raises:
        XiezhiError: FIELDS_INVALID, or MISSING_ASSISTANCE_NOTICE where the notice was not sent.
    """
    if not request.notice_pdf:
        raise error(Reason.MISSING_ASSISTANCE_NOTICE, "Send the sealed assistance notice as notice_pdf.")
    papers = [Paper(DocumentKind.ASSISTANCE_NOTICE, request.notice_pdf)]
    if isinstance(request, control_pb2.FileControlsRequest) and request.liberty_pdf:
        papers.append(Paper(DocumentKind.OTHER, request.liberty_pdf))
    return filing_convert.read_filing(request.context, call, papers=papers)


def read_judge(context: case_pb2.CaseContext) -> Judge:
    """Reads the handling judge."""
    handler = context.handler
    return Judge(handler.officer_id, Contact(handler.name, handler.phone))


def read_items(items: Iterable[control_pb2.ControlItem], author: Author, *, on: date) -> tuple[Item | Reason, ...]:
    """Reads what is ordered about each person; one that cannot be read does not stop the others.

    Args:
        items: The persons.
        author: The court and the case.
        on: Date after which nobody can have been born.
    """
    return tuple(_read_item(item, author, on) for item in items)


def read_numbers(persons: Iterable[case_pb2.Party], *, on: date) -> frozenset[str]:
    """Reads the numbers of the people whose controls are lifted.

    Args:
        persons: The people.
        on: Date after which nobody can have been born.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    return frozenset(
        read_party(person, field=f"persons[{place}]", on=on).number for place, person in enumerate(persons)
    )


def read_name(name: str) -> str:
    """Returns the key of a control by its name, whose form the contract checks."""
    return name.removeprefix(PREFIX)


def write_control(message: control_pb2.BorderControl, shown: Shown) -> None:
    """Writes a control into an empty message."""
    record, standing, placed = shown.record, shown.standing, shown.record.placed
    message.name = PREFIX + record.control_id
    message.person.type = case_pb2.PARTY_TYPE_NATURAL
    message.person.name = record.person.name
    message.person.id_type = record.person.id_type  # type: ignore[assignment]
    message.person.id_number = record.person.number
    message.court_code, message.case_number = placed.author.court_code, placed.author.case_number
    message.requirement = placed.requirement  # type: ignore[assignment]
    message.state = standing.state  # type: ignore[assignment]
    write_instant(message.effective_time, placed.effective_from)
    write_instant(message.end_time, standing.ended_at or placed.ends_at)
    write_date(message.end_date, placed.last_day)
    message.rule_version, message.batch, message.hit_count = placed.rule_version, record.batch, shown.hits


def write_outcome(message: control_pb2.ControlOutcome, index: int, outcome: Outcome) -> None:
    """Writes what became of a person into an empty message."""
    message.index = index
    if outcome.control is not None:
        write_control(message.control, outcome.control)
    if outcome.refused is not None:
        message.refused_reason = outcome.refused
    message.notes.extend(outcome.notes)  # type: ignore[arg-type]


def write_listing(listing: Listing) -> control_pb2.ListControlsResponse:
    """Writes the controls of a case with their hits."""
    response = control_pb2.ListControlsResponse()
    for shown in listing.controls:
        write_control(response.controls.add(), shown)
    for hit, record in listing.hits:
        write_hit(response.hits.add(), hit, record)
    return response


def write_hit(message: hit_pb2.BorderHit, shown: ShownHit, record: ControlRecord) -> None:
    """Writes a hit, as the court of a control is shown it, into an empty message."""
    meeting = shown.hit.meeting
    message.name = HIT_PREFIX + shown.hit.hit_id
    message.port, message.unit = meeting.port, meeting.unit
    message.direction = meeting.direction  # type: ignore[assignment]
    write_instant(message.observe_time, meeting.at)
    message.requirement = record.placed.requirement  # type: ignore[assignment]
    message.action = shown.hit.action  # type: ignore[assignment]
    if shown.handling is not None:
        message.handled = shown.handling.action  # type: ignore[assignment]
        message.note = shown.handling.note
    message.person_name = record.person.name
    write_instant(message.notify_time, shown.hit.recorded_at)


def _read_item(item: control_pb2.ControlItem, author: Author, on: date) -> Item | Reason:
    if item.person.type != case_pb2.PARTY_TYPE_NATURAL:
        return Reason.NATURAL_PERSON_ONLY
    try:
        party = read_party(item.person, field="person", on=on)
        last_day = read_date(item.last_date, field="last_date") if item.HasField("last_date") else None
        documents = tuple(dict.fromkeys(_read_document(text) for text in item.document_numbers))
    except XiezhiError as refusal:
        return refusal.reason
    is_passport = NumberType(item.person.id_type) is NumberType.PASSPORT
    person = HandedOver(party.name, item.person.id_type, party.number, is_passport, documents)
    return Item(person, ControlOrder(author, Requirement(item.requirement), item.term_months, last_day))


def _read_document(text: str) -> str:
    number = read_document_number(text)
    if number is None:
        raise invalid("document_numbers", "it is no number of 5 to 23 letters and digits")
    return number
