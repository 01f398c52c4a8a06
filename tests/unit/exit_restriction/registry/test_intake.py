"""What is let into the register, and what is told of what is not."""

from __future__ import annotations

from datetime import date

import pytest

from services.exit_restriction.registry.domain import Document, DocumentState
from services.exit_restriction.registry.intake import MAX_NAME, IntakeError, check_person
from tests.unit.exit_restriction.travellers import TODAY, number, passport, person, voided


@pytest.mark.parametrize(
    "known",
    [
        {},
        {"numbers": ()},
        {"documents": ()},
        {"names": ("名" * MAX_NAME, "Another Name")},
        {"birth_date": None, "is_deceased": True},
        {"birth_date": TODAY},
        {"documents": (passport(), voided(2))},
        {"documents": (Document("414", "UTOL898902C3", date(2012, 1, 1), date(2021, 12, 31)),)},
        {"numbers": ("81000018900101001X", "936840189001010017")},
    ],
)
def test_let_in(known):
    check_person(person(**known), on=TODAY)


@pytest.mark.parametrize(
    ("key", "known"),
    [
        (0, {}),
        (-1, {}),
        (1 << 63, {}),
        (1, {"names": ()}),
        (1, {"names": ("名" * (MAX_NAME + 1),)}),
        (1, {"names": (" 名",)}),
        (1, {"names": ("a\nb",)}),
        (1, {"numbers": (), "documents": ()}),
        (1, {"numbers": (number(1), number(1))}),
        (1, {"numbers": ("369901198001150012",)}),
        (1, {"numbers": (number(1).lower() + " ",)}),
        (1, {"birth_date": date(2018, 8, 4)}),
        (1, {"documents": (Document("111", "EX0000001", date(2012, 1, 1), date(2021, 12, 31)),)}),
        (1, {"documents": (Document("414", "ex0000001", date(2012, 1, 1), date(2021, 12, 31)),)}),
        (1, {"documents": (Document("414", "E" * 24, date(2012, 1, 1), date(2021, 12, 31)),)}),
        (1, {"documents": (passport(expiry_date=date(2011, 1, 1)),)}),
        (1, {"documents": (passport(ended_on=date(2013, 1, 1)),)}),
        (1, {"documents": (passport(ending=DocumentState.VOIDED),)}),
        (1, {"documents": (passport(ended_on=date(2011, 1, 1), ending=DocumentState.VOIDED),)}),
        (1, {"documents": (passport(ended_on=date(2013, 1, 1), ending=DocumentState.EXPIRED),)}),
    ],
)
def test_not_let_in_and_nothing_of_it_is_told(key, known):
    someone = person(key, **known)
    with pytest.raises(IntakeError, match=f"Person {key}:") as refused:
        check_person(someone, on=TODAY)
    told = str(refused.value).partition(":")[2]
    assert not any(value and value in told for value in (*someone.names, *someone.numbers, *someone.document_numbers))
