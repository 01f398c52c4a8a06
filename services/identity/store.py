"""The registry in SQL, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, and_, select

from services.chassis.db import BatchReader, Database, KeyedQuery
from services.chassis.sealing import BlindIndex, Sealer
from services.identity.digests import sm3
from services.identity.domain import (
    ExitDocument,
    HouseholdFile,
    HouseholdType,
    Membership,
    Person,
    PersonFile,
    StoredPhoto,
)
from services.identity.loader import NUMBER_INDEX, RegistryLoader
from services.identity.sealed import RecordSealer
from services.identity.tables import HOUSEHOLDS, NUMBERS, PERSONS, PHOTOS, RESIDENCES

__all__ = ["NUMBER_INDEX", "RegistryDamage", "RegistryLoader", "SqlRegistry"]

_OWN = RESIDENCES.alias("own")
_OTHERS = RESIDENCES.alias("others")
_MEMBERS = PERSONS.alias("members")

_FILES = (
    select(
        NUMBERS.c.digest,
        PERSONS.c.person_id,
        PERSONS.c.record,
        PERSONS.c.documents,
        HOUSEHOLDS.c.household_id,
        HOUSEHOLDS.c.record.label("household"),
        _MEMBERS.c.person_id.label("member_id"),
        _MEMBERS.c.record.label("member"),
    )
    .select_from(NUMBERS)
    .join(PERSONS, PERSONS.c.person_id == NUMBERS.c.person_id)
    .outerjoin(_OWN, _OWN.c.person_id == PERSONS.c.person_id)
    .outerjoin(HOUSEHOLDS, HOUSEHOLDS.c.household_id == _OWN.c.household_id)
    .outerjoin(
        _OTHERS,
        and_(
            _OTHERS.c.household_id == HOUSEHOLDS.c.household_id,
            _OTHERS.c.person_id != PERSONS.c.person_id,
            HOUSEHOLDS.c.members_listed,
        ),
    )
    .outerjoin(_MEMBERS, _MEMBERS.c.person_id == _OTHERS.c.person_id)
)


class RegistryDamage(Exception):
    """What leads to a record and the record itself contradict each other; nothing is disclosed then."""


class SqlRegistry:
    """Reads people by their numbers.

    Args:
        database: The registry's database, migrated.
        sealer: Opens its fields at rest.
        index: The index of identity numbers, made for the label `NUMBER_INDEX`.
    """

    def __init__(self, database: Database, *, sealer: Sealer, index: BlindIndex) -> None:
        self._sealer = RecordSealer(sealer)
        self._index = index
        self._file_query = KeyedQuery(_FILES, NUMBERS.c.digest)
        self._photo_query = KeyedQuery(select(PHOTOS), PHOTOS.c.digest)
        self._files: BatchReader[bytes, _SealedFile] = BatchReader(database, self._fetch_files)
        self._photos: BatchReader[bytes, StoredPhoto] = BatchReader(database, self._fetch_photos)

    async def find(self, numbers: Sequence[str]) -> Mapping[str, PersonFile]:
        """Reads the files of people; see `services.identity.domain.Registry`.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
            SealError: If a record was changed or moved, or its key is not in the keyring.
            RegistryDamage: If a number leads to somebody whose it is not.
        """
        asked = {digest: number for number in numbers for digest in self._index.all_of(number)}
        found = await self._files.get_many(asked)
        return {asked[digest]: self._open(asked[digest], file) for digest, file in found.items()}

    async def photos(self, digests: Collection[bytes]) -> Mapping[bytes, StoredPhoto]:
        """Reads photos; see `services.identity.domain.Registry`.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
            SealError: If a photo was changed or moved, or its key is not in the keyring.
        """
        return await self._photos.get_many(digests)

    def _open(self, number: str, file: _SealedFile) -> PersonFile:
        opened = _OpenFile(file, self._sealer)
        if number not in opened.person.numbers:
            raise RegistryDamage("a number leads to somebody whose it is not")
        return PersonFile(opened.person, opened.memberships, opened.household, opened.documents)

    def _fetch_files(self, connection: Connection, keys: Sequence[bytes]) -> dict[bytes, _SealedFile]:
        return {key: _SealedFile(rows) for key, rows in self._file_query.rows(connection, keys).items()}

    def _fetch_photos(self, connection: Connection, keys: Sequence[bytes]) -> dict[bytes, StoredPhoto]:
        rows = self._photo_query.row(connection, keys)
        return {key: _with_sm3(self._sealer.open_photo(key, row.photo)) for key, row in rows.items()}


def _with_sm3(photo: StoredPhoto) -> StoredPhoto:
    """Adds the digest to a photo that was sealed before these were kept; all others have it and cost nothing."""
    return photo if photo.sm3 else replace(photo, sm3=sm3(photo.jpeg))


class _SealedFile:
    """What one number leads to, still sealed; several callers may hold the same.

    Args:
        rows: Rows of the query, at least one.
    """

    __slots__ = ("documents", "households", "members", "person_id", "record")

    def __init__(self, rows: Sequence[Any]) -> None:
        first = rows[0]
        self.person_id: int = first.person_id
        self.record: bytes = first.record
        self.documents: bytes = first.documents
        self.households: dict[int, bytes] = {}
        self.members: dict[int, list[tuple[int, bytes]]] = {}
        for _, _, _, _, household_id, household, member_id, member in rows:
            if household_id is None:
                continue
            if household_id not in self.households:
                self.households[household_id] = household
                self.members[household_id] = []
            if member_id is not None:
                self.members[household_id].append((member_id, member))


class _OpenFile:
    """A file of which one caller opens what it discloses.

    Args:
        sealed: The file.
        sealer: Opens it.
    """

    __slots__ = ("_sealed", "_sealer", "memberships", "person")

    def __init__(self, sealed: _SealedFile, sealer: RecordSealer) -> None:
        self._sealed = sealed
        self._sealer = sealer
        self.person, self.memberships = sealer.open_person(sealed.person_id, sealed.record)

    def household(self, household_id: int) -> HouseholdFile:
        """Opens a household, and its members unless it is collective."""
        sealed = self._sealed.households.get(household_id)
        if sealed is None:
            raise RegistryDamage("somebody is registered in a household that is not on file")
        household = self._sealer.open_household(household_id, sealed)
        if household.type is HouseholdType.COLLECTIVE:
            return HouseholdFile(household, ())
        people: list[tuple[Person, Sequence[Membership]]] = [(self.person, self.memberships)]
        people += [self._sealer.open_person(*member) for member in self._sealed.members[household_id]]
        return HouseholdFile(
            household, tuple((person, m) for person, all_of in people for m in all_of if m.household_id == household_id)
        )

    def documents(self) -> tuple[ExitDocument, ...]:
        """Opens the person's exit documents."""
        return self._sealer.open_documents(self._sealed.person_id, self._sealed.documents)
