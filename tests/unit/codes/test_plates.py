"""Plates: which are read, under which type, and that a refusal says what is wrong and repeats nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes.divisions import codes_on
from services.codes.errors import CodeError
from services.codes.plates import PREFECTURES, Plate
from services.codes.vehicles import PLATE_TYPES
from tests.unit.codes.numbers import TODAY


def refused(text, plate_type):
    with pytest.raises(CodeError) as caught:
        Plate.parse(text, plate_type=plate_type)
    assert not text.strip() or text.strip() not in str(caught.value)
    assert caught.value.__cause__ is None
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "plate_type"),
    [
        ("赣A12345", "02"),
        ("赣A12345", "01"),
        ("赣B00001", "07"),
        ("赣CAB123", "08"),
        ("赣D1A2B3", "13"),
        ("赣E123AB", "02"),
        ("赣AD12345", "52"),
        ("赣AF12345", "52"),
        ("赣MDA1234", "52"),
        ("赣A12345D", "51"),
        ("赣L12345F", "51"),
        ("赣F1234挂", "15"),
        ("赣GA123学", "16"),
        ("赣G1234学", "17"),
        ("赣H1234警", "23"),
        ("赣H1234警", "24"),
        ("赣J1234试", "18"),
        ("赣J1234试", "19"),
        ("赣K1234超", "22"),
        ("粤A12345", "02"),
        ("京N12345", "02"),
        ("浙AD12345", "52"),
    ],
)
def test_a_good_plate_is_its_own_normal_form(text, plate_type):
    plate = Plate.parse(text, plate_type=plate_type)
    assert str(plate) == text
    assert plate.type == plate_type
    assert plate.is_of_jiangxi is text.startswith("赣")


@pytest.mark.parametrize("text", ["赣a12345", "赣A·12345", "赣A•12345", "赣A-12345", "赣A 12345", "赣a 12345"])
def test_what_can_mean_nothing_else_is_normalised(text):
    assert Plate.parse(text, plate_type="02") == Plate("赣A12345", "02")


@pytest.mark.parametrize(
    ("text", "plate_type", "about"),
    [
        ("赣I12345", "02", "I or O"),
        ("赣O12345", "02", "I or O"),
        ("赣AO2345", "02", "I or O"),
        ("赣A1234i", "02", "I or O"),
        ("粤AI2345", "02", "I or O"),
        ("赣N12345", "02", "no place in Jiangxi"),
        ("赣AABC12", "02", "more than 2 letters"),
        ("京AABC12", "02", "more than 2 letters"),
        ("赣A1234", "02", "has 5 characters"),
        ("赣A123456", "02", "has 5 characters"),
        ("赣AD12345", "02", "has 5 characters"),
        ("赣AD1234", "52", "has 6 characters"),
        ("赣A12345", "51", "has 6 characters"),
        ("赣AD123456", "52", "has 6 characters"),
        ("赣A12345D", "52", "not where"),
        ("赣AD12345", "51", "not where"),
        ("赣AL12345", "52", "not where"),
        ("赣A1234A挂", "15", "has 5 characters"),
        ("赣A12345", "15", "ends with 挂"),
        ("赣A1234学", "15", "ends with 挂"),
        ("赣A1234挂", "02", "no character at the end"),
        ("赣A1234警", "16", "ends with 学"),
        ("赣A12挂4挂", "15", "not where"),
        ("赣Ａ12345", "02", "full-width"),
        ("赣A１2345", "02", "full-width"),
        ("A12345", "02", "character of a province"),
        ("甲A12345", "02", "character of a province"),
        ("赣112345", "02", "character of a province"),
        ("赣A12345\n", "02", "character of a province"),
        (" 赣A12345", "02", "character of a province"),
        ("赣A--12345", "02", "character of a province"),
        ("赣A123-45", "02", "character of a province"),
        ("赣·A12345", "02", "character of a province"),
        ("赣A١2345", "02", "character of a province"),
        ("赣A", "02", "character of a province"),
        ("", "02", "character of a province"),
        ("赣A12345", "41", "not read here"),
        ("赣A12345", "32", "not read here"),
        ("赣A12345", "77", "none of GA/T 16.7"),
        ("赣A12345", "", "none of GA/T 16.7"),
    ],
)
def test_anything_else_is_refused_with_what_is_wrong(text, plate_type, about):
    assert about in refused(text, plate_type)


def test_the_same_serial_under_another_type_is_another_plate():
    car = Plate.parse("赣A12345", plate_type="02")
    assert car != Plate.parse("赣A12345", plate_type="01")
    assert car != Plate.parse("赣A12345", plate_type="07")
    assert car == Plate.parse("赣a·12345", plate_type="02")


@pytest.mark.parametrize(
    ("letter", "prefecture"),
    [
        ("A", "360100"),
        ("B", "360700"),
        ("C", "360900"),
        ("D", "360800"),
        ("E", "361100"),
        ("F", "361000"),
        ("G", "360400"),
        ("H", "360200"),
        ("J", "360300"),
        ("K", "360500"),
        ("L", "360600"),
        ("M", "360100"),
    ],
)
def test_the_letter_tells_the_prefecture(letter, prefecture):
    assert Plate.parse(f"赣{letter}12345", plate_type="02").prefecture == prefecture


def test_every_prefecture_has_a_letter_and_no_other_province_has():
    prefectures = {code for code in codes_on(TODAY) if code.endswith("00")} - {"360000"}
    assert set(PREFECTURES.values()) == prefectures
    assert Plate.parse("粤B12345", plate_type="02").prefecture is None


def test_its_repr_does_not_show_it():
    assert "12345" not in repr(Plate.parse("赣A12345", plate_type="02"))


@given(st.text(max_size=10), st.sampled_from(sorted(PLATE_TYPES)))
def test_any_text_is_a_plate_in_normal_form_or_refused(text, plate_type):
    try:
        plate = Plate.parse(text, plate_type=plate_type)
    except CodeError:
        return
    assert Plate.parse(str(plate), plate_type=plate_type) == plate


@given(st.from_regex("赣[A-HJ-M][A-HJ-NP-Z]{0,2}", fullmatch=True), st.integers(0, 99_999), st.sampled_from("·•- "))
def test_a_plate_reads_the_same_however_it_is_typed(head, number, separator):
    text = head + f"{number:05d}"[: 7 - len(head)]
    plate = Plate.parse(text, plate_type="02")
    assert Plate.parse(text[:2].lower() + separator + text[2:].lower(), plate_type="02") == plate
