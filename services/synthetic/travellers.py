"""The exit-entry register of the province: the people and documents of the identity register, and a few it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from services.exit_restriction.registry.domain import Document, DocumentState, Person
from services.identity.domain import ExitDocument, MemberStatus, PersonRecord
from services.synthetic.catalogue import TWIN
from services.synthetic.documents import later
from services.synthetic.groups import Group

NAMESAKE = "章同号"
"""Somebody whose number was given a second time (重号), as the exit-entry register has it."""
FOREIGNER, FOREIGN_PASSPORT = "Maria Testova", "UTOL898902C3"
"""A foreigner without an identity number; UTO is the state of specimens, which does not exist (ICAO Doc 9303)."""

_TWIN_KEY, _FOREIGNER_KEY = 2_001, 2_002
_ORDINARY_PASSPORT = "414"
_ABROAD = 50
"""Of so many holders of a passport one was last seen going abroad."""


def on_file(group: Group) -> Iterator[Person]:
    """Yields those of a group whom the exit-entry register has: all who have a number or a document.

    Args:
        group: The group.
    """
    for record in group.people:
        if record.person.numbers or record.documents:
            yield _person(record)
    yield from group.travellers


def scenario_travellers() -> tuple[Person, ...]:
    """Makes those of the scenario whom only the exit-entry register has."""
    issued = date(2019, 5, 6)
    passport = Document(_ORDINARY_PASSPORT, FOREIGN_PASSPORT, issued, later(issued, years=10))
    return (
        Person(_TWIN_KEY, (NAMESAKE,), (TWIN,), date(1992, 7, 8)),
        Person(_FOREIGNER_KEY, (FOREIGNER, "玛丽亚"), (), date(1890, 3, 4), documents=(passport,)),
    )


def _person(record: PersonRecord) -> Person:
    person = record.person
    is_deceased = any(membership.ending is MemberStatus.DECEASED for membership in record.memberships)
    has_passport = any(document.type == _ORDINARY_PASSPORT for document in record.documents)
    return Person(
        person.person_id,
        (person.name,),
        person.numbers,
        person.birth_date,
        is_deceased,
        has_passport and not is_deceased and person.person_id % _ABROAD == 0,
        tuple(map(_document, record.documents)),
    )


def _document(document: ExitDocument) -> Document:
    ending = None if document.ending is None else DocumentState(document.ending)
    return Document(
        document.type, document.number, document.issue_date, document.expiry_date, document.ended_on, ending
    )
