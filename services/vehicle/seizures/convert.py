"""Between orders of courts and the contract's messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import TypeAlias

from services.chassis.call import Call
from services.codes.errors import CodeError
from services.codes.legal_time import legal_date
from services.codes.numbers import PERSON_NUMBERS, NumberType
from services.codes.plates import Plate
from services.codes.vins import Vin
from services.filing import convert as filing_convert
from services.filing.convert import invalid, read_date, read_identity, write_date
from services.filing.domain import DocumentKind, Filing, Paper
from services.vehicle.convert import read_debtor
from services.vehicle.domain import MAX_TERM_MONTHS, SeizureOrder, SeizureState, Term
from services.vehicle.seizures.domain import RULING, Buyer, Outcome, Shown
from xiezhi.errors import Reason
from xiezhi.vehicle.v1 import seizure_pb2, vehicle_pb2

Order: TypeAlias = (
    seizure_pb2.RegisterSeizureRequest
    | seizure_pb2.ExtendSeizureRequest
    | seizure_pb2.LiftSeizureRequest
    | seizure_pb2.WithdrawSeizureRequest
    | seizure_pb2.RecordDisposalRequest
)
"""What a court orders."""

_NAME = "seizures/"
_NOTICE = DocumentKind.ASSISTANCE_NOTICE


def read_filing(request: Order, call: Call, *, ruling: DocumentKind | None) -> Filing:
    """Reads what every order brings along.

    Args:
        request: The order.
        call: The call.
        ruling: What its ruling must be; None where it needs none.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    papers = [Paper(_NOTICE, request.notice_pdf)]
    if ruling is not None and not isinstance(request, seizure_pb2.WithdrawSeizureRequest):
        papers.insert(RULING, Paper(ruling, request.ruling_pdf))
    filing = filing_convert.read_filing(request.context, call, papers=papers)
    return replace(filing, subject_key=read_debtor(request.debtor, on=legal_date(call.accepted_at)).key)


def read_term(request: seizure_pb2.RegisterSeizureRequest | seizure_pb2.ExtendSeizureRequest) -> Term:
    """Reads a term.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    last_day = read_date(request.last_date, field="last_date") if request.HasField("last_date") else None
    return Term(request.term_months or MAX_TERM_MONTHS, last_day)


def read_orders(keys: Iterable[vehicle_pb2.VehicleKey], filing: Filing, term: Term) -> Iterator[SeizureOrder | Reason]:
    """Reads what is ordered for each vehicle; one that cannot be read does not stop the others."""
    for key in keys:
        try:
            plate, vin = Plate.parse(key.plate, plate_type=key.plate_type), Vin.parse(key.vin) if key.vin else None
        except CodeError:
            yield Reason.FIELDS_INVALID
        else:
            yield SeizureOrder(filing.author, plate, vin, frozenset({filing.subject_key}), term)


def sought_of(orders: Iterable[SeizureOrder | Reason]) -> tuple[str, ...]:
    """Returns the plates and VINs, one of which a ruling must mention for each vehicle."""
    return tuple(dict.fromkeys(name for order in orders if isinstance(order, SeizureOrder) for name in order.names))


def read_sale_date(request: seizure_pb2.RecordDisposalRequest, *, today: date) -> date:
    """Reads on which day a vehicle was sold.

    Args:
        request: The order.
        today: Legal date of today.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    sold_on = read_date(request.sale_date, field="sale_date")
    if sold_on > today:
        raise invalid("sale_date", "it is to come")
    return sold_on


def read_buyer(message: seizure_pb2.Buyer, *, field: str, on: date) -> Buyer:
    """Reads a buyer.

    Args:
        message: The buyer.
        field: Path of the field, for the error.
        on: Date after which nobody can have been born.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    if not message.name.strip():
        raise invalid(f"{field}.name", "it is blank")
    kind = NumberType(message.id_type)
    number = read_identity(kind, message.id_number, field=f"{field}.id_number", on=on)
    return Buyer(message.name.strip(), number, kind not in PERSON_NUMBERS)


def read_name(name: str) -> str:
    """Returns the key of a seizure by its name, whose form the contract checks."""
    return name.removeprefix(_NAME)


def write_seizure(message: seizure_pb2.Seizure, shown: Shown) -> None:
    """Writes a seizure into an empty message."""
    record, standing, served = shown.record, shown.standing, shown.record.served
    message.name = _NAME + record.seizure_id
    message.plate, message.plate_type, message.vin = record.plate.number, record.plate.type, record.vin.number
    message.court_code, message.case_number = served.court_code, served.case_number
    message.ruling_number = record.ruling_number
    message.serve_time.FromDatetime(served.at)
    message.state = standing.state  # type: ignore[assignment]
    message.queue_position = standing.place or 0
    if standing.state is SeizureState.WAITING:
        return
    if standing.effective_from is not None:
        message.effective_time.FromDatetime(standing.effective_from)
    if (end := standing.ended_at or standing.ends_at) is not None:
        message.end_time.FromDatetime(end)
    if standing.last_day is not None:
        write_date(message.last_date, standing.last_day)


def write_outcome(message: seizure_pb2.SeizureOutcome, index: int, outcome: Outcome) -> None:
    """Writes what became of a vehicle into an empty message."""
    message.index = index
    if outcome.seizure is not None:
        write_seizure(message.seizure, outcome.seizure)
    if outcome.refused is not None:
        message.refused_reason = outcome.refused
    message.notes.extend(outcome.notes)  # type: ignore[arg-type]
