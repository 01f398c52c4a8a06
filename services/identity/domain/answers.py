"""What is asked and what is answered (domain sheet §15, HouseholdFeedback and ExitDocFeedback)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from services.identity.domain.records import DocumentStatus, ExitDocument, Household, MemberStatus, Person


class Category(IntEnum):
    """What may be asked about a debtor, the values of `xiezhi.identity.v1.Category`."""

    HOUSEHOLD = 1
    PHOTOS = 2
    EXIT_DOCUMENTS = 3


class Result(IntEnum):
    """Outcome for a category, the values of `xiezhi.identity.v1.Result`."""

    HIT = 1
    NO_RECORD = 2
    SUPPRESSED = 3
    ROLLED_BACK = 4
    NOT_APPLICABLE = 5


class ResultReason(IntEnum):
    """Why a category has no plain result, the values of `xiezhi.identity.v1.ResultReason`."""

    NONE = 0
    NAME_ID_MISMATCH = 1
    COLLECTIVE_HOUSEHOLD = 2
    OUT_OF_PROVINCE = 3
    ORGANISATION = 4
    NOT_REQUESTED = 5
    DEBTOR_NOT_ON_FILE = 6


class PhotoAbsence(IntEnum):
    """Why a member has no photo, the values of `xiezhi.identity.v1.PhotoAbsence`."""

    UNDER_16 = 1
    NO_PHOTO_ON_FILE = 2
    AGE_UNKNOWN = 3
    QUARANTINED = 4
    NOT_REQUESTED = 5


@dataclass(frozen=True, slots=True)
class Debtor:
    """The debtor (被执行人) as the court names them.

    Attributes:
        name: Name as the court knows it.
        number: Identity number in normal form; empty for an organisation, which has no household.
    """

    name: str
    number: str

    @property
    def is_organisation(self) -> bool:
        """Whether it is no natural person."""
        return not self.number


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about a debtor.

    Attributes:
        categories: What is asked.
        include_historic: Whether members who moved out or died are asked for too.
        as_of: Legal date in Asia/Shanghai on which the request was accepted.
    """

    categories: frozenset[Category]
    include_historic: bool
    as_of: date


@dataclass(frozen=True, slots=True)
class Section:
    """Outcome for one category."""

    result: Result
    reason: ResultReason = ResultReason.NONE


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that may be disclosed: the image, its SHA-256 and its SM3."""

    jpeg: bytes
    sha256: bytes
    sm3: bytes


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a household (同户人员) with either a photo or the reason why there is none."""

    person: Person
    relation: str
    is_debtor: bool
    status: MemberStatus
    portrait: Photo | PhotoAbsence


@dataclass(frozen=True, slots=True)
class HouseholdView:
    """A household as it is disclosed.

    Attributes:
        household: The household, its division as of the date of the answer.
        members: The members disclosed, head first.
    """

    household: Household
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class DocumentView:
    """An exit document with its status on the date of the answer."""

    document: ExitDocument
    status: DocumentStatus


@dataclass(frozen=True, slots=True)
class HouseholdAnswer:
    """What the registry says of one debtor.

    Attributes:
        household_result: Outcome for the household.
        members_result: Outcome for the co-members.
        photos_result: Outcome for the photos.
        exit_documents_result: Outcome for the exit documents.
        household: The household; None unless `household_result` is a hit.
        exit_documents: The debtor's exit documents, newest first.
        household_disclosed_in_item: In a batch, the earlier item that disclosed these members; None otherwise.
    """

    household_result: Section
    members_result: Section
    photos_result: Section
    exit_documents_result: Section
    household: HouseholdView | None = None
    exit_documents: tuple[DocumentView, ...] = ()
    household_disclosed_in_item: int | None = None


@dataclass(frozen=True, slots=True)
class BatchItem:
    """Outcome for one debtor of a batch.

    Attributes:
        index: Place of the debtor in the request, from zero.
        answer: What was found; None when `invalid_reason` is set.
        invalid_reason: Why the item was not looked up; empty otherwise.
    """

    index: int
    answer: HouseholdAnswer | None
    invalid_reason: str = ""
