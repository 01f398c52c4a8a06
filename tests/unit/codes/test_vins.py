"""Vehicle identification numbers: which are read, and which have a wrong check character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes.errors import CodeError
from services.codes.vins import Vin, check_character

GOOD = ("1M8GDM9AXKP042788", "LTST00006J0000001", "LTST00008J0000002", "LTSTAA00XJ0000019")
numbers = st.from_regex("[A-HJ-NPR-Z0-9]{17}", fullmatch=True)


@pytest.mark.parametrize("text", GOOD)
def test_a_good_number_is_its_own_normal_form(text):
    vin = Vin.parse(text)
    assert str(vin) == text
    assert vin.is_checked
    assert vin == Vin.parse(text.lower())
    assert text not in repr(vin)


@pytest.mark.parametrize("text", ["LTST00007J0000001", "WVWZZZ00000000001"])
def test_a_wrong_check_character_is_told_and_not_refused(text):
    assert not Vin.parse(text).is_checked


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("LTST00006J000000I", "I, O or Q"),
        ("LTST00006J000000o", "I, O or Q"),
        ("LTSTQ0006J0000001", "I, O or Q"),
        ("LTST00006J000000", "17"),
        ("LTST00006J00000011", "17"),
        ("LTST00006J0000001\n", "17"),
        (" LTST00006J0000001", "17"),
        ("LTST-0006J0000001", "17"),
        ("", "17"),
        ("ＬTST00006J0000001", "half-width"),
        ("LTST00006J000000１", "half-width"),
        ("LTST00006J000000ı", "half-width"),
    ],
)
def test_anything_else_is_refused_with_what_is_wrong(text, about):
    with pytest.raises(CodeError, match=about) as caught:
        Vin.parse(text)
    assert not text or text not in str(caught.value)


def test_only_a_number_has_a_check_character():
    with pytest.raises(CodeError):
        check_character("short")


def value(character):
    """What a character counts for, by its place in a row that leaves out what has none."""
    return "0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ".index(character) % 10


@given(numbers)
def test_the_check_character_is_that_of_the_standard(text):
    weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
    total = sum(weight * value(c) for weight, c in zip(weights, text, strict=True))
    assert check_character(text) == "0123456789X"[total % 11]


@given(numbers)
def test_one_check_character_of_eleven_is_right(text):
    right = [c for c in "0123456789X" if Vin.parse(text[:8] + c + text[9:]).is_checked]
    assert right == [check_character(text)]


@given(numbers, st.sampled_from([place for place in range(17) if place != 8]), st.sampled_from("0123456789"))
def test_a_wrong_character_is_noticed(text, place, other):
    whole = text[:8] + check_character(text) + text[9:]
    broken = whole[:place] + other + whole[place + 1 :]
    assert Vin.parse(broken).is_checked is (value(other) == value(whole[place]))
