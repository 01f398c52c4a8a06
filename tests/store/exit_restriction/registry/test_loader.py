"""How people come into the register: whole, once, checked, and replaced when they are corrected."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.exit_restriction.loader import SubjectLoader
from services.exit_restriction.registry.domain import Subject
from services.exit_restriction.registry.intake import IntakeError
from tests.store.seen import contents, rows
from tests.unit.exit_restriction.travellers import naming, number, passport, person, voided

TABLES = ("subjects", "subject_numbers")


async def of_number(database, subjects, wanted):
    found = await database.read(lambda connection: subjects.of_numbers(connection, [wanted]))
    return found.get(wanted, ())


async def of_document(database, subjects, wanted):
    found = await database.read(lambda connection: subjects.of_documents(connection, [wanted]))
    return found.get(wanted, ())


def test_the_same_again_changes_nothing(load, exit_url):
    people = [person(key) for key in range(1, 401)]
    assert load(*people) == 400
    before = contents(exit_url, *TABLES)
    assert load(*people) == 400
    assert contents(exit_url, *TABLES) == before


def test_one_call_may_say_the_same_twice(load):
    assert load(person(), person()) == 1


def test_nothing_is_something_that_can_be_loaded(load):
    assert load() == 0


async def test_somebody_is_found_by_every_number_and_document(load, database, subjects):
    someone = person(numbers=(number(1), number(3)), documents=(passport(1), voided(2)), is_abroad=True)
    load(someone)
    for wanted in someone.numbers:
        assert await of_number(database, subjects, wanted) == (Subject.of(someone),)
    for wanted in someone.document_numbers:
        assert await of_document(database, subjects, wanted) == (Subject.of(someone),)
    assert await of_number(database, subjects, "EX0000001") == ()
    assert await of_document(database, subjects, someone.numbers[0]) == ()


async def test_two_people_may_have_one_number(load, database, subjects):
    one, two = person(1), person(2, numbers=person(1).numbers)
    assert load(two, one) == 2
    assert await of_number(database, subjects, one.numbers[0]) == (Subject.of(one), Subject.of(two))


async def test_a_corrected_person_replaces_the_one_before(load, database, subjects):
    wrong, other = person(1), person(2, numbers=person(1).numbers)
    load(wrong, other)
    corrected = replace(wrong, names=("正名",), numbers=(number(5),), documents=(voided(8),), is_deceased=True)
    load(corrected)
    assert await of_number(database, subjects, wrong.numbers[0]) == (Subject.of(other),)
    assert await of_document(database, subjects, wrong.document_numbers[0]) == ()
    assert await of_number(database, subjects, number(5)) == (Subject.of(corrected),)
    assert await of_document(database, subjects, "EX0000008") == (Subject.of(corrected),)


async def test_whom_a_court_named_before_stays_and_is_not_counted(load, database, subjects):
    someone = person()
    made = await database.write(lambda connection: subjects.find_or_add(connection, naming(someone)))
    assert load(someone) == 1
    assert await of_number(database, subjects, someone.numbers[0]) == (made, Subject.of(someone))


@pytest.mark.parametrize("bad", [person(0), person(7, names=()), person(-1), person(7, numbers=("369901",))])
def test_what_may_not_come_in_takes_the_whole_call_with_it(load, exit_url, bad):
    load(person(1))
    before = contents(exit_url, *TABLES)
    with pytest.raises(IntakeError):
        load(person(5), bad)
    assert contents(exit_url, *TABLES) == before
    assert load(person(5)) == 2


def test_a_loader_is_entered_first(exit_url, keyring):
    loader = SubjectLoader(exit_url, keyring=keyring)
    with pytest.raises(RuntimeError):
        loader.add([person()])
    with pytest.raises(RuntimeError):
        loader.count()


def test_people_with_one_number_have_a_way_each(load, exit_url):
    load(person(1), person(2, numbers=person(1).numbers))
    assert len(rows(exit_url, "subject_numbers")) == 4
