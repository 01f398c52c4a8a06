"""Between orders and messages: the values of the contract, and what cannot be read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from services.codes.plates import Plate
from services.codes.vins import Vin
from services.filing.domain import Contact, DocumentKind
from services.vehicle.domain import (
    ClearingOutcome,
    Disposed,
    Extended,
    Lifted,
    SeizureOrder,
    SeizureState,
    Served,
    Withdrawn,
)
from services.vehicle.registry.domain import Result
from services.vehicle.seizures import convert
from services.vehicle.seizures.domain import SeizureNote, SeizureRecord, VehicleFile
from tests.unit.vehicle.cars import NOW, car, person_owner
from tests.unit.vehicle.orders import call, key_of, registration
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import InvalidArgument, Reason
from xiezhi.vehicle.v1 import lookup_pb2, seizure_pb2, violation_pb2


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (SeizureState, seizure_pb2.SeizureState),
        (SeizureNote, seizure_pb2.SeizureNote),
        (ClearingOutcome, violation_pb2.ClearingOutcome),
        (Result, lookup_pb2.VehicleResult),
    ],
)
def test_enumerations_are_those_of_the_contract(ours, theirs):
    names = {name: value for name, value in theirs.items() if value}
    assert set(names.values()) == {member.value for member in ours}
    assert all(any(name.endswith(member.name) for name in names) for member in ours)


def filing():
    request = registration(car())
    return convert.read_filing(request, call(request), ruling=DocumentKind.SEIZURE_RULING)


def test_a_filing_says_what_the_request_says():
    read = filing()
    assert (read.author.court_code, read.author.case_number) == ("赣0102", "（2018）赣0102执1号")
    assert read.subject_key == person_owner().key
    assert read.handler == Contact("李承办", "0791-86001234")
    assert [p.kind for p in read.papers] == [DocumentKind.SEIZURE_RULING, DocumentKind.ASSISTANCE_NOTICE]
    assert read.key.method == "/xiezhi.vehicle.v1.SeizureService/RegisterSeizure"


def test_vehicles_are_read_one_by_one():
    keys = [
        key_of(car(), plate="赣a·00001"),
        key_of(car(), vin=""),
        key_of(car(), plate="赣AO0001"),
        key_of(car(), plate_type="52"),
        key_of(car(), vin="LTSTO0000J0000001"),
    ]
    read = list(convert.read_orders(keys, filing(), convert.read_term(registration())))
    assert [isinstance(order, SeizureOrder) for order in read] == [True, True, False, False, False]
    assert read[0].plate == Plate(car().plate, "02")
    assert read[1].vin is None
    assert set(read[2:]) == {Reason.FIELDS_INVALID}
    assert convert.sought_of(read) == (car().plate, car().vin)


@pytest.mark.parametrize(
    ("kind", "number", "is_organisation"),
    [
        (case_pb2.IDENTITY_NUMBER_TYPE_CITIZEN, "36990119800115002X", False),
        (case_pb2.IDENTITY_NUMBER_TYPE_FOREIGN_PERMANENT_RESIDENT, "936840189001010017", False),
        (case_pb2.IDENTITY_NUMBER_TYPE_PASSPORT, "GBR123456789", False),
        (case_pb2.IDENTITY_NUMBER_TYPE_SOCIAL_CREDIT_CODE, "91360100MA35TRT701", True),
        (case_pb2.IDENTITY_NUMBER_TYPE_ORGANISATION_CODE, "MA35TRT70", True),
        (case_pb2.IDENTITY_NUMBER_TYPE_BUSINESS_LICENCE, "369901600000007", True),
    ],
)
def test_a_buyer_has_any_kind_of_number(kind, number, is_organisation):
    bought = seizure_pb2.Buyer(name=" 买受人 ", id_type=kind, id_number=number)
    read = convert.read_buyer(bought, field="buyer", on=NOW.date())
    assert (read.name, read.number, read.is_organisation) == ("买受人", number, is_organisation)


def test_no_term_is_the_longest():
    assert convert.read_term(registration()).months == 24
    assert convert.read_term(registration(months=3, last_day=date(2018, 10, 1))).last_day == date(2018, 10, 1)
    wrong = registration(last_day=date(2018, 10, 1))
    wrong.last_date.day = 32
    with pytest.raises(InvalidArgument):
        convert.read_term(wrong)


def record(serial=1):
    served = Served(f"{serial}", "赣0102", "（2018）赣0102执1号", NOW, serial)
    return SeizureRecord(served, 1, Plate(car().plate, "02"), Vin(car().vin), "裁1号", "person|1", Contact("李", "1"))


LATER = NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("later", "state", "position", "dates"),
    [
        ((), SeizureState.EFFECTIVE, 0, (NOW, datetime(2020, 8, 3, 16, tzinfo=UTC), 3)),
        ((Extended("1", LATER, 2),), SeizureState.EFFECTIVE, 0, (NOW, datetime(2020, 10, 3, 16, tzinfo=UTC), 3)),
        ((Lifted("1", LATER),), SeizureState.LIFTED, 0, (NOW, LATER, 3)),
        ((Disposed("1", LATER),), SeizureState.EXTINGUISHED, 0, (NOW, LATER, 3)),
    ],
)
def test_a_seizure_is_shown_with_what_counts_in_its_state(later, state, position, dates):
    message = seizure_pb2.Seizure()
    convert.write_seizure(message, VehicleFile(car(), {"1": record()}, later).shown("1", LATER))
    assert (message.state, message.queue_position) == (state, position)
    shown = message.effective_time.ToDatetime(UTC), message.end_time.ToDatetime(UTC), message.last_date.day
    assert shown == dates


@pytest.mark.parametrize(
    ("later", "state", "position"),
    [((), SeizureState.WAITING, 1), ((Withdrawn("2", LATER),), SeizureState.WITHDRAWN, 0)],
)
def test_one_that_never_took_effect_has_no_term(later, state, position):
    message = seizure_pb2.Seizure()
    convert.write_seizure(message, VehicleFile(car(), {"1": record(), "2": record(2)}, later).shown("2", LATER))
    assert (message.state, message.queue_position) == (state, position)
    assert not message.HasField("effective_time")
    assert not message.HasField("last_date")
    assert message.HasField("end_time") == (state is SeizureState.WITHDRAWN)
