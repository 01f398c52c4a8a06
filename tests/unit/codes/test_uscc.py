"""Numbers of organisations: which are read, which are refused, and how the old ones lie within the new ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from services.codes.errors import CodeError
from services.codes.uscc import ALPHABET, OrganisationCode, SocialCreditCode
from tests.unit.codes.numbers import CREDIT_CODES

GOOD = CREDIT_CODES[0]


def refused(kind, text):
    with pytest.raises(CodeError) as caught:
        kind.parse(text)
    assert not text.strip() or text.strip() not in str(caught.value)
    return str(caught.value)


def sealed(first17: str) -> str:
    """Finds the one last character with which a code is good."""
    found = []
    for last in ALPHABET:
        try:
            found.append(str(SocialCreditCode.parse(first17 + last)))
        except CodeError:
            continue
    (only,) = found
    return only


first17s = st.builds(
    lambda head, division, body: head + division + body,
    st.text(ALPHABET, min_size=2, max_size=2),
    st.from_regex("[0-9]{6}", fullmatch=True),
    st.text(ALPHABET, min_size=9, max_size=9),
)


@pytest.mark.parametrize("text", CREDIT_CODES)
def test_a_good_code_is_its_own_normal_form(text):
    code = SocialCreditCode.parse(text)
    assert str(code) == text
    assert SocialCreditCode.parse(text.lower()) == code


def test_the_organisation_code_within_is_one():
    within = SocialCreditCode.parse(GOOD).organisation_code
    assert within == "MA35TRT70"
    assert str(OrganisationCode.parse(within)) == within


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("91360100MA35TRT702", "check character"),
        ("91360100MA35TRT710", "check character"),
        ("9136O100MA35TRT701", "18 digits"),
        ("91360100MA35TRT7O1", "18 digits"),
        ("91360100IA35TRT701", "18 digits"),
        ("91360100SA35TRT701", "18 digits"),
        ("91360100VA35TRT701", "18 digits"),
        ("91360100ZA35TRT701", "18 digits"),
        ("9136A100MA35TRT701", "18 digits"),
        ("９1360100MA35TRT701", "18 digits"),
        ("91360100MA35TRT70１", "18 digits"),
        ("91360100ＭA35TRT701", "18 digits"),
        (GOOD + "\n", "18 digits"),
        (" " + GOOD, "18 digits"),
        ("91360100 MA35TRT701", "18 digits"),
        (GOOD[:-1], "18 digits"),
        (GOOD + "1", "18 digits"),
        ("", "18 digits"),
    ],
)
def test_a_bad_code_is_refused_with_what_is_wrong(text, about):
    assert about in refused(SocialCreditCode, text)


@given(first17s)
def test_one_check_character_is_right_and_what_is_read_reads_back(first17):
    text = sealed(first17)
    assert str(SocialCreditCode.parse(text)) == text


@given(first17s, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_every_change_of_one_character_is_caught(first17, place, other):
    text = sealed(first17)
    if other != text[place]:
        refused(SocialCreditCode, text[:place] + other + text[place + 1 :])


@given(st.from_regex("[0-9]{8}", fullmatch=True), st.text(ALPHABET, min_size=9, max_size=9))
def test_the_check_character_is_that_of_another_implementation(head, body):
    assert sealed(head + body)[-1] == uscc.calc_check_digit(head + body)


@pytest.mark.parametrize("text", [code for code in CREDIT_CODES if code[0].isdigit()])
def test_the_good_codes_are_good_to_another_implementation(text):
    assert uscc.is_valid(text)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("MA35TRT7-0", "MA35TRT70"),
        ("MA35TRT70", "MA35TRT70"),
        ("ma35trt7-0", "MA35TRT70"),
        ("00000000-0", "000000000"),
        ("00000001-9", "000000019"),
        ("0000000A-2", "0000000A2"),
        ("00000006-X", "00000006X"),
        ("00000006x", "00000006X"),
    ],
)
def test_an_organisation_code_is_read_with_and_without_its_hyphen(text, normal):
    assert str(OrganisationCode.parse(text)) == normal


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("MA35TRT7-1", "check character"),
        ("MA35TRT7X", "check character"),
        ("12345678", "8 digits"),
        ("MA35TRT7--0", "8 digits"),
        ("MA35TRT-70", "8 digits"),
        ("MA35TRT7－0", "8 digits"),
        ("MA35TRT7 0", "8 digits"),
        ("MA35TRT7-0\n", "8 digits"),
        ("MA35TRT7-０", "8 digits"),
        ("MA35TRT7-A", "8 digits"),
        ("-0", "8 digits"),
        ("", "8 digits"),
    ],
)
def test_a_bad_organisation_code_is_refused_with_what_is_wrong(text, about):
    assert about in refused(OrganisationCode, text)


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=8, max_size=8))
def test_every_organisation_has_one_check_character(body):
    good = [last for last in "0123456789X" if _is_good(body + last)]
    assert len(good) == 1


@given(st.text("0123456789", min_size=8, max_size=8), st.integers(0, 7), st.sampled_from("0123456789"))
def test_every_change_of_one_digit_of_an_organisation_code_is_caught(body, place, other):
    (last,) = [c for c in "0123456789X" if _is_good(body + c)]
    if other != body[place]:
        assert not _is_good(body[:place] + other + body[place + 1 :] + last)


def _is_good(text):
    try:
        return str(OrganisationCode.parse(text)) == text
    except CodeError:
        return False
