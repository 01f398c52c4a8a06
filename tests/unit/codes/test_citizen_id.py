"""Identity numbers of natural persons: which are read, which are refused, and that a refusal repeats nothing."""

from __future__ import annotations

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from services.codes.citizen_id import FEMALE, MALE, CitizenId, ForeignResidentId, check_character
from services.codes.errors import CodeError
from tests.unit.codes.numbers import (
    CITIZENS,
    FOREIGNER,
    FOREIGNER_BEFORE_2023,
    RESIDENTS_OF_HONG_KONG_MACAU_AND_TAIWAN,
    TODAY,
    citizen_numbers,
    foreigner_numbers,
    numbered,
)

GOOD = "36990119800115002X"


def refused(kind, text, on=TODAY):
    with pytest.raises(CodeError) as caught:
        kind.parse(text, on=on)
    assert not text.strip() or text.strip() not in str(caught.value)
    assert caught.value.__cause__ is None
    return str(caught.value)


@pytest.mark.parametrize("text", CITIZENS + RESIDENTS_OF_HONG_KONG_MACAU_AND_TAIWAN)
def test_a_good_number_is_its_own_normal_form(text):
    number = CitizenId.parse(text, on=TODAY)
    assert str(number) == text
    assert number.division == text[:6]
    assert f"{number.birth_date:%Y%m%d}" == text[6:14]


@pytest.mark.parametrize(
    ("text", "sex"),
    [
        ("369901198001150011", MALE),
        (GOOD, FEMALE),
        ("36990120020803005X", MALE),
        ("369901200208030068", FEMALE),
        ("81000018900101001X", MALE),
        ("82000018900101002X", FEMALE),
    ],
)
def test_the_17th_digit_tells_the_sex(text, sex):
    assert CitizenId.parse(text, on=TODAY).sex == sex


def test_a_lower_case_x_is_normalised():
    assert str(CitizenId.parse(GOOD.lower(), on=TODAY)) == GOOD
    assert CitizenId.parse(GOOD.lower(), on=TODAY) == CitizenId.parse(GOOD, on=TODAY)


@pytest.mark.parametrize(
    "prefix", ["362101", "362201", "362301", "362401", "362501", "362621", "360105", "369901", "110000"]
)
def test_an_abolished_division_is_as_good_as_any(prefix):
    text = numbered(prefix, date(1890, 5, 5), 3)
    assert str(CitizenId.parse(text, on=TODAY)) == text


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("369901198001150012", "check character"),
        ("369901198001150021", "check character"),
        (numbered("369901", date(1980, 3, 1), 1).replace("0301", "0230"), "no date"),
        ("369901198013010011", "no date"),
        ("369901198000010011", "no date"),
        ("369901198001000011", "no date"),
        ("369901198001320011", "no date"),
        ("369901190002290011", "no date"),
        (numbered("369901", date(2018, 8, 4), 1), "to come"),
        (numbered("369901", date(2099, 1, 1), 1), "to come"),
        ("369901800115001", "LEGACY_15_DIGIT"),
        ("３６９９０１１９８００１１５００１１", "17 digits"),
        ("36990119800115００2X", "17 digits"),
        ("٣٦٩٩٠١١٩٨٠٠١١٥٠٠١١", "17 digits"),
        ("36990119800115002Ⅹ", "17 digits"),
        ("36990119800115002Х", "17 digits"),
        (GOOD + "\n", "17 digits"),
        (GOOD + "\r\n", "17 digits"),
        ("\n" + GOOD, "17 digits"),
        (" " + GOOD, "17 digits"),
        ("369901 19800115002X", "17 digits"),
        ("369901-19800115-002X", "17 digits"),
        ("3699011980011500X2", "17 digits"),
        ("36990119800115002Y", "17 digits"),
        ("069901198001150011", "17 digits"),
        ("369901178001150011", "17 digits"),
        ("369901218001150011", "17 digits"),
        (FOREIGNER, "17 digits"),
        (FOREIGNER_BEFORE_2023, "17 digits"),
        (GOOD[:-1], "17 digits"),
        (GOOD + "0", "17 digits"),
        ("", "17 digits"),
        ("1" * 100_000, "17 digits"),
    ],
)
def test_a_bad_number_is_refused_with_what_is_wrong(text, about):
    assert about in refused(CitizenId, text)


