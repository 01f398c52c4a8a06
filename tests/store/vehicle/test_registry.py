"""The register in SQL: how records come in, are found and are replaced, and what a thief of the database sees."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, text

from services.chassis.sealing import Keyring, SealError
from services.vehicle.loader import VehicleLoader
from services.vehicle.registry.domain import Debtor
from services.vehicle.registry.intake import IntakeError
from services.vehicle.registry.store import RegistryDamage
from tests.store.seen import contents, everything, rows
from tests.unit.vehicle.cars import LICENCE, NOW, ORGANISATION, car, company, numbered, person_owner, sole_trader

TABLES = ("vehicles", "vehicle_numbers", "vehicle_owners")


async def found(registry, owner):
    return sorted((listed.vehicle for listed in await registry.fleet(owner.key, at=NOW)), key=lambda v: v.vehicle_id)


async def test_vehicles_are_found_by_their_owners_only(load, open_registry):
    own, theirs, old = car(1), car(2, owner=company()), car(3, owner=company(code=ORGANISATION[8:17], kind="B"))
    assert load(own, theirs, old) == 3
    registry = open_registry()
    assert await found(registry, own.owner) == [own]
    assert await found(registry, theirs.owner) == [theirs, old]
    assert await found(registry, person_owner(number="369901198001150020")) == []


async def test_a_sole_traders_vehicles_are_found_by_the_licence(load, open_registry):
    under_licence, own_card = car(1, owner=sole_trader()), car(2, owner=person_owner())
    load(under_licence, own_card, car(3, owner=company()))
    registry = open_registry()
    assert await found(registry, Debtor("别名货运部", LICENCE, is_person=False)) == [under_licence]
    assert await found(registry, Debtor("货运部业主", LICENCE, is_person=True)) == []
    assert await found(registry, own_card.owner) == [own_card]


async def test_a_fleet_of_1200_is_read_whole(load, open_registry):
    fleet = [car(i, owner=company()) for i in range(1, 1_201)]
    load(*fleet, car(2_000))
    assert await found(open_registry(), company()) == fleet


def test_the_same_again_changes_nothing(load, vehicle_url):
    fleet = [numbered(i) for i in range(600)]
    assert load(*fleet) == 600
    before = contents(vehicle_url, *TABLES)
    assert len(before["vehicle_numbers"]) == 1_200
    assert load(*fleet) == 600
    assert contents(vehicle_url, *TABLES) == before
    assert load() == 600


async def test_a_corrected_record_replaces_the_one_before(load, open_registry, vehicle_url):
    load(car(1))
    sold = car(1, plate="赣B99999", owner=company(), colours=("E", "J"))
    load(sold, car(2, plate=car(1).plate))
    registry = open_registry()
    assert await found(registry, sold.owner) == [sold]
    assert [v.vehicle_id for v in await found(registry, car(1).owner)] == [2]
    assert len(rows(vehicle_url, "vehicle_numbers")) == 4


def test_one_serial_exists_under_several_types(load):
    assert load(car(1), car(2, plate=car(1).plate, plate_type="01")) == 2


def test_a_plate_of_a_deregistered_vehicle_may_be_given_to_another(load):
    load(car(1))
    assert load(car(1, statuses=frozenset("E")), car(2, plate=car(1).plate)) == 2


@pytest.mark.parametrize("changed", [{"plate": car(1).plate}, {"vin": car(1).vin}, {"colours": ("X",)}])
def test_what_may_not_come_in_takes_the_whole_call_with_it(load, vehicle_url, changed):
    load(car(1))
    before = contents(vehicle_url, *TABLES)
    with pytest.raises(IntakeError) as refused:
        load(car(5), car(6, **changed))
    assert contents(vehicle_url, *TABLES) == before
    assert car(1).plate not in str(refused.value)
    assert car(1).vin not in str(refused.value)


def test_a_loader_is_entered_first(vehicle_url, keyring):
    loader = VehicleLoader(vehicle_url, keyring=keyring)
    with pytest.raises(RuntimeError):
        loader.add([car()])
    with pytest.raises(RuntimeError):
        loader.count()


SECRET = car(
    4_711,
    plate="赣L7Q7Z9",
    engine_number="ENG9918273",
    brand="听雨牌",
    owner=person_owner("司马静默·阿不都热合曼"),
    mortgagee="静默银行听雨支行",
    division="360681",
)


def test_nothing_personal_is_in_clear(load, vehicle_url):
    load(SECRET)
    stored = everything(vehicle_url)
    owner = SECRET.owner
    for value in (
        SECRET.plate,
        SECRET.plate[1:],
        SECRET.vin,
        SECRET.engine_number,
        SECRET.brand,
        SECRET.mortgagee,
        SECRET.division,
        owner.name,
        *owner.name.split("·"),
        owner.certificate_number,
        owner.certificate_number[6:14],
        str(SECRET.first_registered_on),
        str(SECRET.first_registered_on.toordinal()),
    ):
        for encoding in ("utf-8", "utf-16-le", "gb18030"):
            assert value.encode(encoding) not in stored, "a personal value is in clear"


def test_numbers_cannot_be_found_out_by_trying(load, vehicle_url):
    load(SECRET)
    stored = everything(vehicle_url)
    for value in (SECRET.plate, f"{SECRET.plate}|02", SECRET.vin, SECRET.owner.certificate_number, SECRET.owner.key):
        for algorithm in ("sha256", "sha1", "md5", "blake2b", "sha3_256"):
            assert hashlib.new(algorithm, value.encode()).digest()[:16] not in stored
        assert hashlib.blake2b(value.encode(), digest_size=32).digest() not in stored


async def test_other_keys_find_nobody_and_open_nothing(load, open_registry, tmp_path, keyring):
    load(SECRET)
    other = Keyring.create(tmp_path / "other.json")
    assert await found(open_registry(other), SECRET.owner) == []
    with pytest.raises(SealError):
        await found(open_registry(Keyring({9: secrets.token_bytes(32)}, keyring.indexing)), SECRET.owner)


async def test_after_a_rotation_loading_again_seals_anew_so_that_the_former_key_can_go(
    load, open_registry, keyring_file
):
    load(SECRET)
    rotated = Keyring.rotate(keyring_file)
    assert await found(open_registry(rotated), SECRET.owner) == [SECRET]
    load(SECRET, ring=rotated)
    current = next(iter(rotated.sealing))
    alone = Keyring({current: rotated.sealing[current]}, rotated.indexing)
    assert await found(open_registry(alone), SECRET.owner) == [SECRET]


async def test_after_a_new_index_key_both_generations_are_found(load, open_registry, keyring, vehicle_url):
    load(car(1))
    both = Keyring(keyring.sealing, {2: secrets.token_bytes(32), **keyring.indexing})
    load(car(2), ring=both)
    assert await found(open_registry(both), person_owner()) == [car(1), car(2)]
    corrected = replace(car(1), colours=("B",))
    load(corrected, ring=both)
    assert len(rows(vehicle_url, "vehicle_numbers")) == 4
    assert await found(open_registry(both), person_owner()) == [corrected, car(2)]


async def test_a_way_that_was_bent_discloses_nothing(load, open_registry, vehicle_url):
    load(car(1), car(2, owner=company()))
    engine = create_engine(vehicle_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE vehicle_owners SET vehicle_id = 3 - vehicle_id"))
    engine.dispose()
    with pytest.raises(RegistryDamage):
        await found(open_registry(), person_owner())


def test_a_loader_goes_on_after_it_has_counted(vehicle_url, keyring):
    with VehicleLoader(vehicle_url, keyring=keyring) as loader:
        for n in range(1, 4):
            loader.add([car(n)])
            assert loader.count() == n
