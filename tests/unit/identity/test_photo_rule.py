"""Whose photo is disclosed: 16周岁以上 (notice 一.1, A1 to A3)."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from services.codes.ages import AgeRule
from services.identity.domain import (
    Category,
    HouseholdType,
    MemberStatus,
    Photo,
    PhotoAbsence,
    Result,
    ResultReason,
    Section,
    StoredPhoto,
)
from tests.unit.identity.fakes import MemoryRegistry
from tests.unit.identity.people import (
    AS_OF,
    DAUGHTER,
    SON,
    SPOUSE,
    household,
    jpeg,
    lives,
    number,
    person,
    photo,
    record,
)

DIGEST, IMAGE = photo()
CIVIL, CRIMINAL = AgeRule.CIVIL_BIRTHDAY, AgeRule.CRIMINAL_NEXT_DAY
SHOWN = Photo(IMAGE.jpeg, DIGEST, IMAGE.sm3)


def of_one(born, *, stored=IMAGE, digest=DIGEST, numbers=None):
    someone = person(born=born, photo=digest, numbers=numbers)
    return MemoryRegistry([record(someone)], [household()], [(digest, stored)] if stored else []), someone


async def portrait(look_up, registry, someone, **asked):
    answer = await look_up(registry, someone, **asked)
    return next(m.portrait for m in answer.household.members if m.is_debtor)


@pytest.mark.clause("R-1.3")
@pytest.mark.parametrize(
    ("born", "as_of", "civil", "criminal"),
    [
        (date(2002, 8, 2), AS_OF, True, True),
        (date(2002, 8, 3), AS_OF, True, False),
        (date(2002, 8, 4), AS_OF, False, False),
        (date(2004, 2, 29), date(2020, 2, 28), False, False),
        (date(2004, 2, 29), date(2020, 2, 29), True, False),
        (date(2004, 2, 29), date(2020, 3, 1), True, True),
    ],
)
async def test_the_age_vectors_of_both_rules(look_up, born, as_of, civil, criminal):
    registry, someone = of_one(born)
    for rule, is_shown in ((CIVIL, civil), (CRIMINAL, criminal)):
        found = await portrait(look_up, registry, someone, as_of=as_of, rule=rule)
        assert found == (SHOWN if is_shown else PhotoAbsence.UNDER_16)


@pytest.mark.clause("R-1.3")
async def test_a_household_of_a_15_a_16_and_a_17_year_old(look_up):
    children = [person(i, born=date(year, 8, 3), photo=DIGEST) for i, year in ((2, 2003), (3, 2002), (4, 2001))]
    debtor = person(1, photo=DIGEST)
    registry = MemoryRegistry(
        [record(debtor), *(record(c, lives(c, DAUGHTER)) for c in children)], [household()], [(DIGEST, IMAGE)]
    )
    answer = await look_up(registry, debtor)
    found = {m.person.person_id: m.portrait for m in answer.household.members}
    assert found == {1: SHOWN, 2: PhotoAbsence.UNDER_16, 3: SHOWN, 4: SHOWN}
    assert answer.photos_result == Section(Result.HIT)


async def test_the_photo_of_a_child_is_not_even_read(look_up):
    registry, child = of_one(date(2010, 1, 1))
    answer = await look_up(registry, child)
    assert answer.photos_result == Section(Result.NO_RECORD)
    assert registry.read_photos == []


async def test_a_debtor_who_is_a_child_is_answered_without_a_photo(look_up):
    registry, heir = of_one(date(2010, 1, 1))
    assert await portrait(look_up, registry, heir) is PhotoAbsence.UNDER_16


@pytest.mark.parametrize("stored", [None, IMAGE])
async def test_sixteen_without_a_photo(look_up, stored):
    registry, someone = of_one(date(1980, 1, 15), stored=None, digest=b"" if stored else DIGEST)
    assert await portrait(look_up, registry, someone) is PhotoAbsence.NO_PHOTO_ON_FILE


async def test_no_date_of_birth_is_no_photo(look_up):
    registry, someone = of_one(None)
    assert await portrait(look_up, registry, someone) is PhotoAbsence.AGE_UNKNOWN
    assert registry.read_photos == []


@pytest.mark.clause("R-1.3")
@pytest.mark.parametrize("written", [date(1990, 1, 15), date(2010, 1, 1)])
async def test_a_date_of_birth_that_contradicts_the_number_is_no_photo(look_up, written):
    registry, someone = of_one(date(1980, 1, 15), numbers=(number(written),))
    assert await portrait(look_up, registry, someone) is PhotoAbsence.AGE_UNKNOWN


async def test_a_number_that_names_no_birth_contradicts_nothing(look_up):
    registry, someone = of_one(date(1980, 1, 15), numbers=("CAN110180011501",))
    assert await portrait(look_up, registry, someone) == SHOWN


@pytest.mark.clause("R-1.3")
@pytest.mark.parametrize(
    "image",
    [jpeg(width=359), jpeg(height=440), jpeg(components=1), jpeg(size=70_000), b"GIF89a", b"", b"\xff\xd8\xff"],
)
async def test_a_photo_of_another_format_is_not_sent(look_up, image):
    digest = hashlib.sha256(image).digest()
    registry, someone = of_one(date(1980, 1, 15), stored=StoredPhoto(image, quarantined=False), digest=digest)
    assert await portrait(look_up, registry, someone) is PhotoAbsence.QUARANTINED


async def test_a_quarantined_photo_is_not_sent(look_up):
    registry, someone = of_one(date(1980, 1, 15), stored=StoredPhoto(IMAGE.jpeg, quarantined=True))
    answer = await look_up(registry, someone)
    assert answer.household.members[0].portrait is PhotoAbsence.QUARANTINED
    assert answer.photos_result == Section(Result.NO_RECORD)


async def test_another_image_than_the_register_names_is_not_sent(look_up):
    registry, someone = of_one(date(1980, 1, 15), stored=StoredPhoto(jpeg(fill=9), quarantined=False))
    assert await portrait(look_up, registry, someone) is PhotoAbsence.QUARANTINED


async def test_photos_that_were_not_asked_for_are_not_read(look_up):
    registry, someone = of_one(date(1980, 1, 15))
    found = await portrait(look_up, registry, someone, categories={Category.HOUSEHOLD})
    assert found is PhotoAbsence.NOT_REQUESTED
    assert registry.read_photos == []


async def test_who_died_as_a_child_stays_one(look_up):
    debtor = person(1)
    child = person(2, born=date(1995, 1, 1), photo=DIGEST)
    died = lives(child, SON, since=date(2010, 1, 1), until=date(2010, 6, 1), ending=MemberStatus.DECEASED)
    moved = lives(child, SON, since=date(2010, 1, 1), until=date(2010, 6, 1))
    for membership, expected in ((died, PhotoAbsence.UNDER_16), (moved, SHOWN)):
        registry = MemoryRegistry([record(debtor), record(child, membership)], [household()], [(DIGEST, IMAGE)])
        answer = await look_up(registry, debtor, historic=True)
        assert answer.household.members[1].portrait == expected


@pytest.mark.parametrize("changes", [{"division": "440106"}, {"type": HouseholdType.COLLECTIVE}])
async def test_photos_follow_the_household(look_up, changes):
    debtor, other_digest = person(1, photo=DIGEST), photo(fill=1)[0]
    other = person(2, photo=other_digest)
    registry = MemoryRegistry(
        [record(debtor), record(other, lives(other, SPOUSE))], [household(**changes)], [(DIGEST, IMAGE), photo(fill=1)]
    )
    answer = await look_up(registry, debtor)
    assert other_digest not in registry.read_photos
    if "type" in changes:
        assert answer.photos_result == Section(Result.HIT)
    else:
        assert answer.photos_result == Section(Result.NO_RECORD, ResultReason.OUT_OF_PROVINCE)
        assert registry.read_photos == []
