"""Records of the registry as they are kept: written compactly, sealed as a whole, and bound to the row they are in.

Dates are days counted from 1 January of the year 1.
"""

from __future__ import annotations

from datetime import date

from services.chassis.records import read_record, write_record
from services.chassis.sealing import Sealer
from services.identity.domain import (
    DocumentStatus,
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

_FORM = 1
_DAY = date.fromordinal
_QUARANTINED, _HAS_SM3 = 1, 2
"""Bits of a photo's first byte. One that is not known withholds the photo, as if it were quarantined."""
_SM3_END = 33


class RecordSealer:
    """Seals and opens records.

    Args:
        sealer: Seals fields at rest.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def is_current(self, sealed: bytes) -> bool:
        """Whether a record is sealed with the key that seals now."""
        return self._sealer.is_current(sealed)

    def seal_person(self, record: PersonRecord) -> bytes:
        """Seals a person and their memberships."""
        return self._sealer.seal(_person_text(record), place=_person_place(record.person.person_id))

    def open_person(self, person_id: int, sealed: bytes) -> tuple[Person, tuple[Membership, ...]]:
        """Opens a person and their memberships.

        Raises:
            SealError: If it was changed or moved, or its key is not in the keyring.
            RecordForm: If it is of an unknown form.
        """
        text = self._sealer.open(sealed, place=_person_place(person_id))
        name, numbers, sex, birth, photo, memberships = read_record(_FORM, text)
        person = Person(
            person_id, name, tuple(numbers), Sex(sex), birth and _DAY(birth), bytes.fromhex(photo) if photo else b""
        )
        return person, tuple(
            Membership(
                person_id, household, relation, _DAY(start), end and _DAY(end), MemberStatus(ending) if ending else None
            )
            for household, relation, start, end, ending in memberships
        )

    def seal_documents(self, record: PersonRecord) -> bytes:
        """Seals a person's exit documents."""
        return self._sealer.seal(_documents_text(record), place=_documents_place(record.person.person_id))

    def open_documents(self, person_id: int, sealed: bytes) -> tuple[ExitDocument, ...]:
        """Opens a person's exit documents; raises as `open_person`."""
        text = self._sealer.open(sealed, place=_documents_place(person_id))
        return tuple(
            ExitDocument(
                kind,
                number,
                _DAY(issued),
                _DAY(expires),
                authority,
                ended and _DAY(ended),
                DocumentStatus(ending) if ending else None,
            )
            for kind, number, issued, expires, authority, ended, ending in read_record(_FORM, text)
        )

    def seal_household(self, household: Household) -> bytes:
        """Seals a household."""
        return self._sealer.seal(_household_text(household), place=_household_place(household.household_id))

    def open_household(self, household_id: int, sealed: bytes) -> Household:
        """Opens a household; raises as `open_person`."""
        text = self._sealer.open(sealed, place=_household_place(household_id))
        number, kind, division, address, station = read_record(_FORM, text)
        return Household(household_id, number, HouseholdType(kind), division, address, station)

    def seal_photo(self, digest: bytes, photo: StoredPhoto) -> bytes:
        """Seals a photo, which is kept as it came: a byte of flags, the SM3 where there is one, then the image."""
        flags = _QUARANTINED * photo.quarantined | _HAS_SM3 * bool(photo.sm3)
        return self._sealer.seal(bytes((flags,)) + photo.sm3 + photo.jpeg, place=_photo_place(digest))

    def open_photo(self, digest: bytes, sealed: bytes) -> StoredPhoto:
        """Opens a photo, without an SM3 if it was sealed before these were kept; raises as `open_person`."""
        opened = self._sealer.open(sealed, place=_photo_place(digest))
        flags = opened[0]
        end = _SM3_END if flags & _HAS_SM3 else 1
        return StoredPhoto(opened[end:], bool(flags & ~_HAS_SM3), opened[1:end])


def _person_text(record: PersonRecord) -> bytes:
    person = record.person
    return write_record(
        _FORM,
        [
            person.name,
            person.numbers,
            person.sex,
            _count(person.birth_date),
            person.photo_sha256.hex(),
            [
                (m.household_id, m.relation, m.registered_from.toordinal(), _count(m.registered_to), m.ending or 0)
                for m in record.memberships
            ],
        ],
    )


def _documents_text(record: PersonRecord) -> bytes:
    return write_record(
        _FORM,
        [
            *(
                (
                    d.type,
                    d.number,
                    d.issue_date.toordinal(),
                    d.expiry_date.toordinal(),
                    d.authority,
                    _count(d.ended_on),
                    d.ending or 0,
                )
                for d in record.documents
            ),
        ],
    )


def _household_text(household: Household) -> bytes:
    return write_record(
        _FORM,
        [
            household.number,
            household.type,
            household.division,
            household.address,
            household.police_station,
        ],
    )


def _count(day: date | None) -> int | None:
    return None if day is None else day.toordinal()


def _person_place(person_id: int) -> str:
    return f"identity.person.record:{person_id}"


def _documents_place(person_id: int) -> str:
    return f"identity.person.documents:{person_id}"


def _household_place(household_id: int) -> str:
    return f"identity.household.record:{household_id}"


def _photo_place(digest: bytes) -> str:
    return f"identity.photo:{digest.hex()}"
