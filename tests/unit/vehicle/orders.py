"""Orders of courts about vehicles for the tests."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from datetime import date, datetime

from google.type import date_pb2

from services.chassis.call import Call
from services.vehicle.registry.domain import Owner, Vehicle
from tests.unit.calls import make_call
from tests.unit.filing.papers import paper
from tests.unit.vehicle.cars import NOW, car, person_owner
from xiezhi.common.v1 import case_pb2
from xiezhi.vehicle.v1 import seizure_pb2, vehicle_pb2

SERVICE = "/xiezhi.vehicle.v1.SeizureService"
DONGHU, NANCHANG = "赣0102", "赣01"
RULING, NOTICE = case_pb2.DOCUMENT_KIND_SEIZURE_RULING, case_pb2.DOCUMENT_KIND_ASSISTANCE_NOTICE
LIFTING, ENFORCEMENT = case_pb2.DOCUMENT_KIND_LIFTING_RULING, case_pb2.DOCUMENT_KIND_ENFORCEMENT_RULING

CARS = tuple(car(serial).plate for serial in range(1, 3))
"""Plates of the cars that most tests are about."""


def key_of(vehicle: Vehicle, **changed: str) -> vehicle_pb2.VehicleKey:
    """Names a vehicle as a court does."""
    values = {"plate": vehicle.plate, "plate_type": vehicle.plate_type, "vin": vehicle.vin}
    return vehicle_pb2.VehicleKey(**(values | changed))


def party(owner: Owner | None = None) -> case_pb2.Party:
    """Makes the debtor of an owner."""
    owner = owner or person_owner()
    is_person = owner.certificate_type == "A"
    return case_pb2.Party(
        type=case_pb2.PARTY_TYPE_NATURAL if is_person else case_pb2.PARTY_TYPE_LEGAL_PERSON,
        id_type=case_pb2.IDENTITY_NUMBER_TYPE_CITIZEN
        if is_person
        else case_pb2.IDENTITY_NUMBER_TYPE_SOCIAL_CREDIT_CODE,
        name=owner.name,
        id_number=owner.certificate_number,
    )


def context(court: str, *documents: tuple[int, bytes], serial: int = 1, request_id: str = "") -> case_pb2.CaseContext:
    """Makes the context of a case, with the documents listed."""
    return case_pb2.CaseContext(
        request_id=request_id or str(uuid.uuid4()),
        court_code=court,
        case_number=f"(2018){court}执{serial}号",
        handler=case_pb2.Handler(officer_id="J001", name="李承办", phone="0791-86001234"),
        documents=[
            case_pb2.LegalDocument(
                kind=kind,  # type: ignore[arg-type]
                document_number=f"（2018）{court}执{serial}号之{'一二三四五六七八'[kind - 1]}",
                issuing_court=court,
                sha256=hashlib.sha256(pdf).digest(),
            )
            for kind, pdf in documents
        ],
        channel=case_pb2.CHANNEL_PLATFORM,
    )


def registration(
    *vehicles: Vehicle,
    court: str = DONGHU,
    serial: int = 1,
    owner: Owner | None = None,
    keys: Sequence[vehicle_pb2.VehicleKey] = (),
    named: Sequence[str] = (),
    request_id: str = "",
    months: int = 0,
    last_day: date | None = None,
) -> seizure_pb2.RegisterSeizureRequest:
    """Makes a request to seize vehicles, whose ruling names their plates and what is given beside."""
    ruling = paper(court, *(v.plate for v in vehicles), *named)
    notice = paper(court, "请协助查封")
    return seizure_pb2.RegisterSeizureRequest(
        context=context(court, (RULING, ruling), (NOTICE, notice), serial=serial, request_id=request_id),
        debtor=party(owner),
        vehicles=[*map(key_of, vehicles), *keys],
        term_months=months,
        last_date=last_day and day(last_day),
        ruling_pdf=ruling,
        notice_pdf=notice,
    )


def change(
    kind,
    ruling: int | None,
    *,
    court: str = DONGHU,
    serial: int = 1,
    request_id: str = "",
    named: Sequence[str] = CARS,
    **fields: object,
):
    """Makes a request to change seizures, whose first paper names what is given."""
    if ruling is None:
        papers = [(NOTICE, paper(court, "请协助执行", str(uuid.uuid4()), *named))]
    else:
        papers = [
            (ruling, paper(court, "裁定如下", str(uuid.uuid4()), *named)),
            (NOTICE, paper(court, "请协助执行", str(uuid.uuid4()))),
        ]
        fields["ruling_pdf"] = papers[0][1]
    fields.setdefault("debtor", party())
    return kind(
        context=context(court, *papers, serial=serial, request_id=request_id), notice_pdf=papers[-1][1], **fields
    )


def extension(name: str, *, months: int = 0, last_day: date | None = None, **case: object):
    """Makes a request to extend a seizure."""
    last = last_day and day(last_day)
    return change(seizure_pb2.ExtendSeizureRequest, RULING, name=name, term_months=months, last_date=last, **case)


def lifting(*names: str, **case: object):
    """Makes a request to lift seizures."""
    return change(seizure_pb2.LiftSeizureRequest, LIFTING, names=names, **case)


def withdrawal(name: str, **case: object):
    """Makes a request to withdraw a seizure."""
    return change(seizure_pb2.WithdrawSeizureRequest, None, name=name, **case)


def disposal(name: str, *, buyer: Owner, sold_on: date, named: Sequence[str] = CARS, **case: object):
    """Makes a request to note a sale, whose ruling names the buyer beside what is given."""
    case["named"] = [*named, buyer.name]
    bought = seizure_pb2.Buyer(
        name=buyer.name, id_type=case_pb2.IDENTITY_NUMBER_TYPE_CITIZEN, id_number=buyer.certificate_number
    )
    return change(
        seizure_pb2.RecordDisposalRequest, ENFORCEMENT, name=name, buyer=bought, sale_date=day(sold_on), **case
    )


def day(value: date) -> date_pb2.Date:
    """Makes the message of a date."""
    return date_pb2.Date(year=value.year, month=value.month, day=value.day)


def call(
    request,
    *,
    at: datetime = NOW,
    officer: str = "J001",
    organisation: str = DONGHU,
    service: str = SERVICE,
    permissions: frozenset[str] = frozenset(),
    system: bytes = bytes(32),
    liaison: bool = True,
) -> Call:
    """Makes the call of a request, from the system with a certificate."""
    return make_call(
        request,
        service,
        at=at,
        officer=officer,
        organisation=organisation,
        permissions=permissions,
        system=system,
        liaison=liaison,
    )
