"""Numbers of people and things are found in texts however they are written, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.codes.citizen_id import check_character
from services.codes.private import NumberKind, find_numbers
from services.codes.uscc import credit_check

_BODY = "36990118900101001"
CITIZEN = _BODY + check_character(_BODY)
CREDIT = "91369901MA0000000" + credit_check("91369901MA0000000")
FOUND = {
    "an identity number": (CITIZEN, NumberKind.IDENTITY),
    "one with a wrong check character": (_BODY + "X", NumberKind.IDENTITY),
    "one in lower case": ("36990118900101123x", NumberKind.IDENTITY),
    "one of 15 digits": ("369901900101001", NumberKind.IDENTITY),
    "a foreigner's card": ("GBR369900000001", NumberKind.IDENTITY),
    "a foreigner's new card": ("911369189001010012", NumberKind.IDENTITY),
    "a social credit code": (CREDIT, NumberKind.ORGANISATION),
    "a sole trader's licence": ("369901600000007", NumberKind.LICENCE),
    "a mobile telephone": ("15100000000", NumberKind.TELEPHONE),
    "one with the country": ("+86 151-0000-0000", NumberKind.TELEPHONE),
    "a fixed telephone": ("0791-00000001", NumberKind.TELEPHONE),
    "one in brackets": ("（0791）0000 0001", NumberKind.TELEPHONE),
    "a plate": ("赣A12345", NumberKind.PLATE),
    "a plate with a dot": ("赣a·12345", NumberKind.PLATE),
    "a new energy plate": ("赣AD12345", NumberKind.PLATE),
    "a trailer's": ("赣B 1234挂", NumberKind.PLATE),
    "a vehicle": ("LSVAA4187E2000000", NumberKind.VIN),
    "a passport": ("E00000000", NumberKind.PASSPORT),
    "another passport": ("EA0000000", NumberKind.PASSPORT),
    "a foreign one": ("GBR123456789", NumberKind.PASSPORT),
    "a French one": ("FRA12AB34567", NumberKind.PASSPORT),
}
CLEAN = (
    "",
    "逾期未立案，请说明理由。",
    "（2026）赣0102执123号一案，洪公（刑）立字〔2026〕1号",
    "referrals/3b9c1f60-0000-4000-8000-000000000000 的答复期限为 2026-11-27 15:00",
    "360102000000 于 2026年11月27日 回复 GAN0102-J001、POL360102-I001",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "执行标的 13,800,000,000.00 元，共 3 人 12 份",
    "在赣ABCDEFG公司",
    "流水 369901600000008",
)


@pytest.mark.parametrize(("number", "kind"), FOUND.values(), ids=FOUND)
def test_each_is_found_as_it_is_and_within_a_text(number, kind):
    assert find_numbers(number) >= {kind}
    assert kind in find_numbers(f"被执行人{number}，请核实")
    assert kind in find_numbers(f"见 1 号、{number}")


@pytest.mark.parametrize("spoken", ["幺五一〇〇〇〇〇〇〇〇", "壹伍壹零零零零零零零零", "一五一 零零零零 零零两两"])
def test_a_number_in_words_is_found(spoken):
    assert find_numbers(f"请拨打{spoken}。") == {NumberKind.TELEPHONE}


@pytest.mark.parametrize("text", CLEAN)
def test_what_is_none_is_not_taken_for_one(text):
    assert find_numbers(text) == frozenset()


WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


@pytest.mark.parametrize(
    "disguise",
    [
        lambda number: number.translate(WIDE),
        " ".join,
        "-".join,
        "\u200b".join,
        "—".join,
        "．".join,
        lambda number: f"ID{number}",
        lambda number: f"{number[:6]} {number[6:14]} {number[14:]}",
        lambda number: number.translate(str.maketrans("0123456789", "零一二三四五六七八九")),
        lambda number: number.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    ],
)
def test_nothing_between_or_instead_of_its_digits_hides_a_number(disguise):
    assert NumberKind.IDENTITY in find_numbers(disguise(CITIZEN))
    assert NumberKind.TELEPHONE in find_numbers(disguise("15100000000"))


@settings(max_examples=30)
@given(st.text(alphabet="的法院公安，。、\n", max_size=20), st.text(alphabet="的法院公安，。、\n", max_size=20))
def test_words_around_it_hide_nothing(before, after):
    assert NumberKind.IDENTITY in find_numbers(before + CITIZEN + after)


def test_a_long_text_of_single_digits_takes_no_time():
    assert find_numbers("9 " * 2_000) == frozenset()
