"""A lookup as a judge makes it: whose vehicles are told, and how they are on the wire."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from services.chassis.call import Call, Peer
from services.chassis.policy import Contracts
from services.codes.vehicles import COLOURS, STATUSES
from services.vehicle.domain import Served, standing_at
from services.vehicle.registry import convert
from services.vehicle.registry.domain import Listed, Owner, Queued, Result
from services.vehicle.registry.server import VehicleRegistryServicer
from tests.unit.vehicle.cars import (
    LEGAL_REPRESENTATIVE,
    LICENCE,
    NOW,
    ORGANISATION,
    car,
    company,
    credit_code,
    person_owner,
    sole_trader,
)
from tests.unit.vehicle.fakes import MemoryRegistry
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import InvalidArgument
from xiezhi.vehicle.v1 import lookup_pb2, vehicle_pb2

METHOD = Contracts.load().method("/xiezhi.vehicle.v1.VehicleRegistryService/LookupVehicles")
NATURAL, LEGAL = case_pb2.PARTY_TYPE_NATURAL, case_pb2.PARTY_TYPE_LEGAL_PERSON
SOLE_TRADER = case_pb2.PARTY_TYPE_INDIVIDUAL_BUSINESS
CITIZEN = case_pb2.IDENTITY_NUMBER_TYPE_CITIZEN
CREDIT, CODE = case_pb2.IDENTITY_NUMBER_TYPE_SOCIAL_CREDIT_CODE, case_pb2.IDENTITY_NUMBER_TYPE_ORGANISATION_CODE
LICENCE_TYPE = case_pb2.IDENTITY_NUMBER_TYPE_BUSINESS_LICENCE
PERSON = (NATURAL, CITIZEN)
OTHER = "369901900000017"


def call(accepted_at=NOW):
    return Call(
        method=METHOD,
        received_at=accepted_at,
        trace_id=uuid.uuid4().hex,
        metadata={},
        peer=Peer("gateway", bytes(32)),
        accepted_at=accepted_at,
    )


async def look_up(registry, owner, kind=PERSON, *, name=None, number=None, accepted_at=NOW):
    party = case_pb2.Party(
        type=kind[0], id_type=kind[1], name=name or owner.name, id_number=number or owner.certificate_number
    )
    request = lookup_pb2.LookupVehiclesRequest(debtor=party)
    return [part async for part in VehicleRegistryServicer(registry).LookupVehicles(request, call(accepted_at))]


async def test_a_persons_vehicles_are_told_the_newest_first():
    old, new, others = car(1), car(2, first_registered_on=date(2017, 1, 1)), car(3, owner=company())
    (part,) = await look_up(MemoryRegistry(old, new, others), person_owner())
    assert (part.result, part.total, part.name_differs) == (Result.HIT, 2, False)
    assert [v.plate for v in part.vehicles] == [new.plate, old.plate]
    shown = part.vehicles[1]
    assert (shown.vin, shown.engine_number, shown.brand, shown.model) == (
        old.vin,
        old.engine_number,
        "测试牌",
        "TS7001",
    )
    assert (shown.owner.name, shown.owner.certificate_number) == (old.owner.name, old.owner.certificate_number)
    assert (shown.first_registration_date.year, shown.inspection_valid_to.day) == (2015, 31)
    assert list(shown.statuses) == [vehicle_pb2.VEHICLE_STATUS_NORMAL]
    assert part.classification == convert.CLASSIFICATION
    assert not shown.mortgagee
    assert not part.HasField("receipt")


async def test_nothing_on_file_is_an_answer():
    (part,) = await look_up(MemoryRegistry(), person_owner())
    assert (part.result, part.total, len(part.vehicles)) == (Result.NO_RECORD, 0, 0)


async def test_a_foreigner_who_is_known_by_passport_only_is_somebody_unknown():
    registry = MemoryRegistry(car(1), car(2, owner=Owner("周测试", "F", "123456789")))
    kind = (NATURAL, case_pb2.IDENTITY_NUMBER_TYPE_PASSPORT)
    (part,) = await look_up(registry, person_owner(), kind, number="GBR123456789")
    assert (part.result, part.total, len(part.vehicles)) == (Result.NO_RECORD, 0, 0)
    assert [key for key, _ in registry.asked] == ["person|GBR123456789"]


async def test_a_persons_name_that_does_not_match_discloses_nothing():
    (part,) = await look_up(MemoryRegistry(car()), person_owner(), name="别人")
    assert (part.result, part.total, len(part.vehicles)) == (Result.ROLLED_BACK, 0, 0)


async def test_a_person_who_was_registered_under_a_former_name_too_is_told_whole():
    registry = MemoryRegistry(car(1), car(2, owner=person_owner("周旧名")))
    (part,) = await look_up(registry, person_owner())
    assert (part.result, part.total, part.name_differs) == (Result.HIT, 2, False)


@pytest.mark.clause("R-1.4")
@pytest.mark.parametrize("kind", [LEGAL, case_pb2.PARTY_TYPE_OTHER_ORGANISATION, SOLE_TRADER])
async def test_an_organisation_is_found_by_either_of_its_codes(kind):
    under_both = (
        car(1, owner=company()),
        car(2, owner=company(code=ORGANISATION[8:17], kind="B")),
        car(3, owner=company(kind="P")),
    )
    registry = MemoryRegistry(*under_both, car(4, owner=company(code=credit_code(2))))
    for id_type, number in ((CREDIT, ORGANISATION), (CODE, f"{ORGANISATION[8:16]}-{ORGANISATION[16]}")):
        (part,) = await look_up(registry, company(), (kind, id_type), number=number)
        assert sorted(v.plate for v in part.vehicles) == [v.plate for v in under_both]


@pytest.mark.clause("R-1.4")
async def test_a_legal_representatives_own_cars_are_never_told():
    own = car(2, owner=person_owner("法人代表", LEGAL_REPRESENTATIVE))
    (part,) = await look_up(MemoryRegistry(car(1, owner=company()), own), company(), (LEGAL, CREDIT))
    assert [v.plate for v in part.vehicles] == [car(1).plate]


@pytest.mark.clause("R-1.4")
async def test_a_sole_trader_is_found_by_the_licence_and_by_nothing_else():
    own_card = car(2, owner=person_owner("货运部业主"))
    newer = car(3, owner=company("测试货运部", kind="P"))
    registry = MemoryRegistry(car(1, owner=sole_trader()), own_card, newer, car(4, owner=sole_trader(licence=OTHER)))
    (part,) = await look_up(registry, sole_trader(), (SOLE_TRADER, LICENCE_TYPE))
    assert (part.result, part.name_differs) == (Result.HIT, False)
    assert [v.plate for v in part.vehicles] == [car(1).plate]
    (part,) = await look_up(registry, newer.owner, (SOLE_TRADER, CREDIT))
    assert [v.plate for v in part.vehicles] == [newer.plate]
    (part,) = await look_up(registry, own_card.owner)
    assert [v.plate for v in part.vehicles] == [own_card.plate]


@pytest.mark.clause("R-1.4")
async def test_a_renamed_organisation_is_answered_with_a_warning():
    (part,) = await look_up(MemoryRegistry(car(1, owner=company())), company(), (LEGAL, CREDIT), name="新名有限公司")
    assert (part.result, part.name_differs) == (Result.HIT, True)


@pytest.mark.clause("R-1.4")
@pytest.mark.parametrize("count", [100, 101, 1_200])
async def test_a_large_fleet_comes_in_parts_of_a_hundred(count):
    registry = MemoryRegistry(*(car(i, owner=company()) for i in range(1, count + 1)))
    parts = await look_up(registry, company(), (LEGAL, CREDIT))
    assert len(parts) == -(-count // 100)
    assert sum(len(part.vehicles) for part in parts) == count
    assert {(part.result, part.total, part.as_of_date.day) for part in parts} == {(Result.HIT, count, 3)}


@pytest.mark.parametrize(
    ("accepted_at", "day"),
    [(datetime(2018, 8, 2, 15, 59, 59, tzinfo=UTC), 2), (datetime(2018, 8, 2, 16, 0, tzinfo=UTC), 3)],
)
async def test_the_answer_is_of_the_moment_at_which_it_was_accepted(accepted_at, day):
    registry = MemoryRegistry(car())
    (part,) = await look_up(registry, person_owner(), accepted_at=accepted_at)
    assert part.as_of_date.day == day
    assert registry.asked == [(person_owner().key, accepted_at)]


async def test_the_queue_is_shown_without_dates_of_those_that_wait_and_seized_follows_from_it():
    facts = [Served(str(n), f"赣010{n}", "（2018）赣0102执1号", NOW, n, last_day=date(2019, 1, 1)) for n in (1, 2)]
    queue = tuple(Queued(s, f"裁{n}号") for n, s in enumerate(standing_at(facts, NOW), 1))
    registry = MemoryRegistry(car(mortgagee="测试银行", statuses=frozenset("G")), queues={1: queue})
    (part,) = await look_up(registry, person_owner())
    (shown,) = part.vehicles
    first, second = shown.seizures
    assert (first.queue_position, first.court_code, first.document_number) == (0, "赣0101", "裁1号")
    assert (first.effective_date.day, first.last_date.year) == (3, 2019)
    assert (second.queue_position, second.court_code) == (1, "赣0102")
    assert not second.HasField("effective_date")
    assert not second.HasField("last_date")
    assert list(shown.statuses) == [vehicle_pb2.VEHICLE_STATUS_VIOLATIONS_OPEN, vehicle_pb2.VEHICLE_STATUS_SEIZED]
    assert shown.mortgagee == "测试银行"


@pytest.mark.clause("R-1.5")
@pytest.mark.parametrize(
    ("colours", "shown"),
    [
        (("A",), [vehicle_pb2.COLOUR_WHITE]),
        (("J", "E", "Z"), [vehicle_pb2.COLOUR_BLACK, vehicle_pb2.COLOUR_RED, vehicle_pb2.COLOUR_OTHER]),
        ((), [vehicle_pb2.COLOUR_OTHER]),
    ],
)
async def test_a_vehicle_always_has_a_colour_the_main_one_first(colours, shown):
    (part,) = await look_up(MemoryRegistry(car(colours=colours)), person_owner())
    assert list(part.vehicles[0].colours) == shown


def test_seized_replaces_normal():
    facts = [Served("1", "赣0102", "（2018）赣0102执1号", NOW, 1)]
    listed = Listed(car(), tuple(Queued(s, "") for s in standing_at(facts, NOW)))
    assert listed.statuses == {"K"}
    waiting = standing_at([*facts, Served("2", "赣01", "（2018）赣01执1号", NOW + timedelta(1), 2)], NOW)[1:]
    assert Listed(car(), tuple(Queued(s, "") for s in waiting)).statuses == {"A"}


@pytest.mark.parametrize("status", ["B", "E", "F"])
async def test_vehicles_that_are_no_more_on_the_register_are_flagged(status):
    (part,) = await look_up(MemoryRegistry(car(statuses=frozenset(status))), person_owner())
    assert list(part.vehicles[0].statuses) == [convert.STATUSES[status]]


@pytest.mark.parametrize(
    ("kind", "changed", "field"),
    [
        ((NATURAL, CREDIT), {}, "debtor.id_type"),
        ((LEGAL, CITIZEN), {}, "debtor.id_type"),
        (PERSON, {"name": "  "}, "debtor.name"),
        (PERSON, {"name": "长" * 51}, "debtor.name"),
        (PERSON, {"number": "369901198001150012"}, "debtor.id_number"),
        (PERSON, {"number": LICENCE}, "debtor.id_number"),
        ((NATURAL, LICENCE_TYPE), {"number": LICENCE}, "debtor.id_type"),
        ((LEGAL, LICENCE_TYPE), {"number": LICENCE}, "debtor.id_type"),
        ((SOLE_TRADER, CREDIT), {"number": LICENCE}, "debtor.id_number"),
        ((SOLE_TRADER, LICENCE_TYPE), {"number": LICENCE[:-1] + "8"}, "debtor.id_number"),
    ],
)
async def test_a_debtor_who_cannot_be_one_is_refused_before_the_register_is_asked(kind, changed, field):
    registry = MemoryRegistry(car())
    with pytest.raises(InvalidArgument) as refused:
        await look_up(registry, person_owner(), kind, **changed)
    assert [v.field for v in refused.value.violations] == [field]
    assert not registry.asked


def test_every_letter_of_the_tables_is_on_the_wire():
    assert set(convert.COLOURS) == set(COLOURS)
    assert set(convert.STATUSES) == set(STATUSES)
    assert set(convert.COLOURS.values()) == set(vehicle_pb2.Colour.values()) - {0}
    assert set(convert.STATUSES.values()) == set(vehicle_pb2.VehicleStatus.values()) - {0}
    assert convert.COLOURS["Z"] == vehicle_pb2.COLOUR_OTHER
    assert convert.STATUSES["K"] == vehicle_pb2.VEHICLE_STATUS_SEIZED
    assert convert.STATUSES["Q"] == vehicle_pb2.VEHICLE_STATUS_INSPECTION_OVERDUE
