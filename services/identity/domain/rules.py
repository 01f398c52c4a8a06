"""Who and what is disclosed: the rules of the notice as pure functions (domain sheet R-1.1 to R-1.6, A1 to A5)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from services.codes.ages import AgeRule, is_16_or_older
from services.codes.divisions import code_on
from services.identity.domain.answers import (
    Category,
    DocumentView,
    PhotoAbsence,
    Question,
    Result,
    ResultReason,
    Section,
)
from services.identity.domain.records import (
    ExitDocument,
    Household,
    HouseholdType,
    Membership,
    MemberStatus,
    Person,
)
from services.identity.domain.registry import HouseholdFile, PersonFile

PROVINCE = "36"
"""First digits of the divisions of Jiangxi, to which the notice is confined (五.4, R-5.4)."""
HEAD = "02"
"""Relation of the head of a household (户主, GB/T 4761)."""

HIT = Section(Result.HIT)
NO_RECORD = Section(Result.NO_RECORD)
NOT_REQUESTED = Section(Result.NOT_APPLICABLE, ResultReason.NOT_REQUESTED)
OUT_OF_PROVINCE = Section(Result.NO_RECORD, ResultReason.OUT_OF_PROVINCE)
COLLECTIVE = Section(Result.SUPPRESSED, ResultReason.COLLECTIVE_HOUSEHOLD)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member who is disclosed, before any photo is read.

    Attributes:
        person: Who.
        relation: Relation to the head of the household.
        is_debtor: Whether this is the debtor.
        status: Status on the date of the answer.
        absence: Why the photo is withheld; None when the photo on file may be disclosed.
    """

    person: Person
    relation: str
    is_debtor: bool
    status: MemberStatus
    absence: PhotoAbsence | None


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What of a household is disclosed, before any photo is read.

    Attributes:
        household_result: Outcome for the household.
        members_result: Outcome for the co-members.
        household: The household; None unless it is a hit.
        members: Those who are disclosed, head first.
    """

    household_result: Section
    members_result: Section
    household: Household | None = None
    members: tuple[Candidate, ...] = ()


def is_same_name(left: str, right: str) -> bool:
    """Whether two names are the same but for Unicode composition (NFC) and white space around them."""
    return unicodedata.normalize("NFC", left.strip()) == unicodedata.normalize("NFC", right.strip())


def find_residence(memberships: Iterable[Membership], question: Question) -> Membership | None:
    """Finds the household in which a debtor counts as registered.

    It is the one on the date of the answer: who moves on that very day is registered in the new household. Only where
    historic members are asked for, and the debtor is registered nowhere, the last one before counts.

    Args:
        memberships: All of the debtor's.
        question: What is asked.
    """
    begun = [m for m in memberships if m.registered_from <= question.as_of]
    current = [m for m in begun if m.status(question.as_of) is MemberStatus.NORMAL]
    if not current and question.include_historic:
        current = begun
    return max(current, key=lambda m: (m.registered_from, m.household_id), default=None)


def disclose_household(file: PersonFile, question: Question, rule: AgeRule) -> Disclosure:
    """Decides what of the debtor's household is disclosed.

    Args:
        file: The debtor, whose name has been checked.
        question: What is asked, the household among it.
        rule: When one is 16周岁以上.
    """
    residence = find_residence(file.memberships, question)
    if residence is None:
        return Disclosure(NO_RECORD, NO_RECORD)
    found = file.open_household(residence.household_id)
    if not found.household.division.startswith(PROVINCE):
        return Disclosure(OUT_OF_PROVINCE, OUT_OF_PROVINCE)
    household = _as_of(found.household, question.as_of)
    own = _candidate(file.person, residence, question, rule=rule, is_debtor=True)
    if household.type is HouseholdType.COLLECTIVE:
        return Disclosure(HIT, COLLECTIVE, household, (own,))
    others = [
        _candidate(person, membership, question, rule=rule, is_debtor=False)
        for person, membership in _co_members(found, residence, question)
    ]
    return Disclosure(HIT, HIT if others else NO_RECORD, household, _ordered((own, *others)))


def _as_of(household: Household, on: date) -> Household:
    """A household with the code that its division has on a date: divisions are merged, raised and renumbered."""
    division = code_on(household.division, on)
    return household if division == household.division else replace(household, division=division)


def _co_members(found: HouseholdFile, residence: Membership, question: Question) -> list[tuple[Person, Membership]]:
    """Those registered with the debtor; former ones only if asked for, and only if they ever were there together."""
    chosen: dict[int, tuple[Person, Membership]] = {}
    for person, membership in found.members:
        status = membership.status(question.as_of)
        if status is None or person.person_id == residence.person_id:
            continue
        if status is not MemberStatus.NORMAL and not question.include_historic:
            continue
        if not membership.overlaps(residence):
            continue
        known = chosen.get(person.person_id)
        if known is None or known[1].registered_from < membership.registered_from:
            chosen[person.person_id] = (person, membership)
    return list(chosen.values())


def _candidate(
    person: Person, membership: Membership, question: Question, *, rule: AgeRule, is_debtor: bool
) -> Candidate:
    status = membership.status(question.as_of) or MemberStatus.NORMAL
    return Candidate(
        person=person,
        relation=membership.relation,
        is_debtor=is_debtor,
        status=status,
        absence=_photo_absence(person, membership, question, rule=rule),
    )


def _photo_absence(person: Person, membership: Membership, question: Question, *, rule: AgeRule) -> PhotoAbsence | None:
    if Category.PHOTOS not in question.categories:
        return PhotoAbsence.NOT_REQUESTED
    if person.birth_date is None or contradicts(person, person.birth_date):
        return PhotoAbsence.AGE_UNKNOWN
    if not is_16_or_older(person.birth_date, _last_day_of_age(membership, question.as_of), rule):
        return PhotoAbsence.UNDER_16
    return None if person.photo_sha256 else PhotoAbsence.NO_PHOTO_ON_FILE


def contradicts(person: Person, birth_date: date) -> bool:
    """Whether the citizen identity number in use names another date of birth (domain sheet §3.1)."""
    number = person.numbers[0] if person.numbers else ""
    return len(number) == 18 and number[0] in "12345678" and number[6:14] != birth_date.isoformat().replace("-", "")


def _last_day_of_age(membership: Membership, as_of: date) -> date:
    """Who died as a child stays one: ages end with death."""
    died = membership.registered_to if membership.ending is MemberStatus.DECEASED else None
    return as_of if died is None else min(as_of, died)


def _ordered(members: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    return tuple(
        sorted(
            members,
            key=lambda m: (
                m.relation != HEAD,
                m.relation,
                m.person.birth_date or date.max,
                m.person.person_id,
            ),
        )
    )


def disclose_documents(documents: Iterable[ExitDocument], as_of: date) -> tuple[DocumentView, ...]:
    """Returns all documents issued by a date with their status on it, newest first (R-1.6)."""
    issued = ((document, document.status(as_of)) for document in documents)
    views = [DocumentView(document, status) for document, status in issued if status is not None]
    return tuple(sorted(views, key=lambda v: (v.document.issue_date, v.document.type, v.document.number), reverse=True))
