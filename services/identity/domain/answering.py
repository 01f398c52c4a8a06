"""From what is asked and what is on file to an answer, in two steps with the photos read in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.codes.ages import AgeRule
from services.identity.domain import rules
from services.identity.domain.answers import (
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
from services.identity.domain.photos import read_photo
from services.identity.domain.records import StoredPhoto
from services.identity.domain.registry import PersonFile

_CATEGORY_OF_SECTIONS = (Category.HOUSEHOLD, Category.HOUSEHOLD, Category.PHOTOS, Category.EXIT_DOCUMENTS)

_NOT_ON_FILE = (
    rules.NO_RECORD,
    Section(Result.NOT_APPLICABLE, ResultReason.DEBTOR_NOT_ON_FILE),
    Section(Result.NOT_APPLICABLE, ResultReason.DEBTOR_NOT_ON_FILE),
    rules.NO_RECORD,
)
_ORGANISATION = (Section(Result.NOT_APPLICABLE, ResultReason.ORGANISATION),) * 4
_MISMATCH = (Section(Result.ROLLED_BACK, ResultReason.NAME_ID_MISMATCH),) * 4


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer before any photo is read.

    Attributes:
        question: What is asked.
        disclosure: What of the household is disclosed; None when it was not asked for.
        documents: The debtor's exit documents; None when they were not asked for.
        answer: The whole answer, where nothing is disclosed; None otherwise.
    """

    question: Question
    disclosure: rules.Disclosure | None = None
    documents: tuple[DocumentView, ...] | None = None
    answer: HouseholdAnswer | None = None

    @property
    def photos(self) -> frozenset[bytes]:
        """Digests of the photos that may be disclosed; no other is ever read."""
        if self.disclosure is None:
            return frozenset()
        return frozenset(m.person.photo_sha256 for m in self.disclosure.members if m.absence is None)

    @property
    def group(self) -> tuple[int, frozenset[int]] | None:
        """The household and who of it is disclosed; None when nobody is."""
        found = self.disclosure
        if found is None or found.household is None:
            return None
        return found.household.household_id, frozenset(member.person.person_id for member in found.members)

    def without_members(self) -> Draft:
        """The same but for the members, which an earlier item of the batch has disclosed."""
        if self.disclosure is None:
            return self
        found = self.disclosure
        bare = rules.Disclosure(found.household_result, found.members_result, found.household)
        return Draft(self.question, bare, self.documents)


def draft(debtor: Debtor, question: Question, file: PersonFile | None, *, rule: AgeRule) -> Draft:
    """Decides what is disclosed.

    Args:
        debtor: Whom the court asks about.
        question: What is asked.
        file: What the registry holds of that number; None when nothing.
        rule: When one is 16周岁以上.
    """
    if debtor.is_organisation:
        return _refused(question, _ORGANISATION)
    if file is None:
        return _refused(question, _NOT_ON_FILE)
    if not rules.is_same_name(debtor.name, file.person.name):
        return _refused(question, _MISMATCH)
    wants_household = Category.HOUSEHOLD in question.categories
    wants_documents = Category.EXIT_DOCUMENTS in question.categories
    return Draft(
        question,
        rules.disclose_household(file, question, rule) if wants_household else None,
        rules.disclose_documents(file.open_documents(), question.as_of) if wants_documents else None,
    )


def complete(drafted: Draft, photos: Mapping[bytes, StoredPhoto]) -> HouseholdAnswer:
    """Makes the answer.

    Args:
        drafted: What is disclosed.
        photos: The photos on file among `drafted.photos`, by digest.
    """
    if drafted.answer is not None:
        return drafted.answer
    found, documents = drafted.disclosure, drafted.documents
    household, household_result, members_result, photos_result = (
        None,
        rules.NOT_REQUESTED,
        rules.NOT_REQUESTED,
        rules.NOT_REQUESTED,
    )
    if found is not None:
        household_result, members_result = found.household_result, found.members_result
        members = tuple(_member(candidate, photos) for candidate in found.members)
        household = None if found.household is None else HouseholdView(found.household, members)
        if Category.PHOTOS in drafted.question.categories:
            photos_result = _photos_result(found, members)
    return HouseholdAnswer(
        household_result=household_result,
        members_result=members_result,
        photos_result=photos_result,
        exit_documents_result=_documents_result(documents),
        household=household,
        exit_documents=documents or (),
    )


def _refused(question: Question, sections: tuple[Section, ...]) -> Draft:
    household, members, photos, documents = (
        section if category in question.categories else rules.NOT_REQUESTED
        for category, section in zip(_CATEGORY_OF_SECTIONS, sections, strict=True)
    )
    return Draft(question, answer=HouseholdAnswer(household, members, photos, documents))


def _documents_result(documents: tuple[DocumentView, ...] | None) -> Section:
    if documents is None:
        return rules.NOT_REQUESTED
    return rules.HIT if documents else rules.NO_RECORD


def _photos_result(found: rules.Disclosure, members: tuple[Member, ...]) -> Section:
    if found.household is None:
        return found.household_result
    return rules.HIT if any(isinstance(m.portrait, Photo) for m in members) else rules.NO_RECORD


def _member(candidate: rules.Candidate, photos: Mapping[bytes, StoredPhoto]) -> Member:
    portrait: Photo | PhotoAbsence | None = candidate.absence
    if portrait is None:
        digest = candidate.person.photo_sha256
        portrait = read_photo(photos.get(digest), digest)
    return Member(
        person=candidate.person,
        relation=candidate.relation,
        is_debtor=candidate.is_debtor,
        status=candidate.status,
        portrait=portrait,
    )
