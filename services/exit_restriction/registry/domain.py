"""What the exit-entry register says of a person, and how a court's naming of somebody is matched with it.

A subject is whoever measures may hang on: a person of the register, or somebody whom it does not have and a court
named. Their identity numbers lead to them, and so do the numbers of their documents. A number may be that of two people
(重号), so what is found under one is a list.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum

from services.exit_restriction.domain import Finding


class DocumentState(IntEnum):
    """State of a document on a date, the values of `xiezhi.identity.v1.ExitDocumentStatus`."""

    VALID = 1
    VOIDED = 2
    CANCELLED = 3
    EXPIRED = 4


@dataclass(frozen=True, slots=True)
class Document:
    """A document with which a border is crossed, in use or not.

    Attributes:
        type: Type, three digits (GA/T 517).
        number: Number, letters in upper case; of a foreign passport the three letters of its state before it.
        issue_date: Date of issue.
        expiry_date: Last day of validity, inclusive.
        ended_on: Day from which it is void or cancelled; None when it is neither.
        ending: VOIDED or CANCELLED; None exactly when `ended_on` is.
    """

    type: str
    number: str = field(repr=False)
    issue_date: date
    expiry_date: date
    ended_on: date | None = None
    ending: DocumentState | None = None

    def state(self, on: date) -> DocumentState | None:
        """Returns the state on a date, None before the date of issue."""
        if on < self.issue_date:
            return None
        if self.ended_on is not None and self.ending is not None and on >= self.ended_on:
            return self.ending
        return DocumentState.EXPIRED if on > self.expiry_date else DocumentState.VALID


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the register has them; written as a whole.

    Attributes:
        person_id: Key of the police's own register, without meaning, from 1.
        names: Names, the one in use first; foreigners have one in Latin letters.
        numbers: Identity numbers in normal form, the one in use first; none for a foreigner who has only a passport.
        birth_date: Date of birth; None when it is not on file.
        is_deceased: Whether they are registered as deceased.
        is_abroad: Whether they were last seen going abroad.
        documents: Every document that was ever theirs, former passports too.
    """

    person_id: int
    names: tuple[str, ...] = field(repr=False)
    numbers: tuple[str, ...] = field(repr=False)
    birth_date: date | None = field(repr=False)
    is_deceased: bool = False
    is_abroad: bool = False
    documents: tuple[Document, ...] = ()

    @property
    def document_numbers(self) -> tuple[str, ...]:
        """Numbers of all documents, each once."""
        return tuple(dict.fromkeys(document.number for document in self.documents))


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody as a court names them.

    Attributes:
        name: Name.
        numbers: Identity numbers in normal form; none for a foreigner who is known by a passport only.
        document_numbers: Numbers of documents that the court knows; of foreign passports with the letters of the state.
    """

    name: str = field(repr=False)
    numbers: tuple[str, ...] = field(repr=False)
    document_numbers: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        """Refuses somebody whom no number tells from others."""
        if not (self.numbers or self.document_numbers):
            raise ValueError("nobody is named by a name alone")


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody on whom measures may hang.

    Attributes:
        subject_id: Key, without meaning: that of the register, or a negative one where only a court named them.
        names: Names, the one in use first.
        numbers: Identity numbers in normal form.
        document_numbers: Numbers of documents.
        person: What the register has; None while only a court named them.
    """

    subject_id: int
    names: tuple[str, ...] = field(repr=False)
    numbers: tuple[str, ...] = field(repr=False)
    document_numbers: tuple[str, ...] = field(repr=False)
    person: Person | None = None

    @classmethod
    def of(cls, person: Person) -> Subject:
        """Returns the subject that a person of the register is."""
        return cls(person.person_id, person.names, person.numbers, person.document_numbers, person)

    @property
    def is_on_file(self) -> bool:
        """Whether the register has them."""
        return self.person is not None

    def has_name(self, name: str) -> bool:
        """Whether a name is one of theirs."""
        return name in self.names or plain_name(name) in map(plain_name, self.names)


@dataclass(frozen=True, slots=True)
class Examined:
    """What the register has of somebody whom a court names.

    Attributes:
        finding: What was found under the number.
        subject: The person of the register; None where there is none, or nobody can say who of several.
    """

    finding: Finding
    subject: Subject | None = None


def examine(name: str, found: Iterable[Subject]) -> Examined:
    """Holds somebody against the register: the number finds, and the name only confirms.

    Whom only courts named before confirms nothing. Where one number is that of two, even a name does not tell who is
    meant: a port or a counter would meet the other one by the same number.

    Args:
        name: The name that a court gives.
        found: Who has the number that it gives.
    """
    on_file = [subject for subject in found if subject.is_on_file]
    if not on_file:
        return Examined(Finding.NOT_FOUND)
    if not any(subject.has_name(name) for subject in on_file):
        return Examined(Finding.NAME_DIFFERS)
    if len(on_file) > 1:
        return Examined(Finding.AMBIGUOUS)
    return Examined(Finding.FOUND, on_file[0])


def find_meant(named: Named, found: Iterable[Subject]) -> Subject | None:
    """Finds whom a court means among those who have a number that it gives.

    The one person of the register with that name is meant. Two of them are told apart by nobody here: then whoever a
    court named before is meant, if anybody.

    Args:
        named: Whom the court names.
        found: Those who have one of the numbers.

    Returns:
        Who is meant; None where nobody of that name is there, or nobody can say who of several.
    """
    same = [subject for subject in found if subject.has_name(named.name)]
    on_file = [subject for subject in same if subject.is_on_file]
    if len(on_file) == 1:
        return on_file[0]
    return min((s for s in same if not s.is_on_file), key=lambda subject: subject.subject_id, default=None)


def plain_name(name: str) -> str:
    """Returns a name as it is compared: composed (NFC), whatever its case and the white space around it."""
    return unicodedata.normalize("NFC", name.strip()).casefold()
