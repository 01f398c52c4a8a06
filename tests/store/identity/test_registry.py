"""What is found of people, on either database."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from sqlalchemy import delete, select, update

from services.chassis.db import Database
from services.chassis.sealing import BlindIndex, Sealer, SealError
from services.codes.ages import AgeRule
from services.identity.domain import HouseholdType
from services.identity.server import IdentityServicer
from services.identity.store import NUMBER_INDEX, RegistryDamage, SqlRegistry
from services.identity.tables import HOUSEHOLDS, NUMBERS, PERSONS, RESIDENCES
from tests.store.identity.seen import execute, rows
from tests.unit.identity.people import (
    DAUGHTER,
    SON,
    SPOUSE,
    household,
    jpeg,
    lives,
    number,
    passport,
    person,
    photo,
    province,
    record,
)
from tests.unit.identity.test_server import call, party
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import Reason, Unavailable
from xiezhi.identity.v1 import identity_pb2


async def find(registry, someone):
    wanted = someone if isinstance(someone, str) else someone.numbers[0]
    return (await registry.find((wanted,))).get(wanted)


@pytest.mark.clause("R-1.2", "R-1.6")
async def test_a_person_is_found_with_household_members_and_documents(load, registry):
    debtor, spouse, stranger = person(1), person(2), person(3)
    held = (passport(date(2012, 1, 1)), passport(date(2016, 1, 1), 2))
    stay, own = lives(spouse, SPOUSE), lives(debtor)
    load(
        [record(debtor, documents=held), record(spouse, stay), record(stranger, lives(stranger, household_id=2))],
        [household(1), household(2)],
    )
    file = await find(registry, debtor)
    assert (file.person, file.memberships) == (debtor, (own,))
    opened = file.open_household(1)
    assert opened.household == household(1)
    assert set(opened.members) == {(debtor, own), (spouse, stay)}
    assert file.open_documents() == held


async def test_all_households_of_a_life_are_there_with_their_own_members(load, registry):
    mover, first, second = person(1), person(2), person(3)
    moves = (lives(mover, SON, 1, until=date(2015, 1, 1)), lives(mover, SON, 2, since=date(2015, 1, 1)))
    load(
        [record(mover, *moves), record(first), record(second, lives(second, household_id=2))],
        [household(1), household(2)],
    )
    file = await find(registry, mover)
    assert set(file.open_household(1).members) == {(mover, moves[0]), (first, lives(first))}
    assert set(file.open_household(2).members) == {(mover, moves[1]), (second, lives(second, household_id=2))}


async def test_present_and_former_numbers_lead_to_the_same_person(load, registry):
    numbers = (number(date(1980, 1, 15), 1), number(date(1980, 1, 15), 2))
    someone = person(numbers=numbers)
    load([record(someone)], [household()])
    found = await registry.find((*numbers, number(date(1980, 1, 15), 3)))
    assert {asked: file.person for asked, file in found.items()} == dict.fromkeys(numbers, someone)


async def test_who_is_not_there_is_not_found(load, registry):
    assert await registry.find((person(1).numbers[0],)) == {}
    load([record(person(1))], [household()])
    assert await find(registry, person(2)) is None
    assert await registry.find(()) == {}


async def test_who_lives_nowhere_and_holds_nothing_is_found(load, registry):
    someone = person(1)
    load([record(someone).__class__(someone)])
    file = await find(registry, someone)
    assert (file.person, file.memberships, file.open_documents()) == (someone, (), ())


async def test_members_of_a_collective_household_are_not_read(load, registry, registry_url):
    people = [person(i) for i in range(1, 301)]
    load([record(p, lives(p, "99")) for p in people], [household(type=HouseholdType.COLLECTIVE)])
    assert (await find(registry, people[0])).open_household(1).members == ()
    sealed = await registry._files.get(registry._index.of(people[0].numbers[0]))
    assert sealed.members == {1: []}
    execute(registry_url, update(HOUSEHOLDS).values(members_listed=True))
    assert (await find(registry, people[0])).open_household(1).members == ()


async def test_photos_are_found_by_digest(load, registry):
    one, other, absent = photo(1), photo(2), photo(3)
    load(photos=[one, other])
    assert await registry.photos({one[0], other[0], absent[0]}) == dict([one, other])


async def test_two_copies_of_a_question_share_a_query(load, registry_url, keyring):
    load([record(person(1))], [household()])
    told: list[tuple[str, float]] = []
    database = Database.open(registry_url, observer=lambda name, value: told.append((name, value)))
    try:
        registry = SqlRegistry(database, sealer=Sealer(keyring), index=BlindIndex(keyring, NUMBER_INDEX))
        await asyncio.gather(*(find(registry, person(1 + i % 2)) for i in range(40)))
    finally:
        database.close()
    assert [value for name, value in told if name == "db.batch.keys"] == [2]


@pytest.mark.parametrize(
    "damage",
    [
        update(PERSONS)
        .where(PERSONS.c.person_id == 1)
        .values(record=select(PERSONS.c.record).where(PERSONS.c.person_id == 2).scalar_subquery()),
        update(PERSONS).where(PERSONS.c.person_id == 1).values(record=b"\0" * 60),
    ],
)
async def test_a_record_that_was_moved_or_changed_does_not_open(load, registry, registry_url, damage):
    load([record(person(1)), record(person(2), lives(person(2), SPOUSE))], [household()])
    execute(registry_url, damage)
    with pytest.raises(SealError):
        await find(registry, person(1))


async def test_a_number_that_was_led_to_another_person_discloses_nothing(load, registry, registry_url):
    load([record(person(1)), record(person(2), lives(person(2), SPOUSE))], [household()])
    execute(registry_url, update(NUMBERS).values(person_id=2))
    with pytest.raises(RegistryDamage):
        await find(registry, person(1))


async def test_a_person_slipped_into_a_household_does_not_appear_in_it(load, registry, registry_url):
    load([record(person(1)), record(person(2), lives(person(2), household_id=2))], [household(1), household(2)])
    execute(registry_url, RESIDENCES.insert().values(household_id=1, person_id=2))
    opened = (await find(registry, person(1))).open_household(1)
    assert {someone.person_id for someone, _ in opened.members} == {1}


async def test_a_household_that_was_cut_off_is_damage(load, registry, registry_url):
    load([record(person(1))], [household()])
    execute(registry_url, delete(RESIDENCES))
    file = await find(registry, person(1))
    with pytest.raises(RegistryDamage):
        file.open_household(1)


async def test_a_database_that_is_gone_is_told_as_such(load, registry, database):
    database.close()
    with pytest.raises(Unavailable) as told:
        await find(registry, person(1))
    assert told.value.reason is Reason.SHUTTING_DOWN


async def test_a_batch_of_ten_thousand_debtors(load, registry):
    people, homes = province(10_000)
    load(people, homes)
    request = identity_pb2.BatchLookupHouseholdsRequest(
        debtors=[party(r.person) for r in people], categories=[identity_pb2.CATEGORY_HOUSEHOLD]
    )
    servicer = IdentityServicer(registry, rule=AgeRule.CIVIL_BIRTHDAY)
    parts = [part async for part in servicer.BatchLookupHouseholds(request, call("BatchLookupHouseholds"))]
    items = [item for part in parts for item in part.message.items]
    assert [item.index for item in items] == list(range(10_000))
    assert {item.answer.household_result.result for item in items} == {identity_pb2.RESULT_HIT}
    for place, item in enumerate(items):
        first = place // 4 * 4
        if place == first:
            assert [m.name for m in item.answer.household.members] == [
                f"测试人{i}" for i in range(first + 1, first + 5)
            ]
        else:
            assert item.answer.household_disclosed_in_item == first
            assert not item.answer.household.members


@pytest.mark.clause("R-1.1", "R-1.3", "R-1.6")
async def test_a_lookup_over_the_real_registry_from_message_to_message(load, registry):
    digest, image = photo()
    debtor, child = person(1, photo=digest), person(2, born=date(2010, 1, 1), photo=digest)
    broken = jpeg(width=10)
    load(
        [record(debtor, documents=(passport(date(2012, 1, 1)),)), record(child, lives(child, DAUGHTER))],
        [household()],
        [(digest, image)],
    )
    request = identity_pb2.LookupHouseholdRequest(debtor=party(debtor), categories=[1, 2, 3])
    response = await IdentityServicer(registry, rule=AgeRule.CIVIL_BIRTHDAY).LookupHousehold(request, call())
    members = response.answer.household.members
    assert members[0].photo.jpeg == image.jpeg != broken
    assert (members[0].photo.sha256, members[0].photo.sm3) == (digest, image.sm3)
    assert members[1].photo_absence == identity_pb2.PHOTO_ABSENCE_UNDER_16
    assert [d.number for d in response.answer.exit_documents] == ["E00000001"]


async def test_an_organisation_is_answered_without_the_registry(registry, database):
    database.close()
    organisation = case_pb2.Party(
        type=case_pb2.PARTY_TYPE_LEGAL_PERSON,
        name="测试有限公司",
        id_type=case_pb2.IDENTITY_NUMBER_TYPE_SOCIAL_CREDIT_CODE,
        id_number="91360100MA35TRT701",
    )
    request = identity_pb2.LookupHouseholdRequest(debtor=organisation, categories=[1])
    response = await IdentityServicer(registry, rule=AgeRule.CIVIL_BIRTHDAY).LookupHousehold(request, call())
    assert response.answer.household_result.reason == identity_pb2.RESULT_REASON_ORGANISATION


def test_what_leads_to_people_is_there_once(load, registry_url):
    load([record(person(1)), record(person(2), lives(person(2), SPOUSE))], [household()])
    assert len(rows(registry_url, "numbers")) == len(rows(registry_url, "residences")) == 2
