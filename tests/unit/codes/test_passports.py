"""Passports of foreigners: which numbers are read, which are refused, and that none is another kind of number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes.errors import CodeError
from services.codes.numbers import NumberType, read_number
from services.codes.parties import PartyError, read_party
from services.codes.passports import PassportNumber
from tests.unit.codes.numbers import (
    CITIZENS,
    CREDIT_CODES,
    FOREIGNER,
    FOREIGNER_BEFORE_2023,
    RESIDENTS_OF_HONG_KONG_MACAU_AND_TAIWAN,
    TODAY,
)

GOOD = ("GBR123456789", "DEUC01X00T47", "USA12345", "XXA0000001", "JPNTK1234567", "RUS" + "1" * 20)
passport_numbers = st.from_regex("[A-BD-Z][A-Z]{2}[0-9A-Z]{5,20}", fullmatch=True).filter(
    lambda text: not (len(text) == 15 and text[3:].isdigit())
)


@pytest.mark.parametrize("text", GOOD)
def test_a_good_number_is_its_own_normal_form(text):
    number = PassportNumber.parse(text)
    assert (str(number), number.state) == (text, text[:3])
    assert PassportNumber.parse(text.lower()) == number
    assert text not in repr(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "GBR",
        "GBR1234",
        "GBR" + "1" * 21,
        "D123456789",
        "123456789",
        "G1R123456789",
        "GBR 123456789",
        "GBR-12345678",
        "GBR123456789\n",
        "ＧＢＲ123456789",
        "GBR12345678９",
        "护照123456789",
        "ſBR123456789",
    ],
)
def test_what_is_not_written_as_a_state_and_a_number_is_none(text):
    with pytest.raises(CodeError) as refused:
        PassportNumber.parse(text)
    assert not text or text not in str(refused.value)


def test_a_citizen_is_not_named_by_a_passport():
    for text in ("CHNE12345678", "chne12345678"):
        with pytest.raises(CodeError, match="citizen identity number") as refused:
            PassportNumber.parse(text)
        assert text not in str(refused.value)


@pytest.mark.parametrize(
    "text", [*CITIZENS, *RESIDENTS_OF_HONG_KONG_MACAU_AND_TAIWAN, FOREIGNER, FOREIGNER_BEFORE_2023, *CREDIT_CODES]
)
def test_no_number_of_another_kind_is_a_passports(text):
    with pytest.raises(CodeError):
        PassportNumber.parse(text)


@given(passport_numbers)
def test_no_passport_is_another_number_of_a_person(text):
    assert read_number(NumberType.PASSPORT, text, on=TODAY) == text
    for kind in (NumberType.CITIZEN, NumberType.FOREIGN_PERMANENT_RESIDENT, NumberType.SOCIAL_CREDIT_CODE):
        with pytest.raises(CodeError):
            read_number(kind, text, on=TODAY)


def test_a_passport_is_a_persons():
    assert read_party("某某", NumberType.PASSPORT, GOOD[0].lower(), is_person=True, on=TODAY) == GOOD[0]
    with pytest.raises(PartyError) as refused:
        read_party("某某", NumberType.PASSPORT, GOOD[0], is_person=False, on=TODAY)
    assert refused.value.field == "id_type"
