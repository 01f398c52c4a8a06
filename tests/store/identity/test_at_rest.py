"""What the database says to those who have it and not the keys, and how keys are changed."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date

import pytest

from services.chassis.sealing import Keyring, SealError
from services.identity.domain import HouseholdType
from tests.store.identity.seen import everything, rows
from tests.unit.identity.people import household, lives, number, passport, person, photo, record

NAME = "司马静默·阿不都热合曼"
NUMBERS = (number(date(1987, 6, 5), 11), number(date(1987, 6, 5), 12))
HOME = household(
    1, number="918273645", address="静默路88号听雨小区7栋1203室", police_station="360721998877", division="360721"
)
PASSPORT = passport(date(2012, 1, 1), 76543210, authority="听雨县公安局出入境")
PHOTO = photo(fill=0xA7)
SOMEONE = person(4_711, born=date(1987, 6, 5), name=NAME, numbers=NUMBERS, photo=PHOTO[0])
RECORD = record(SOMEONE, lives(SOMEONE, "27", since=date(1999, 9, 9)), documents=(PASSPORT,))


async def find(registry, wanted):
    return (await registry.find((wanted,))).get(wanted)


@pytest.fixture
def filled(load, registry_url):
    load([RECORD], [HOME], [PHOTO])
    return registry_url


@pytest.mark.clause("R-5.1")
def test_nothing_personal_is_in_clear(filled):
    stored = everything(filled)
    assert len(stored) > len(PHOTO[1].jpeg)
    born = SOMEONE.birth_date
    for value in (
        NAME,
        *NAME.split("·"),
        *NUMBERS,
        *(n[6:14] for n in NUMBERS),
        str(born),
        str(born.toordinal()),
        HOME.number,
        HOME.address,
        "听雨",
        HOME.police_station,
        HOME.division,
        PASSPORT.number,
        PASSPORT.authority,
        "1999-09-09",
    ):
        for encoding in ("utf-8", "utf-16-le", "gb18030"):
            assert value.encode(encoding) not in stored, "a personal value is in clear"
    assert PHOTO[1].jpeg[:20] not in stored
    assert PHOTO[1].jpeg[-40:] not in stored


def test_numbers_cannot_be_found_out_by_trying(filled):
    stored = everything(filled)
    for value in NUMBERS:
        for algorithm in ("sha256", "sha1", "md5", "blake2b", "sha3_256"):
            digest = hashlib.new(algorithm, value.encode()).digest()
            assert digest[:16] not in stored
    assert hashlib.blake2b(NUMBERS[0].encode(), digest_size=32).digest() not in stored


def test_whose_a_photo_is_cannot_be_seen(filled):
    people = b"".join(bytes(value) for row in rows(filled, "persons") for value in row if isinstance(value, bytes))
    assert PHOTO[0] not in people
    assert PHOTO[0].hex().encode() not in people


def test_other_keys_index_and_seal_otherwise(load, filled, tmp_path):
    before = {row.digest for row in rows(filled, "numbers")}
    assert len(before) == 2
    other = Keyring.create(tmp_path / "other.json")
    with pytest.raises(SealError):
        load([RECORD], [HOME], [PHOTO], ring=other)
    assert {row.digest for row in rows(filled, "numbers")} == before


async def test_other_keys_find_nobody(filled, open_registry, tmp_path):
    registry = open_registry(Keyring.create(tmp_path / "other.json"))
    assert await find(registry, NUMBERS[0]) is None


async def test_after_a_rotation_old_and_new_records_open(filled, load, open_registry, keyring_file):
    rotated = Keyring.rotate(keyring_file)
    newcomer = person(2)
    load([record(newcomer)], ring=rotated)
    registry = open_registry(rotated)
    assert (await find(registry, NUMBERS[0])).person == SOMEONE
    opened = (await find(registry, newcomer.numbers[0])).open_household(1)
    assert {someone.person_id for someone, _ in opened.members} == {2, SOMEONE.person_id}
    assert await registry.photos({PHOTO[0]}) == dict([PHOTO])


async def test_loading_again_after_a_rotation_seals_anew_so_that_the_former_key_can_go(
    filled, load, open_registry, keyring_file
):
    rotated = Keyring.rotate(keyring_file)
    load([RECORD], [HOME], [PHOTO], ring=rotated)
    current = next(iter(rotated.sealing))
    alone = Keyring({current: rotated.sealing[current]}, rotated.indexing)
    registry = open_registry(alone)
    for wanted in NUMBERS:
        file = await find(registry, wanted)
        assert (file.person, file.open_documents()) == (SOMEONE, (PASSPORT,))
        assert file.open_household(1).household == HOME
    assert await registry.photos({PHOTO[0]}) == dict([PHOTO])


async def test_a_former_key_that_is_gone_opens_nothing(filled, open_registry, keyring):
    registry = open_registry(Keyring({9: secrets.token_bytes(32)}, keyring.indexing))
    with pytest.raises(SealError):
        await find(registry, NUMBERS[0])


async def test_after_a_new_index_key_both_generations_are_found(filled, load, open_registry, keyring):
    both = Keyring(keyring.sealing, {2: secrets.token_bytes(32), **keyring.indexing})
    newcomer = person(2)
    load([record(newcomer)], ring=both)
    registry = open_registry(both)
    assert (await find(registry, NUMBERS[1])).person == SOMEONE
    assert (await find(registry, newcomer.numbers[0])).person == newcomer
    corrected = record(SOMEONE, documents=())
    load([corrected], ring=both)
    assert len(rows(filled, "numbers")) == 3
    assert (await find(registry, NUMBERS[0])).open_documents() == ()


def test_the_kind_of_a_household_is_not_told_by_its_record(load, registry_url):
    load(households=[household(1), household(2, type=HouseholdType.COLLECTIVE)])
    assert len({len(row.record) for row in rows(registry_url, "households")}) == 1
