"""Orders of courts about border controls, on papers whose seal is a word."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from datetime import date, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from google.type import date_pb2

from services.exit_restriction.registry.domain import Person
from tests.unit.exit_restriction.told import DONGHU, JUDGE, PHONE
from tests.unit.filing.papers import paper
from xiezhi.common.v1 import case_pb2
from xiezhi.exit_restriction.v1 import control_pb2, hit_pb2

CONTROLS = "/xiezhi.exit_restriction.v1.BorderControlService"
MONITOR = hit_pb2.CONTROL_REQUIREMENT_MONITOR
BLOCK_ENTRY = hit_pb2.CONTROL_REQUIREMENT_BLOCK_ENTRY
BLOCK = hit_pb2.CONTROL_REQUIREMENT_BLOCK_EXIT
WITHHOLD = hit_pb2.CONTROL_REQUIREMENT_BLOCK_EXIT_WITHHOLD
DETAIN = hit_pb2.CONTROL_REQUIREMENT_DETAIN
NOTICE = case_pb2.DOCUMENT_KIND_ASSISTANCE_NOTICE
DECISION = case_pb2.DOCUMENT_KIND_EXIT_RESTRICTION_DECISION
OTHER = case_pb2.DOCUMENT_KIND_OTHER


def party(someone: Person, **known: object) -> case_pb2.Party:
    """Names somebody as a court does that knows their first name and number, or their first passport."""
    values = {"name": someone.names[0], "type": case_pb2.PARTY_TYPE_NATURAL}
    if someone.numbers:
        values |= {"id_type": case_pb2.IDENTITY_NUMBER_TYPE_CITIZEN, "id_number": someone.numbers[0]}
    else:
        values |= {"id_type": case_pb2.IDENTITY_NUMBER_TYPE_PASSPORT, "id_number": someone.documents[0].number}
    return case_pb2.Party(**(values | known))  # type: ignore[arg-type]


def item(someone: Person, requirement: int = BLOCK, *, last_day: date | None = None, **known: object):
    """Orders a control of somebody."""
    values = {"person": party(someone), **known}
    made = control_pb2.ControlItem(requirement=requirement, **values)  # type: ignore[arg-type]
    if last_day is not None:
        made.last_date.CopyFrom(date_pb2.Date(year=last_day.year, month=last_day.month, day=last_day.day))
    return made


def context(court: str, *documents: tuple[int, str, bytes], serial: int, request_id: str) -> case_pb2.CaseContext:
    """Makes the context of a case, with the documents listed by kind, number and SHA-256."""
    return case_pb2.CaseContext(
        request_id=request_id or str(uuid.uuid4()),
        court_code=court,
        case_number=f"(2018){court}执{serial}号",
        handler=case_pb2.Handler(officer_id=JUDGE, name="李承办", phone=PHONE),
        documents=[
            case_pb2.LegalDocument(
                kind=kind,  # type: ignore[arg-type]
                document_number=number,
                issuing_court=court,
                sha256=sha256,
            )
            for kind, number, sha256 in documents
        ],
        channel=case_pb2.CHANNEL_PLATFORM,
    )


def filing(
    *items: control_pb2.ControlItem,
    court: str = DONGHU,
    serial: int = 1,
    named: Sequence[str] | None = None,
    detained: Sequence[str] = (),
    decision: str | None = "",
    request_id: str = "",
) -> control_pb2.FileControlsRequest:
    """Makes a request to place controls.

    Args:
        items: The persons.
        court: The court.
        serial: Serial number of the case.
        named: Numbers that the notice names; those of the persons where it is None.
        detained: Numbers that the document which restricts liberty names; there is none where nobody is.
        decision: Number of the decision; the usual one where it is empty, none where it is None.
        request_id: The request id; random where it is empty.
    """
    numbers = [one.person.id_number for one in items] if named is None else named
    decided = f"（2018）{court}执{serial}号之一" if decision == "" else decision
    notice = paper(court, "请协助边控", *numbers, decided or "")
    liberty = paper(court, "拘留决定书", *detained) if detained else b""
    documents = [(NOTICE, f"（2018）{court}执{serial}号之二", hashlib.sha256(notice).digest())]
    if decided:
        documents.append((DECISION, decided, bytes(32)))
    if liberty:
        documents.append((OTHER, f"（2018）{court}执{serial}号之三", hashlib.sha256(liberty).digest()))
    return control_pb2.FileControlsRequest(
        context=context(court, *documents, serial=serial, request_id=request_id),
        items=items,
        notice_pdf=notice,
        liberty_pdf=liberty,
    )


def lifting(
    *controls: control_pb2.BorderControl,
    court: str = DONGHU,
    serial: int = 1,
    named: Sequence[str] | None = None,
    persons: Sequence[case_pb2.Party] | None = None,
    request_id: str = "",
) -> control_pb2.LiftControlsRequest:
    """Makes a request to lift controls, whose notice names their persons unless it is said whom."""
    people = [control.person for control in controls] if persons is None else persons
    numbers = [person.id_number for person in people] if named is None else named
    notice = paper(court, "解除边控", *numbers)
    listed = (NOTICE, f"（2018）{court}执{serial}号之四", hashlib.sha256(notice).digest())
    return control_pb2.LiftControlsRequest(
        context=context(court, listed, serial=serial, request_id=request_id),
        persons=people,
        names=[control.name for control in controls],
        notice_pdf=notice,
    )


def listing(
    someone: Person, *, court: str = DONGHU, serial: int = 1, as_of: datetime | None = None
) -> control_pb2.ListControlsRequest:
    """Makes a request to list the controls of somebody."""
    request = control_pb2.ListControlsRequest(
        context=context(court, serial=serial, request_id=""), person=party(someone)
    )
    if as_of is not None:
        request.as_of_time.CopyFrom(stamp(as_of))
    return request


def stamp(at: datetime) -> Timestamp:
    """Writes an instant."""
    made = Timestamp()
    made.FromDatetime(at)
    return made
