"""Numbers as they are read and typed at ports."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.exit_restriction.registry.numbers import plain_number, read_document_number

CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WIDE = str.maketrans({character: chr(ord(character) + 0xFEE0) for character in CHARACTERS})


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("E12345678", "E12345678"),
        ("e 1234-5678", "E12345678"),
        ("\uff25\uff11\uff12\uff13\uff14\uff15", "E12345"),
        ("gbr 123456789", "GBR123456789"),
        ("36990119800115001x", "36990119800115001X"),
        ("E1234", "E1234"),
        ("E123", None),
        ("A" * 24, None),
        ("护照12345678", None),
        ("E1234567!", None),
        ("", None),
        ("\udcff12345", None),
    ],
)
def test_a_number_is_read_however_it_is_written(text, number):
    assert read_document_number(text) == number


@given(st.text(CHARACTERS, min_size=5, max_size=23), st.sampled_from([" ", "-", ".", "·", "\u3000"]))
def test_separators_and_width_make_no_difference(number, separator):
    for text in (number, number.lower(), separator.join(number), number.translate(WIDE)):
        assert plain_number(text) == number
