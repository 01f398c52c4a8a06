"""What the registry holds: people, households, how they belong together, and exit documents.

Intervals are half-open: a membership counts from `registered_from` up to, but not on, `registered_to`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum


class Sex(IntEnum):
    """Sex (性别, GB/T 2261.1), the values of `xiezhi.identity.v1.Sex`."""

    UNKNOWN = 0
    MALE = 1
    FEMALE = 2


class HouseholdType(IntEnum):
    """Kind of a household (户别), the values of `xiezhi.identity.v1.HouseholdType`."""

    FAMILY = 1
    COLLECTIVE = 2


class MemberStatus(IntEnum):
    """Status of a membership on a date, the values of `xiezhi.identity.v1.MemberStatus`."""

    NORMAL = 1
    MOVED = 2
    DECEASED = 3


class DocumentStatus(IntEnum):
    """Status of an exit document on a date, the values of `xiezhi.identity.v1.ExitDocumentStatus`."""

    VALID = 1
    VOIDED = 2
    CANCELLED = 3
    EXPIRED = 4


@dataclass(frozen=True, slots=True)
class Person:
    """A person on file.

    Attributes:
        person_id: Key of the police's own register, without meaning.
        name: Name (姓名), 1 to 50 characters.
        numbers: Identity numbers in normal form, the one in use first; empty for one who has none yet.
        sex: Sex.
        birth_date: Date of birth; None when it is not on file.
        photo_sha256: SHA-256 of the photo on file, 32 bytes; empty when there is none.
    """

    person_id: int
    name: str
    numbers: tuple[str, ...]
    sex: Sex
    birth_date: date | None
    photo_sha256: bytes = b""


@dataclass(frozen=True, slots=True)
class Household:
    """A registered household (户).

    Attributes:
        household_id: Key of the police's own register, without meaning.
        number: Number of the household (户号), 9 digits.
        type: Family or collective.
        division: Administrative division at the time of registration, 6 digits (GB/T 2260).
        address: Address in words, without the division, at most 200 characters.
        police_station: Code of the police station (派出所), 12 digits (GA/T 380).
    """

    household_id: int
    number: str
    type: HouseholdType
    division: str
    address: str
    police_station: str


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's time in a household.

    Attributes:
        person_id: Who.
        household_id: Where.
        relation: Relation to the head of the household, two digits (GB/T 4761).
        registered_from: First day.
        registered_to: First day on which it no longer counts; None while it lasts.
        ending: Why it ended, MOVED or DECEASED; None exactly while it lasts.
    """

    person_id: int
    household_id: int
    relation: str
    registered_from: date
    registered_to: date | None = None
    ending: MemberStatus | None = None

    def status(self, on: date) -> MemberStatus | None:
        """Returns the status on a date, None before the first day."""
        if on < self.registered_from:
            return None
        if self.registered_to is None or self.ending is None or on < self.registered_to:
            return MemberStatus.NORMAL
        return self.ending

    def overlaps(self, other: Membership) -> bool:
        """Whether both count on at least one common day."""
        return (other.registered_to is None or self.registered_from < other.registered_to) and (
            self.registered_to is None or other.registered_from < self.registered_to
        )


@dataclass(frozen=True, slots=True)
class ExitDocument:
    """An exit document (出入境证件) that was ever issued to a person.

    Attributes:
        type: Type, three digits (GA/T 517).
        number: Number.
        issue_date: Date of issue.
        expiry_date: Last day of validity, inclusive.
        authority: Issuing authority, at most 100 characters.
        ended_on: Day from which it is void or cancelled; None when it is neither.
        ending: VOIDED or CANCELLED; None exactly when `ended_on` is.
    """

    type: str
    number: str
    issue_date: date
    expiry_date: date
    authority: str
    ended_on: date | None = None
    ending: DocumentStatus | None = None

    def status(self, on: date) -> DocumentStatus | None:
        """Returns the status on a date, None before the date of issue."""
        if on < self.issue_date:
            return None
        if self.ended_on is not None and self.ending is not None and on >= self.ended_on:
            return self.ending
        return DocumentStatus.EXPIRED if on > self.expiry_date else DocumentStatus.VALID


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo as it lies in the registry.

    Attributes:
        jpeg: The image.
        quarantined: Whether it was found to break the format when it came in.
        sm3: SM3 of the image, 32 bytes; empty before it is let in, and where it was sealed before these were kept.
    """

    jpeg: bytes
    quarantined: bool
    sm3: bytes = b""


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """All that the register says of one person; it is written as a whole."""

    person: Person
    memberships: tuple[Membership, ...] = ()
    documents: tuple[ExitDocument, ...] = ()
