"""Records of the register as they are kept: written compactly, sealed as a whole, and bound to the row they are in.

Dates are days counted from 1 January of the year 1.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from services.chassis.records import read_record, write_record
from services.chassis.sealing import Sealer
from services.exit_restriction.registry.domain import Document, DocumentState, Person, Subject

_FORM = 1
_DAY = date.fromordinal


class SubjectSealer:
    """Seals and opens records.

    Args:
        sealer: Seals fields at rest.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def is_current(self, sealed: bytes) -> bool:
        """Whether a record is sealed with the key that seals now."""
        return self._sealer.is_current(sealed)

    def seal(self, subject: Subject) -> bytes:
        """Seals a subject."""
        return self._sealer.seal(write_record(_FORM, _values(subject)), place=_place(subject.subject_id))

    def open(self, subject_id: int, sealed: bytes) -> Subject:
        """Opens a subject.

        Raises:
            SealError: If it was changed or moved, or its key is not in the keyring.
            RecordForm: If it is of an unknown form.
        """
        names, numbers, documents, person = read_record(_FORM, self._sealer.open(sealed, place=_place(subject_id)))
        if person is None:
            return Subject(subject_id, tuple(names), tuple(numbers), tuple(documents))
        birth, is_deceased, is_abroad = person
        person_names, person_numbers = tuple(names), tuple(numbers)
        person = Person(
            subject_id,
            person_names,
            person_numbers,
            birth and _DAY(birth),
            is_deceased,
            is_abroad,
            tuple(map(_document, documents)),
        )
        passports = tuple(dict.fromkeys([document[1] for document in documents]))
        return Subject(subject_id, person_names, person_numbers, passports, person)


def _values(subject: Subject) -> list[object]:
    person = subject.person
    if person is None:
        return [subject.names, subject.numbers, subject.document_numbers, None]
    documents = [
        (d.type, d.number, d.issue_date.toordinal(), d.expiry_date.toordinal(), _count(d.ended_on), d.ending or 0)
        for d in person.documents
    ]
    told = [_count(person.birth_date), person.is_deceased, person.is_abroad]
    return [person.names, person.numbers, documents, told]


def _document(values: list[Any]) -> Document:
    kind, number, issued, expires, ended, ending = values
    state = DocumentState(ending) if ending else None
    return Document(kind, number, _DAY(issued), _DAY(expires), ended and _DAY(ended), state)


def _count(day: date | None) -> int | None:
    return None if day is None else day.toordinal()


def _place(subject_id: int) -> str:
    return f"exit.registry:{subject_id}"
