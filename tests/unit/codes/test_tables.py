"""The code tables: what is in them, and that nobody changes them."""

from __future__ import annotations

import re

import pytest

from services.codes.case_number import KINDS
from services.codes.courts import COURTS
from services.codes.divisions import CREATED
from services.codes.documents import DOCUMENT_TYPES, is_usual_number
from services.codes.relations import RELATIONS


@pytest.mark.parametrize("table", [KINDS, COURTS, CREATED, DOCUMENT_TYPES, RELATIONS])
def test_a_table_cannot_be_changed(table):
    with pytest.raises(TypeError):
        table["00"] = "x"


def test_relations_are_those_of_the_standard():
    assert all(re.fullmatch("[0-9]{2}", code) and name for code, name in RELATIONS.items())
    known = {f"{n:02d}" for n in (1, 2, *range(10, 13), *range(20, 98), 99)}
    assert set(RELATIONS) == known
    assert len(set(RELATIONS.values())) == len(RELATIONS)
    told = {"01": "本人", "02": "户主", "10": "配偶", "20": "子", "30": "女", "52": "母亲", "99": "非亲属"}
    assert told.items() <= RELATIONS.items()


def test_documents_are_those_with_which_a_border_is_crossed():
    numbers = (*range(411, 417), 419, 511, 513, *range(515, 519), 553)
    assert list(DOCUMENT_TYPES) == [str(number) for number in numbers]
    assert DOCUMENT_TYPES["414"] == "普通护照"
    assert all(DOCUMENT_TYPES.values())


@pytest.mark.parametrize(
    ("kind", "number", "is_usual"),
    [
        ("414", "E00000001", True),
        ("414", "EA0000001", True),
        ("414", "G00000001", True),
        ("414", "140000001", True),
        ("414", "150000001", True),
        ("414", "EI0000001", False),
        ("414", "EO0000001", False),
        ("414", "160000001", False),
        ("414", "E0000001", False),
        ("414", "E00000001\n", False),
        ("414", "Ｅ00000001", False),
        ("414", "E0000000１", False),
        ("411", "DE0000001", True),
        ("412", "SE0000001", True),
        ("413", "PE0000001", True),
        ("411", "D0000001", True),
        ("411", "E00000001", False),
        ("513", "C00000001", True),
        ("513", "CA0000001", True),
        ("513", "W00000001", True),
        ("513", "L00000001", False),
        ("517", "L00000001", True),
        ("517", "T00000001", True),
        ("517", "C00000001", False),
        ("419", "whatever", True),
    ],
)
def test_a_number_of_an_unusual_form_is_told(kind, number, is_usual):
    assert is_usual_number(kind, number) is is_usual
