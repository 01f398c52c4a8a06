"""Whoever a court names hangs on one row that can be locked, whether the register has them or not."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import create_engine, update

from services.chassis.db import Database
from services.exit_restriction.registry.domain import Named, Subject
from services.exit_restriction.registry.store import RegistryDamage, SubjectRows
from services.exit_restriction.registry.tables import NUMBERS
from tests.store.seen import rows
from tests.unit.exit_restriction.travellers import naming, number, passport, person

PASSPORT = "UTOL898902C3"


@pytest.fixture
def name(database, subjects):
    """Finds whoever a court names, or adds them."""

    async def name(named: Named) -> Subject:
        return await database.write(lambda connection: subjects.find_or_add(connection, named))

    return name


async def test_a_person_of_the_register_is_found(load, name):
    someone = person()
    load(someone, person(2))
    assert await name(naming(someone)) == Subject.of(someone)


async def test_a_stranger_gets_a_row_and_is_found_again(name, database, subjects, exit_url):
    named = naming(person(), document_numbers=("EX0000009",))
    made = await name(named)
    assert not made.is_on_file
    assert (made.names, made.numbers, made.document_numbers) == ((named.name,), named.numbers, ("EX0000009",))
    assert await name(named) == made
    assert await name(naming(person())) == made
    assert len(rows(exit_url, "subjects")) == 1
    found = await database.read(lambda connection: subjects.of_documents(connection, ["EX0000009"]))
    assert found == {"EX0000009": (made,)}


async def test_one_number_in_common_is_enough_with_the_same_name(name):
    made = await name(Named("某人", (number(1), number(3))))
    assert await name(Named("某人", (number(3),))) == made


async def test_another_name_is_somebody_else(load, name):
    someone = person()
    load(someone)
    other = await name(naming(someone, name="别人"))
    assert not other.is_on_file
    assert await name(naming(someone)) == Subject.of(someone)


async def test_the_name_tells_apart_who_have_one_number(load, name):
    one, two = person(1), person(2, numbers=person(1).numbers)
    load(one, two)
    assert await name(naming(one)) == Subject.of(one)
    assert await name(naming(two)) == Subject.of(two)


async def test_who_cannot_be_told_apart_gets_a_row_of_their_own(load, name, database, subjects):
    one = person(1)
    load(one, person(2, names=one.names, numbers=one.numbers))
    made = await name(naming(one))
    assert not made.is_on_file
    found = await database.read(lambda connection: subjects.named(connection, naming(one)))
    assert [subject.subject_id for subject in found] == [made.subject_id, 1, 2]


async def test_a_foreigner_is_known_by_a_passport_only(load, name):
    named = Named("Maria Testova", (), (PASSPORT,))
    made = await name(named)
    assert (made.numbers, made.document_numbers) == ((), (PASSPORT,))
    assert await name(Named("MARIA TESTOVA", (), (PASSPORT,))) == made
    on_file = person(5, names=("Anton Testov",), numbers=(), documents=(passport(5),))
    load(on_file)
    assert await name(Named("Anton Testov", (), on_file.document_numbers)) == Subject.of(on_file)


async def test_courts_that_name_a_stranger_at_once_make_one_row(exit_url, keyring):
    named = naming(person())
    databases = [Database.open(exit_url) for _ in range(4)]
    try:
        calls = [d.write(lambda c: SubjectRows(keyring).find_or_add(c, named)) for d in databases for _ in range(4)]
        found = await asyncio.gather(*calls)
    finally:
        for database in databases:
            database.close()
    assert len({subject.subject_id for subject in found}) == 1
    assert len(rows(exit_url, "subjects")) == len(rows(exit_url, "subject_numbers")) == 1


async def test_locked_subjects_are_those_that_there_are(load, name, database, subjects):
    load(person(1), person(2))
    made = await name(naming(person(9)))
    locked = await database.write(lambda connection: subjects.lock(connection, [2, made.subject_id, 77]))
    assert locked == {2: Subject.of(person(2)), made.subject_id: made}
    assert await database.read(lambda connection: subjects.read(connection, [1])) == {1: Subject.of(person(1))}


async def test_a_way_to_somebody_else_is_damage(load, exit_url, database, subjects):
    load(person(1), person(2))
    digest = subjects.ways.of_number(person(1).numbers[0])[0]
    engine = create_engine(exit_url)
    with engine.begin() as connection:
        connection.execute(update(NUMBERS).where(NUMBERS.c.digest == digest).values(subject_id=2))
    engine.dispose()
    with pytest.raises(RegistryDamage):
        await database.read(lambda connection: subjects.of_numbers(connection, person(1).numbers))
