"""What the database says to those who have it and not the keys, and how keys are changed."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date

import pytest

from services.chassis.sealing import Keyring, SealError
from services.exit_restriction.registry.domain import Subject
from services.exit_restriction.registry.store import SubjectRows
from tests.store.seen import contents, everything
from tests.unit.exit_restriction.travellers import naming, number, passport, person, voided

BORN = date(1987, 6, 5)
SOMEONE = person(
    4_711,
    names=("司马静默·阿不都热合曼", "Sima Jingmo"),
    numbers=(number(11, BORN), number(12, BORN)),
    birth_date=BORN,
    documents=(passport(9_182_736), voided(9_182_737)),
)
STRANGER = naming(person(5, names=("欧阳听雨",), numbers=(number(13, BORN),)), document_numbers=("UTOL898902C3",))


@pytest.fixture
async def filled(load, exit_url, database, subjects):
    load(SOMEONE)
    await database.write(lambda connection: subjects.find_or_add(connection, STRANGER))
    return exit_url


async def test_nothing_personal_is_in_clear(filled):
    stored = everything(filled)
    values = (*SOMEONE.names, *SOMEONE.numbers, *SOMEONE.document_numbers, STRANGER.name, *STRANGER.numbers)
    for value in (*values, *STRANGER.document_numbers, "19870605", str(BORN), str(BORN.toordinal()), "9182736"):
        for encoding in ("utf-8", "utf-16-le", "gb18030"):
            assert value.encode(encoding) not in stored, "a personal value is in clear"


async def test_numbers_cannot_be_found_out_by_trying(filled):
    stored = everything(filled)
    for value in (*SOMEONE.numbers, *SOMEONE.document_numbers, *STRANGER.numbers):
        for algorithm in ("sha256", "sha1", "md5", "blake2b", "sha3_256"):
            assert hashlib.new(algorithm, value.encode()).digest()[:16] not in stored
        assert hashlib.blake2b(value.encode(), digest_size=32).digest() not in stored


async def test_other_keys_change_nothing_and_find_nobody(load, filled, database, tmp_path):
    before, other = contents(filled), Keyring.create(tmp_path / "other.json")
    with pytest.raises(SealError):
        load(SOMEONE, ring=other)
    assert contents(filled) == before
    assert await database.read(lambda c: SubjectRows(other).of_numbers(c, SOMEONE.numbers)) == {}


async def test_loading_again_after_a_rotation_seals_anew_so_that_the_former_key_can_go(
    load, exit_url, database, keyring_file, keyring
):
    load(SOMEONE)
    rotated = Keyring.rotate(keyring_file)
    load(SOMEONE, ring=rotated)
    current = next(iter(rotated.sealing))
    alone = SubjectRows(Keyring({current: rotated.sealing[current]}, rotated.indexing))
    found = await database.read(lambda c: alone.of_numbers(c, SOMEONE.numbers))
    assert found == dict.fromkeys(SOMEONE.numbers, (Subject.of(SOMEONE),))


async def test_after_a_new_index_key_both_generations_are_found(load, filled, database, keyring):
    both = Keyring(keyring.sealing, {2: secrets.token_bytes(32), **keyring.indexing})
    newcomer = person(2)
    load(newcomer, ring=both)
    rows = SubjectRows(both)
    wanted = (SOMEONE.numbers[0], newcomer.numbers[0])
    found = await database.read(lambda c: rows.of_numbers(c, wanted))
    assert found == {wanted[0]: (Subject.of(SOMEONE),), wanted[1]: (Subject.of(newcomer),)}
    again = await database.write(lambda c: rows.find_or_add(c, STRANGER))
    assert again.names == (STRANGER.name,)
    assert len(contents(filled, "subjects")["subjects"]) == 3
