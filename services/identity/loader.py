"""The register in bulk: as when the registry is first filled, and as corrections come in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from services.chassis.clock import Clock, SystemClock
from services.chassis.db import KeyedQuery, execute_many
from services.chassis.db.loading import BulkLoader
from services.chassis.sealing import BlindIndex, Keyring, Sealer
from services.codes.legal_time import legal_date
from services.identity.digests import sm3
from services.identity.domain import (
    Household,
    HouseholdType,
    IntakeError,
    PersonRecord,
    StoredPhoto,
    check_household,
    check_person,
    is_photo,
)
from services.identity.sealed import RecordSealer
from services.identity.tables import HOUSEHOLDS, NUMBERS, PERSONS, PHOTOS, RESIDENCES

K = TypeVar("K", bound=Hashable)

NUMBER_INDEX = "identity.number"
"""Label of the index of identity numbers."""

_OLD = "old"
_INSERT_HOUSEHOLD, _INSERT_PERSON, _INSERT_PHOTO = insert(HOUSEHOLDS), insert(PERSONS), insert(PHOTOS)
_INSERT_NUMBER, _INSERT_RESIDENCE = insert(NUMBERS), insert(RESIDENCES)
_REPLACE_HOUSEHOLD = update(HOUSEHOLDS).where(HOUSEHOLDS.c.household_id == bindparam(_OLD))
_REPLACE_PERSON = update(PERSONS).where(PERSONS.c.person_id == bindparam(_OLD))
_REPLACE_PHOTO = update(PHOTOS).where(PHOTOS.c.digest == bindparam(_OLD))
_FORGET_NUMBER = delete(NUMBERS).where(NUMBERS.c.digest == bindparam("digest"))
_FORGET_RESIDENCE = delete(RESIDENCES).where(
    RESIDENCES.c.household_id == bindparam("household_id"), RESIDENCES.c.person_id == bindparam("person_id")
)
_COUNT = select(func.count()).select_from(PERSONS)


class RegistryLoader(BulkLoader):
    """Writes people, households and photos, each as a whole.

    Doing so again changes nothing, except that what is sealed with a former key is sealed anew, and a photo that lies
    without its SM3 is sealed with it. A record whose content differs replaces the one before.

    Args:
        database_url: The registry's database, migrated.
        keyring: Keys of the registry's fields at rest.
        clock: Source of today; the machine's where it is None.
    """

    def __init__(self, database_url: str, *, keyring: Keyring, clock: Clock | None = None) -> None:
        super().__init__(database_url)
        self._sealer = RecordSealer(Sealer(keyring))
        self._index = BlindIndex(keyring, NUMBER_INDEX)
        self._clock = clock or SystemClock()
        self._persons = KeyedQuery(select(PERSONS), PERSONS.c.person_id)
        self._households = KeyedQuery(select(HOUSEHOLDS), HOUSEHOLDS.c.household_id)
        self._photos = KeyedQuery(select(PHOTOS), PHOTOS.c.digest)

    def add(
        self,
        persons: Iterable[PersonRecord],
        households: Iterable[Household],
        photos: Iterable[tuple[bytes, StoredPhoto]],
    ) -> None:
        """Writes records in one transaction; a photo that breaks the format is written quarantined.

        Args:
            persons: People; every household that one names is among `households` or in the registry already.
            households: Households.
            photos: Photos with the SHA-256 of the image.

        Raises:
            IntakeError: If a record may not be let in; then nothing of this call is written.
            RuntimeError: If the loader is not entered.
        """
        self._require_link()
        today = legal_date(self._clock.now())
        people = {record.person.person_id: record for record in persons}
        homes = {household.household_id: household for household in households}
        images = {digest: _admit(digest, photo) for digest, photo in photos}
        for home in homes.values():
            check_household(home)
        for record in people.values():
            check_person(record, on=today)
        if not (people or homes or images):
            return
        with self.transaction() as connection:
            self._add_households(connection, homes)
            self._add_photos(connection, images)
            self._add_persons(connection, people)

    def count(self) -> int:
        """Returns how many people are on file.

        Raises:
            RuntimeError: If the loader is not entered.
        """
        return int(self.connection.execute(_COUNT).scalar_one())

    def _add_households(self, connection: Connection, homes: dict[int, Household]) -> None:
        sealer = self._sealer
        kept = self._households.row(connection, [*homes])

        def is_same(row: Row[Any]) -> bool:
            return sealer.is_current(row.record) and (
                sealer.open_household(row.household_id, row.record) == homes[row.household_id]
            )

        fresh, changed = _sort(homes, kept, is_same)
        rows = {
            key: {
                "household_id": key,
                "record": sealer.seal_household(homes[key]),
                "members_listed": homes[key].type is not HouseholdType.COLLECTIVE,
            }
            for key in (*fresh, *changed)
        }
        execute_many(connection, _INSERT_HOUSEHOLD, [rows[key] for key in fresh])
        execute_many(connection, _REPLACE_HOUSEHOLD, [{_OLD: key, **rows[key]} for key in changed])

    def _add_photos(self, connection: Connection, images: dict[bytes, StoredPhoto]) -> None:
        sealer = self._sealer
        kept = self._photos.row(connection, [*images])

        def is_same(row: Row[Any]) -> bool:
            return sealer.is_current(row.photo) and sealer.open_photo(row.digest, row.photo) == images[row.digest]

        fresh, changed = _sort(images, kept, is_same)
        rows = {key: {"digest": key, "photo": sealer.seal_photo(key, images[key])} for key in (*fresh, *changed)}
        execute_many(connection, _INSERT_PHOTO, [rows[key] for key in fresh])
        execute_many(connection, _REPLACE_PHOTO, [{_OLD: key, **rows[key]} for key in changed])

    def _add_persons(self, connection: Connection, people: dict[int, PersonRecord]) -> None:
        sealer = self._sealer
        kept = self._persons.row(connection, [*people])

        def is_same(row: Row[Any]) -> bool:
            return (
                sealer.is_current(row.record)
                and sealer.is_current(row.documents)
                and _open(sealer, row) == people[row.person_id]
            )

        fresh, changed = _sort(people, kept, is_same)
        rows = {
            key: {
                "person_id": key,
                "record": sealer.seal_person(people[key]),
                "documents": sealer.seal_documents(people[key]),
            }
            for key in (*fresh, *changed)
        }
        execute_many(connection, _INSERT_PERSON, [rows[key] for key in fresh])
        execute_many(connection, _REPLACE_PERSON, [{_OLD: key, **rows[key]} for key in changed])
        self._forget_ways(connection, [_open(sealer, kept[key]) for key in changed])
        self._add_ways(connection, [people[key] for key in rows])

    def _forget_ways(self, connection: Connection, records: Sequence[PersonRecord]) -> None:
        """Deletes what leads to people: their numbers, under every key of the index, and their households."""
        digests = [
            {"digest": digest}
            for record in records
            for number in record.person.numbers
            for digest in self._index.all_of(number)
        ]
        execute_many(connection, _FORGET_NUMBER, digests)
        execute_many(connection, _FORGET_RESIDENCE, _residences(records))

    def _add_ways(self, connection: Connection, records: Sequence[PersonRecord]) -> None:
        digests = [
            {"digest": self._index.of(number), "person_id": record.person.person_id}
            for record in records
            for number in record.person.numbers
        ]
        try:
            execute_many(connection, _INSERT_NUMBER, digests)
        except IntegrityError:
            raise IntakeError("An identity number is said to be that of two people.") from None
        try:
            execute_many(connection, _INSERT_RESIDENCE, _residences(records))
        except IntegrityError:
            raise IntakeError("Somebody is said to be registered in a household that is not on file.") from None


def _admit(digest: bytes, photo: StoredPhoto) -> StoredPhoto:
    if hashlib.sha256(photo.jpeg).digest() != digest:
        raise IntakeError("A photo's digest is not that of its image.")
    return StoredPhoto(photo.jpeg, photo.quarantined or not is_photo(photo.jpeg), sm3(photo.jpeg))


def _sort(
    wanted: Mapping[K, object], kept: Mapping[K, Row[Any]], is_same: Callable[[Row[Any]], bool]
) -> tuple[list[K], list[K]]:
    """Returns the keys that are not there yet, and those of rows to be replaced."""
    fresh = [key for key in wanted if key not in kept]
    return fresh, [key for key, row in kept.items() if not is_same(row)]


def _open(sealer: RecordSealer, row: Row[Any]) -> PersonRecord:
    person, memberships = sealer.open_person(row.person_id, row.record)
    return PersonRecord(person, memberships, sealer.open_documents(row.person_id, row.documents))


def _residences(records: Iterable[PersonRecord]) -> list[dict[str, int]]:
    return [
        {"household_id": household_id, "person_id": record.person.person_id}
        for record in records
        for household_id in {m.household_id: None for m in record.memberships}
    ]
