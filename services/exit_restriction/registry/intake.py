"""What a record must satisfy to be let into the register, so that whatever is checked later has a known form."""

from __future__ import annotations

import re
from datetime import date

from services.codes.documents import DOCUMENT_TYPES
from services.codes.errors import CodeError
from services.codes.numbers import NumberType, read_number
from services.exit_restriction.registry.domain import Document, DocumentState, Person

MAX_NAME, MAX_NAMES = 50, 10
"""Longest name, in characters, and most names of one person."""
MAX_KEY = (1 << 63) - 1
"""Largest key of a person."""

_DOCUMENT_NUMBER = re.compile("[0-9A-Z]{5,23}")
_CONTROL = re.compile("[\\x00-\\x1f\\x7f]")


class IntakeError(ValueError):
    """A record that is not let in; the text names the record by its key, which has no meaning, and never a value."""


def check_person(person: Person, *, on: date) -> None:
    """Makes sure that a person may be let in.

    Args:
        person: The person.
        on: Date after which nobody can have been born.

    Raises:
        IntakeError: If they may not.
    """
    problem = _find_fault(person, on) or next(filter(None, map(_find_document_fault, person.documents)), "")
    if problem:
        raise IntakeError(f"Person {person.person_id}: {problem}.")


def _find_fault(person: Person, on: date) -> str:
    return _find_first(
        (not 0 < person.person_id <= MAX_KEY, "the key is out of range"),
        (not 1 <= len(person.names) <= MAX_NAMES, f"there are not 1 to {MAX_NAMES} names"),
        (not all(map(_is_name, person.names)), f"a name is not 1 to {MAX_NAME} characters"),
        (not (person.numbers or person.documents), "there is neither an identity number nor a document"),
        (len(set(person.numbers)) != len(person.numbers), "an identity number is there twice"),
        (not all(_is_normal(number, on) for number in person.numbers), "an identity number is none"),
        (person.birth_date is not None and person.birth_date > on, "the date of birth is to come"),
    )


def _find_document_fault(document: Document) -> str:
    ended = document.ended_on
    return _find_first(
        (document.type not in DOCUMENT_TYPES, "the type of a document is not one of GA/T 517"),
        (not _DOCUMENT_NUMBER.fullmatch(document.number), "a document's number is not 5 to 23 digits and capitals"),
        (document.expiry_date < document.issue_date, "a document expires before it is issued"),
        ((ended is None) != (document.ending is None), "a document has an end without a reason, or the reverse"),
        (ended is not None and ended < document.issue_date, "a document ends before it is issued"),
        (
            document.ending not in {None, DocumentState.VOIDED, DocumentState.CANCELLED},
            "a document can only end void or cancelled",
        ),
    )


def _find_first(*rules: tuple[bool, str]) -> str:
    return next((text for is_broken, text in rules if is_broken), "")


def _is_name(text: str) -> bool:
    return 0 < len(text) <= MAX_NAME and text == text.strip() and not _CONTROL.search(text)


def _is_normal(number: str, on: date) -> bool:
    """Whether a number is one, and in the form in which it is looked up."""
    for kind in (NumberType.CITIZEN, NumberType.FOREIGN_PERMANENT_RESIDENT):
        try:
            if read_number(kind, number, on=on) == number:
                return True
        except CodeError:
            continue
    return False
