"""What the identity service knows of people and households, and what of it may be disclosed."""

from services.codes.numbers import NumberType
from services.identity.domain.answering import Draft, complete, draft
from services.identity.domain.answers import (
    BatchItem,
    Category,
    Debtor,
    DocumentView,
    HouseholdAnswer,
    HouseholdView,
    Member,
    Photo,
    PhotoAbsence,
    Question,
    Result,
    ResultReason,
    Section,
)
from services.identity.domain.intake import IntakeError, check_household, check_person
from services.identity.domain.photos import is_photo, read_photo
from services.identity.domain.records import (
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
from services.identity.domain.registry import HouseholdFile, PersonFile, Registry

__all__ = [
    "BatchItem",
    "Category",
    "Debtor",
    "DocumentStatus",
    "DocumentView",
    "Draft",
    "ExitDocument",
    "Household",
    "HouseholdAnswer",
    "HouseholdFile",
    "HouseholdType",
    "HouseholdView",
    "IntakeError",
    "Member",
    "MemberStatus",
    "Membership",
    "NumberType",
    "Person",
    "PersonFile",
    "PersonRecord",
    "Photo",
    "PhotoAbsence",
    "Question",
    "Registry",
    "Result",
    "ResultReason",
    "Section",
    "Sex",
    "StoredPhoto",
    "check_household",
    "check_person",
    "complete",
    "draft",
    "is_photo",
    "read_photo",
]
