"""People of the exit-entry register, made for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime

from services.exit_restriction.registry.domain import Document, DocumentState, Named, Person
from services.synthetic.numbers import citizen_id

NOW = datetime(2018, 8, 3, 4, 0, tzinfo=UTC)
TODAY = date(2018, 8, 3)
BIRTH = date(1980, 1, 15)


def number(sequence: int, born: date = BIRTH) -> str:
    """Makes an identity number of the division that does not exist."""
    return citizen_id(born, sequence)


def passport(serial: int = 1, **known: object) -> Document:
    """Makes an ordinary passport."""
    values = {"issue_date": date(2012, 1, 1), "expiry_date": date(2021, 12, 31), **known}
    return Document("414", f"EX{serial:07}", **values)  # type: ignore[arg-type]


def voided(serial: int) -> Document:
    """Makes a passport that was replaced."""
    return passport(serial, ended_on=date(2016, 5, 6), ending=DocumentState.VOIDED)


def person(key: int = 1, **known: object) -> Person:
    """Makes somebody who has one name, one number and one passport, unless told otherwise."""
    values = {
        "names": (f"测试{key}",),
        "numbers": (number(key % 1000),),
        "birth_date": BIRTH,
        "documents": (passport(key),),
        **known,
    }
    return Person(key, **values)  # type: ignore[arg-type]


def naming(someone: Person, **known: object) -> Named:
    """Names somebody as a court does that knows their first name and number."""
    values = {"name": someone.names[0], "numbers": someone.numbers[:1], **known}
    return Named(**values)  # type: ignore[arg-type]
