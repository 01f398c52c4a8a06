"""Vehicles: of the forms that registers let in, all different, and those whom stories name."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes.licences import LicenceNumber
from services.codes.plates import PREFECTURES, Plate
from services.codes.uscc import OrganisationCode, SocialCreditCode
from services.codes.vins import Vin
from services.synthetic import Province
from services.synthetic.catalogue import DEBTOR
from services.synthetic.garage import (
    COMPANY,
    COMPANY_NAME,
    FLEET,
    LARGE_FLEET,
    MOTORCYCLE,
    NEW_ENERGY_CAR,
    PLAIN_CAR,
    REPRESENTATIVE,
    SALE_DAY,
    scenario_vehicles,
    scenario_violations,
)
from services.synthetic.numbers import CAPACITY
from services.synthetic.plates import (
    NEW_ENERGY_SERIALS,
    SERIALS,
    TRAILER_SERIALS,
    make_vin,
    new_energy_plate,
    standard_plate,
    trailer_plate,
)
from services.vehicle.registry.domain import Debtor, Listed, answer, owner_key
from services.vehicle.registry.intake import check_vehicle

SCENARIO = {vehicle.vehicle_id: vehicle for vehicle in scenario_vehicles()}
PREFECTURE = st.sampled_from(sorted(set(PREFECTURES.values())))


@pytest.fixture(scope="module")
def vehicles(groups):
    return [vehicle for group in groups for vehicle in group.vehicles]


def test_the_register_lets_every_vehicle_in(vehicles):
    for vehicle in vehicles:
        check_vehicle(vehicle)


def test_keys_plates_and_vins_are_those_of_one_vehicle_each(vehicles):
    for told in (
        [v.vehicle_id for v in vehicles],
        [(v.plate, v.plate_type) for v in vehicles],
        [v.vin for v in vehicles],
    ):
        assert len(set(told)) == len(told)
    assert all(Vin(vehicle.vin).is_checked for vehicle in vehicles)


def test_there_is_about_one_for_three_people(vehicles, people):
    assert 2.5 < len(people) / len(vehicles) < 3.5


def test_kinds_colours_statuses_and_owners_are_those_of_real_registers(vehicles):
    kinds = Counter(vehicle.plate_type for vehicle in vehicles)
    assert set(kinds) == {"01", "02", "07", "15", "52"}
    assert kinds.most_common(1)[0][0] == "02"
    assert {len(vehicle.colours) for vehicle in vehicles} == {1, 2, 3}
    assert {letter for vehicle in vehicles for letter in vehicle.statuses} >= set("AGQEB")
    assert {vehicle.owner.certificate_type for vehicle in vehicles} == set("ABNP")
    assert any(vehicle.mortgagee for vehicle in vehicles)
    assert any(vehicle.transfers.accepted_at for vehicle in vehicles)


def test_people_own_what_is_theirs_under_their_name(vehicles, people):
    names = {record.person.numbers[0]: record.person.name for record in people if record.person.numbers}
    owned = [vehicle.owner for vehicle in vehicles if vehicle.owner.certificate_type == "A"]
    assert all(names[owner.certificate_number] == owner.name for owner in owned)


def test_plates_are_those_of_the_place_of_registration(vehicles):
    for vehicle in vehicles:
        assert Plate(vehicle.plate, vehicle.plate_type).prefecture == vehicle.division


def test_organisations_have_codes_whose_check_characters_are_right(vehicles):
    for vehicle in vehicles:
        if vehicle.owner.certificate_type == "N":
            SocialCreditCode.parse(vehicle.owner.certificate_number)
        if vehicle.owner.certificate_type == "B":
            OrganisationCode.parse(vehicle.owner.certificate_number)
        if vehicle.owner.certificate_type == "P":
            LicenceNumber.parse(vehicle.owner.certificate_number)


def test_a_smaller_province_has_the_beginning_of_a_larger_ones(groups):
    small = [group.vehicles for group in Province(2018).groups(2_000)]
    assert small == [group.vehicles for group in groups[: len(small)]]


def test_plates_suffice_for_every_family():
    assert 2 * CAPACITY <= SERIALS
    assert CAPACITY <= NEW_ENERGY_SERIALS
    assert CAPACITY // 4 <= TRAILER_SERIALS


@given(PREFECTURE, st.lists(st.integers(0, TRAILER_SERIALS - 1), unique=True, max_size=50))
def test_other_vehicles_have_other_plates_and_none_of_the_scenarios(prefecture, numbers):
    for make, kind in ((standard_plate, "02"), (new_energy_plate, "52"), (trailer_plate, "15")):
        made = [make(prefecture, number) for number in numbers]
        assert len(set(made)) == len(made)
        assert not {(plate, kind) for plate in made} & {(v.plate, v.plate_type) for v in SCENARIO.values()}
        for plate in made:
            assert Plate.parse(plate, plate_type=kind).prefecture == prefecture


@given(st.integers(0, 9_999_999), st.dates(date(2001, 1, 1), date(2030, 12, 31)))
def test_vins_are_right_and_tell_vehicles_apart(number, made):
    vin = Vin.parse(make_vin("K330", number, made=made))
    assert vin.is_checked
    assert vin.number.endswith(f"{number:07}")


def test_the_debtor_has_a_plain_car_a_new_energy_car_and_a_motorcycle_with_the_plain_ones_serial():
    plain, new_energy, motorcycle = (SCENARIO[key] for key in (PLAIN_CAR, NEW_ENERGY_CAR, MOTORCYCLE))
    assert {v.owner.certificate_number for v in (plain, new_energy, motorcycle)} == {DEBTOR}
    assert (plain.plate_type, new_energy.plate_type, motorcycle.plate_type) == ("02", "52", "07")
    assert plain.plate == motorcycle.plate
    assert plain.mortgagee


@pytest.mark.parametrize("number", [COMPANY, COMPANY[8:17]])
def test_the_company_has_its_fleet_under_both_codes_and_never_its_representatives_car(number):
    debtor = Debtor(COMPANY_NAME, number, is_person=False)
    found = [v for v in SCENARIO.values() if v.owner.key == debtor.key]
    told = answer(debtor, map(Listed, found))
    assert len(told.vehicles) == FLEET
    assert {v.vehicle.owner.certificate_type for v in told.vehicles} == {"N", "B"}
    own = owner_key(REPRESENTATIVE, is_organisation=False)
    assert sum(vehicle.owner.key == own for vehicle in SCENARIO.values()) == 1


def test_violations_are_of_vehicles_that_have_some_open(groups, vehicles):
    violations = [violation for group in groups for violation in group.violations]
    assert len({violation.record_id for violation in violations}) == len(violations)
    open_ones = {vehicle.vehicle_id for vehicle in vehicles if "G" in vehicle.statuses}
    assert {violation.vehicle_id for violation in violations} == open_ones
    registered = {vehicle.vehicle_id: vehicle.first_registered_on for vehicle in vehicles}
    assert all(violation.committed_on >= registered[violation.vehicle_id] for violation in violations)


def test_the_plain_car_has_violations_before_a_sale_and_since():
    days = [violation.committed_on for violation in scenario_violations() if violation.vehicle_id == PLAIN_CAR]
    assert sum(day < SALE_DAY for day in days) == 3
    assert sum(day >= SALE_DAY for day in days) == 2


def test_a_large_fleet_is_there_where_it_is_asked_for():
    large = next(Province(1, fleet=LARGE_FLEET).groups(1)).vehicles
    assert {vehicle.vehicle_id for vehicle in large} > SCENARIO.keys()
    assert sum(vehicle.owner.name == COMPANY_NAME for vehicle in large) == LARGE_FLEET
    assert len({(vehicle.plate, vehicle.plate_type) for vehicle in large}) == len(large)
    for vehicle in large:
        check_vehicle(vehicle)