def test_nobody_is_born_after_the_day_of_the_question():
    newborn = "369901201808010129"
    assert CitizenId.parse(newborn, on=date(2018, 8, 1))
    assert "to come" in refused(CitizenId, newborn, on=date(2018, 7, 31))


def test_a_number_does_not_show_in_a_repr():
    assert GOOD not in repr(CitizenId.parse(GOOD, on=TODAY))
    assert FOREIGNER not in repr(ForeignResidentId.parse(FOREIGNER, on=TODAY))


@given(citizen_numbers)
def test_what_is_read_reads_back(text):
    number = CitizenId.parse(text, on=TODAY)
    assert str(number) == text
    assert CitizenId.parse(str(number), on=TODAY) == number


@given(citizen_numbers, st.integers(0, 17), st.sampled_from(string.digits + "X"))
def test_every_change_of_one_character_is_caught(text, place, other):
    if other != text[place]:
        refused(CitizenId, text[:place] + other + text[place + 1 :])


@given(citizen_numbers, st.integers(0, 16))
def test_every_swap_of_neighbours_is_caught(text, place):
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if swapped != text:
        refused(CitizenId, swapped)


@given(st.text())
def test_any_other_text_is_refused_and_never_anything_worse(text):
    for kind in (CitizenId, ForeignResidentId):
        try:
            number = kind.parse(text, on=TODAY)
        except CodeError:
            continue
        assert str(number) == text.upper()


@given(st.from_regex("[0-9]{17}", fullmatch=True))
def test_the_check_character_is_that_of_another_implementation(first17):
    assert check_character(first17) == ric.calc_check_digit(first17 + "0")


def test_the_worked_example_of_the_standard():
    assert check_character("36990120020803005") == "X"
    assert check_character("93684018900101001") == "7"


@pytest.mark.parametrize("text", ["", "3" * 16, "3" * 18, "３" * 17, "3" * 16 + "X", "3" * 17 + "\n"])
def test_there_is_no_check_character_but_of_17_digits(text):
    with pytest.raises(CodeError):
        check_character(text)


def test_both_forms_of_a_foreigners_number_are_read():
    new = ForeignResidentId.parse(FOREIGNER, on=TODAY)
    assert (str(new), new.birth_date, new.sex) == (FOREIGNER, date(1890, 1, 1), MALE)
    old = ForeignResidentId.parse(FOREIGNER_BEFORE_2023.lower(), on=TODAY)
    assert (str(old), old.birth_date, old.sex) == (FOREIGNER_BEFORE_2023, None, None)


@given(foreigner_numbers)
def test_a_foreigners_number_reads_back(text):
    assert str(ForeignResidentId.parse(text, on=TODAY)) == text


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("936840189001010018", "check character"),
        ("936840189002300017", "no date"),
        (numbered("936840", date(2018, 8, 4), 1), "to come"),
        ("９36840189001010017", "neither"),
        (FOREIGNER + "\n", "neither"),
        ("936840 189001010017", "neither"),
        (GOOD, "neither"),
        ("CAN11018001150", "neither"),
        ("CAN1101800115011", "neither"),
        ("CA1110180011501", "neither"),
        ("ＣＡＮ110180011501", "neither"),
        ("CAN11018001150１", "neither"),
        ("CAN110180011501\n", "neither"),
        ("ſAN110180011501", "neither"),
        ("", "neither"),
    ],
)
def test_a_bad_foreigners_number_is_refused_with_what_is_wrong(text, about):
    assert about in refused(ForeignResidentId, text)
