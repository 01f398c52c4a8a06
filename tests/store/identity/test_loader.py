"""How records come in: whole, once, checked, and replaced when they are corrected."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import create_engine, insert, text

from services.chassis.sealing import Sealer
from services.identity.digests import sm3
from services.identity.domain import HouseholdType, IntakeError, StoredPhoto
from services.identity.sealed import RecordSealer
from services.identity.store import RegistryLoader
from services.identity.tables import PHOTOS
from tests.store.identity.seen import execute, rows
from tests.unit.identity.people import (
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

TABLES = ("persons", "numbers", "households", "residences", "photos")


def contents(url):
    return {table: set(rows(url, table)) for table in TABLES}


async def find(registry, wanted):
    return (await registry.find((wanted,))).get(wanted)


def test_the_same_again_changes_nothing(load, registry_url):
    people, homes = province(400)
    photos = [photo(i) for i in range(5)]
    assert load(people, homes, photos) == 400
    before = contents(registry_url)
    assert load(people, homes, photos) == 400
    assert contents(registry_url) == before


def test_people_may_come_after_their_households(load, registry_url):
    people, homes = province(40)
    load(households=homes)
    assert load(people[:20]) == 20
    assert load(people) == 40
    assert len(rows(registry_url, "residences")) == 40


def test_one_call_may_say_the_same_twice(load):
    assert load([record(person())] * 2, [household()] * 2, [photo()] * 2) == 1


def test_nothing_is_something_that_can_be_loaded(load):
    assert load() == 0


async def test_a_corrected_person_replaces_the_one_before(load, registry):
    old, new = number(date(1980, 1, 15), 1), number(date(1980, 1, 15), 2)
    wrong = person(name="错名", numbers=(old,))
    load([record(wrong)], [household(1), household(2)])
    corrected = replace(wrong, name="正名", numbers=(new,))
    moved = lives(corrected, household_id=2)
    load([record(corrected, moved, documents=(passport(date(2012, 1, 1)),))])
    assert await find(registry, old) is None
    file = await find(registry, new)
    assert (file.person, file.memberships) == (corrected, (moved,))
    assert file.open_documents() == (passport(date(2012, 1, 1)),)
    assert [m.person_id for _, m in file.open_household(2).members] == [1]


async def test_a_corrected_household_replaces_the_one_before(load, registry):
    one, two = person(1), person(2)
    load([record(one), record(two, lives(two, SPOUSE))], [household()])
    load(households=[household(type=HouseholdType.COLLECTIVE)])
    assert (await find(registry, one.numbers[0])).open_household(1).members == ()
    load(households=[household(address="测试路更正1号")])
    opened = (await find(registry, one.numbers[0])).open_household(1)
    assert opened.household.address == "测试路更正1号"
    assert len(opened.members) == 2


async def test_a_photo_that_breaks_the_format_comes_in_quarantined(load, registry):
    image = jpeg(width=100)
    digest = hashlib.sha256(image).digest()
    load(photos=[(digest, StoredPhoto(image, quarantined=False))])
    assert await registry.photos({digest}) == {digest: StoredPhoto(image, quarantined=True, sm3=sm3(image))}


async def test_a_photo_sealed_before_digests_were_kept_is_read_with_one_and_sealed_anew(
    load, registry, registry_url, keyring
):
    digest, image = photo()
    sealer = RecordSealer(Sealer(keyring))
    former = sealer.seal_photo(digest, replace(image, sm3=b""))
    execute(registry_url, insert(PHOTOS).values(digest=digest, photo=former))
    assert await registry.photos({digest}) == {digest: image}
    load(photos=[(digest, replace(image, sm3=b""))])
    ((_, kept),) = rows(registry_url, "photos")
    assert (len(kept), sealer.open_photo(digest, kept)) == (len(former) + 32, image)
    before = contents(registry_url)
    load(photos=[(digest, image)])
    assert contents(registry_url) == before


async def test_a_photo_can_be_quarantined_later(load, registry):
    digest, image = photo()
    load(photos=[(digest, image)])
    load(photos=[(digest, StoredPhoto(image.jpeg, quarantined=True))])
    assert (await registry.photos({digest}))[digest].quarantined


@pytest.mark.parametrize(
    ("persons", "households", "photos"),
    [
        ([record(person(7), lives(person(7), "00"))], [], []),
        ([], [household(7, number="1")], []),
        ([], [], [(bytes(32), photo()[1])]),
        ([record(person(7), lives(person(7), household_id=99))], [], []),
        ([record(person(7, numbers=person(1).numbers))], [], []),
        ([record(person(7)), record(replace(person(8), numbers=person(7).numbers))], [], []),
    ],
)
def test_what_may_not_come_in_takes_the_whole_call_with_it(load, registry_url, persons, households, photos):
    load([record(person(1))], [household()])
    before = contents(registry_url)
    good = person(5)
    with pytest.raises(IntakeError) as refused:
        load([record(good), *persons], [household(5), *households], [photo(5), *photos])
    assert contents(registry_url) == before
    assert not any(n in str(refused.value) for r in persons for n in r.person.numbers)
    assert load([record(good)]) == 2


def test_a_loader_is_entered_first(registry_url, keyring):
    loader = RegistryLoader(registry_url, keyring=keyring)
    with pytest.raises(RuntimeError):
        loader.add([], [household()], [])
    with pytest.raises(RuntimeError):
        loader.count()


@pytest.mark.postgres
def test_a_registry_that_was_just_filled_is_read_by_its_indexes(make_migrated_database, keyring):
    url = make_migrated_database("services.identity")
    people, homes = province(400)
    with RegistryLoader(url, keyring=keyring) as loader:
        loader.add(people, homes, ())
    engine = create_engine(url)
    with engine.connect() as connection:
        known = connection.execute(text("SELECT reltuples FROM pg_class WHERE relname = 'persons'")).scalar_one()
    engine.dispose()
    assert known == 400
