"""Registration numbers of business licences: which are read, which are refused, and that each needs its own type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_10

from services.codes.errors import CodeError
from services.codes.licences import LicenceNumber, is_licence_like, licence_check
from services.codes.numbers import PERSON_NUMBERS, NumberType, read_number
from services.codes.parties import PartyError, read_party
from tests.unit.codes.numbers import CITIZENS, CREDIT_CODES, FOREIGNER, FOREIGNER_BEFORE_2023, LICENCES, TODAY

GOOD = LICENCES[0]
first14s = st.from_regex("[1-9][0-9]{5}[6-9][0-9]{7}", fullmatch=True)


@pytest.mark.parametrize("text", LICENCES)
def test_a_good_number_is_its_own_normal_form_and_good_to_another_implementation(text):
    number = LicenceNumber.parse(text)
    assert str(number) == text
    assert text not in repr(number)
    assert mod_11_10.is_valid(text)


def test_the_check_digit_is_that_of_the_standards_example():
    assert licence_check("11010800000001") == "6"


@pytest.mark.parametrize(
    ("text", "about"),
    [
        (GOOD[:-1] + "8", "check digit"),
        ("369901600000070", "check digit"),
        ("369901600000011", "check digit"),
        ("369901000000016", "check digit"),
        ("110108000000016", "enterprise"),
        ("369901" + "50000000" + licence_check("36990150000000"), "enterprise"),
        ("069901600000007", "15 digits"),
        ("3699012600001", "15 digits"),
        (GOOD[:-1], "15 digits"),
        (GOOD + "0", "15 digits"),
        (GOOD + "\n", "15 digits"),
        (" " + GOOD, "15 digits"),
        ("36990160000000X", "15 digits"),
        ("369901 60000000 7", "15 digits"),
        ("３69901600000007", "15 digits"),
        ("36990160000000７", "15 digits"),
        (CREDIT_CODES[1], "15 digits"),
        (CITIZENS[0], "15 digits"),
        ("", "15 digits"),
    ],
)
def test_a_bad_number_is_refused_with_what_is_wrong(text, about):
    with pytest.raises(CodeError, match=about) as refused:
        LicenceNumber.parse(text)
    assert not text.strip() or text.strip() not in str(refused.value)


@given(first14s)
def test_the_check_digit_is_that_of_another_implementation(first14):
    assert licence_check(first14) == mod_11_10.calc_check_digit(first14)
    assert read_number(NumberType.BUSINESS_LICENCE, first14 + licence_check(first14), on=TODAY)


@given(first14s, st.integers(0, 14), st.sampled_from("0123456789"))
def test_every_change_of_one_digit_is_caught(first14, place, other):
    text = first14 + licence_check(first14)
    if other != text[place]:
        with pytest.raises(CodeError):
            LicenceNumber.parse(text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize(
    ("kind", "about"),
    [
        (NumberType.CITIZEN, "LEGACY_15_DIGIT"),
        (NumberType.FOREIGN_PERMANENT_RESIDENT, "3 letters"),
        (NumberType.PASSPORT, "3 letters"),
        (NumberType.SOCIAL_CREDIT_CODE, "type of its own"),
        (NumberType.ORGANISATION_CODE, "type of its own"),
    ],
)
def test_under_another_type_it_is_refused_with_what_it_is(kind, about):
    for text in LICENCES:
        with pytest.raises(CodeError, match=about) as refused:
            read_number(kind, text, on=TODAY)
        assert text not in str(refused.value)


@pytest.mark.parametrize("text", [*CITIZENS, *CREDIT_CODES, FOREIGNER, FOREIGNER_BEFORE_2023, "MA35TRT70"])
def test_no_number_of_another_kind_is_a_licences(text):
    assert not is_licence_like(text)
    with pytest.raises(CodeError, match="15 digits"):
        read_number(NumberType.BUSINESS_LICENCE, text, on=TODAY)


def test_it_is_a_sole_traders_and_nobody_elses():
    def read(*, is_person, is_sole_trader):
        kind = NumberType.BUSINESS_LICENCE
        return read_party("测试货运部", kind, GOOD, is_person=is_person, is_sole_trader=is_sole_trader, on=TODAY)

    assert NumberType.BUSINESS_LICENCE not in PERSON_NUMBERS
    assert read(is_person=False, is_sole_trader=True) == GOOD
    for is_person, about in ((False, "only a sole trader"), (True, "a person's number")):
        with pytest.raises(PartyError, match=about) as refused:
            read(is_person=is_person, is_sole_trader=False)
        assert refused.value.field == "id_type"
