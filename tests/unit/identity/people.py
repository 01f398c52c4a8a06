"""People, households and photos for the tests; numbers lie in the test-only division 369901."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from services.identity.digests import sm3
from services.identity.domain import (
    ExitDocument,
    Household,
    HouseholdType,
    Membership,
    MemberStatus,
    Person,
    PersonRecord,
    Sex,
    StoredPhoto,
)

AS_OF = date(2018, 8, 3)
HEAD, SPOUSE, SON, DAUGHTER, MOTHER = "02", "10", "20", "30", "52"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def number(birth: date, sequence: int = 1) -> str:
    """Makes a citizen identity number (GB 11643)."""
    body = f"369901{birth:%Y%m%d}{sequence:03d}"
    return body + "10X98765432"[sum(w * int(c) for w, c in zip(_WEIGHTS, body, strict=True)) % 11]


def jpeg(*, width: int = 358, height: int = 441, components: int = 3, size: int = 2_000, fill: int = 0) -> bytes:
    """Makes what looks like a JPEG up to its frame header, all that is ever looked at."""
    application = b"\xff\xe0" + (16).to_bytes(2) + b"JFIF\0\1\1\1\1\x5e\1\x5e\0\0"
    frame = b"\xff\xc0" + (17).to_bytes(2) + b"\x08" + height.to_bytes(2) + width.to_bytes(2) + bytes((components,))
    scan = b"\xff\xda\0\x02" + bytes((fill,)) * size
    return b"\xff\xd8" + application + frame + bytes(9) + scan + b"\xff\xd9"


def photo(fill: int = 0, *, size: int = 2_000) -> tuple[bytes, StoredPhoto]:
    """Makes a good photo and its SHA-256."""
    image = jpeg(fill=fill, size=size)
    return hashlib.sha256(image).digest(), StoredPhoto(image, quarantined=False, sm3=sm3(image))


def household(household_id: int = 1, **changed: object) -> Household:
    """Makes a household."""
    values: dict[str, object] = {
        "household_id": household_id,
        "number": f"{household_id:09d}",
        "type": HouseholdType.FAMILY,
        "division": "360102",
        "address": f"测试路{household_id}号测试小区2栋301室",
        "police_station": "360102000000",
    }
    return Household(**(values | changed))  # type: ignore[arg-type]


def person(
    person_id: int = 1,
    *,
    born: date | None = date(1980, 1, 15),
    name: str = "",
    numbers: tuple[str, ...] | None = None,
    photo: bytes = b"",
) -> Person:
    """Makes a person, whose number is of the date of birth unless other ones are given."""
    if numbers is None:
        numbers = (number(born or date(1980, 1, 15), person_id % 1000),)
    return Person(person_id, name or f"测试人{person_id}", numbers, Sex.MALE, born, photo)


def lives(
    someone: Person,
    relation: str = HEAD,
    household_id: int = 1,
    *,
    since: date = date(2010, 1, 1),
    until: date | None = None,
    ending: MemberStatus | None = None,
) -> Membership:
    """Makes a membership; it ends by moving out unless told otherwise."""
    if until is not None and ending is None:
        ending = MemberStatus.MOVED
    return Membership(someone.person_id, household_id, relation, since, until, ending)


def record(someone: Person, *memberships: Membership, documents: tuple[ExitDocument, ...] = ()) -> PersonRecord:
    """Makes the record of a person, who is head of household 1 where no memberships are given."""
    return PersonRecord(someone, memberships or (lives(someone),), documents)


def passport(issued: date, serial: int = 1, **changed: object) -> ExitDocument:
    """Makes an ordinary passport of ten years."""
    values: dict[str, object] = {
        "type": "414",
        "number": f"E{serial:08d}",
        "issue_date": issued,
        "expiry_date": issued.replace(year=issued.year + 10) - timedelta(days=1),
        "authority": "江西省公安厅出入境管理局",
    }
    return ExitDocument(**(values | changed))  # type: ignore[arg-type]


def province(count: int) -> tuple[list[PersonRecord], list[Household]]:
    """Makes people in households of four."""
    homes = [household(h) for h in range(1, count // 4 + 1)]
    people = []
    for place in range(count):
        born = date(1890, 1, 1) + timedelta(days=place // 999)
        someone = person(place + 1, born=born, numbers=(number(born, place % 999 + 1),))
        people.append(record(someone, lives(someone, HEAD if place % 4 == 0 else DAUGHTER, place // 4 + 1)))
    return people, homes
