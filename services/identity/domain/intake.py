"""What a record must satisfy to be let into the registry, so that whatever is disclosed later has a known form."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from itertools import combinations

from services.codes.documents import DOCUMENT_TYPES
from services.codes.errors import CodeError
from services.codes.numbers import NumberType, read_number
from services.codes.relations import RELATIONS
from services.identity.domain.records import (
    DocumentStatus,
    ExitDocument,
    Household,
    Membership,
    MemberStatus,
    Person,
    PersonRecord,
)

MAX_NAME, MAX_ADDRESS, MAX_AUTHORITY, MAX_DOCUMENT_NUMBER = 50, 200, 100, 20
"""Longest texts, in characters."""
MAX_KEY = (1 << 63) - 1
"""Largest key of a person or household."""
DIGEST_SIZE = 32

_HOUSEHOLD_NUMBER = re.compile("[0-9]{9}")
_DIVISION = re.compile("[1-9][0-9]{5}")
_POLICE_STATION = re.compile("[1-9][0-9]{11}")
_CONTROL = re.compile("[\\x00-\\x1f\\x7f]")


class IntakeError(ValueError):
    """A record that is not let in; the text names the record by its key, which has no meaning, and never a value."""


def check_household(household: Household) -> None:
    """Makes sure that a household may be let in.

    Raises:
        IntakeError: If it may not.
    """
    problem = _find_first(
        (not 0 < household.household_id <= MAX_KEY, "its key is out of range"),
        (not _HOUSEHOLD_NUMBER.fullmatch(household.number), "its number is not 9 digits"),
        (not _DIVISION.fullmatch(household.division), "its division is not 6 digits"),
        (not _is_text(household.address, MAX_ADDRESS), f"its address is not 1 to {MAX_ADDRESS} characters"),
        (not _POLICE_STATION.fullmatch(household.police_station), "its police station is not 12 digits"),
    )
    if problem:
        raise IntakeError(f"Household {household.household_id}: {problem}.")


def check_person(record: PersonRecord, *, on: date) -> None:
    """Makes sure that a person may be let in.

    That a date of birth contradicts the number is no hindrance: such people are on file, and their photos are withheld.

    Args:
        record: All that is said of the person.
        on: Date after which nobody can have been born.

    Raises:
        IntakeError: If they may not.
    """
    person = record.person
    problem = (
        _find_fault(person, on)
        or next(filter(None, (_find_membership_fault(m, person.person_id) for m in record.memberships)), "")
        or next(filter(None, map(_find_document_fault, record.documents)), "")
    )
    if not problem and any(one.overlaps(other) for one, other in combinations(record.memberships, 2)):
        problem = "they are registered in two households on the same day"
    if problem:
        raise IntakeError(f"Person {person.person_id}: {problem}.")


def _find_fault(person: Person, on: date) -> str:
    return _find_first(
        (not 0 < person.person_id <= MAX_KEY, "the key is out of range"),
        (not _is_text(person.name, MAX_NAME), f"the name is not 1 to {MAX_NAME} characters"),
        (len(set(person.numbers)) != len(person.numbers), "an identity number is there twice"),
        (not all(_is_normal(number, on) for number in person.numbers), "an identity number is none"),
        (person.birth_date is not None and person.birth_date > on, "the date of birth is to come"),
        (len(person.photo_sha256) not in {0, DIGEST_SIZE}, "the digest of the photo is not 32 bytes"),
    )


def _find_membership_fault(membership: Membership, person_id: int) -> str:
    end = membership.registered_to
    return _find_first(
        (membership.person_id != person_id, "a membership is somebody else's"),
        (membership.relation not in RELATIONS, "the relation to a head of household is not one of GB/T 4761"),
        ((end is None) != (membership.ending is None), "a membership has an end without a reason, or the reverse"),
        (membership.ending is MemberStatus.NORMAL, "a membership ended for no reason"),
        (end is not None and end <= membership.registered_from, "a membership ends before it begins"),
    )


def _find_document_fault(document: ExitDocument) -> str:
    ended = document.ended_on
    return _find_first(
        (document.type not in DOCUMENT_TYPES, "the type of an exit document is not one of GA/T 517"),
        (not _is_text(document.number, MAX_DOCUMENT_NUMBER), "the number of an exit document is missing or too long"),
        (not _is_text(document.authority, MAX_AUTHORITY), "an issuing authority is missing or too long"),
        (document.expiry_date < document.issue_date, "an exit document expires before it is issued"),
        ((ended is None) != (document.ending is None), "an exit document has an end without a reason, or the reverse"),
        (ended is not None and ended < document.issue_date, "an exit document ends before it is issued"),
        (
            document.ending not in {None, DocumentStatus.VOIDED, DocumentStatus.CANCELLED},
            "an exit document can only end void or cancelled",
        ),
    )


def _find_first(*rules: tuple[bool, str]) -> str:
    return next((text for is_broken, text in rules if is_broken), "")


def _is_text(text: str, longest: int) -> bool:
    return 0 < len(text) <= longest and text == text.strip() and not _CONTROL.search(text)


def _is_normal(number: str, on: date) -> bool:
    """Whether a number is one, and in the form in which it is looked up."""
    return any(number == normal for normal in _normal_forms(number, on))


def _normal_forms(number: str, on: date) -> Iterable[str]:
    # No passport: whoever is on file has a number of the two kinds that the police give out themselves.
    for kind in (NumberType.CITIZEN, NumberType.FOREIGN_PERMANENT_RESIDENT):
        try:
            yield read_number(kind, number, on=on)
        except CodeError:
            continue
