"""Mentions: whole tokens only, however the page lays them out."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.papers import SealedPaper, mentions
from services.papers.content import normalise
from tests.unit.papers.conftest import NOW

LETTERS = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", min_size=1, max_size=17)


def paper(text: str) -> SealedPaper:
    return SealedPaper(sha256=b"", signer="赣0102", sealed_at=NOW, fingerprint="", text=normalise(text))


@pytest.mark.parametrize(
    ("text", "sought"),
    [
        ("查封赣A12345号车", "赣A12345"),
        ("查封赣Ａ１２３４５号车", "赣A12345"),
        ("查封赣A·12345号车", "赣A12345"),
        ("查封赣A•12345号车", "赣A12345"),
        ("查封赣A 12345号车", "赣A12345"),
        ("查封赣\nA12345号车", "赣A12345"),
        ("查封赣A\u200b12345号车", "赣A12345"),
        ("号牌 赣A12345 LSVAA49J132047371 2018年", "赣A12345"),
        ("号牌 赣A12345 LSVAA49J132047371 2018年", "LSVAA49J132047371"),
        ("LSVAA49J132047371赣A12345", "赣A12345"),
        ("挂车赣A1234挂", "赣A1234挂"),
        ("赣A123456、赣A12345", "赣A12345"),
        ("赣A123456、赣A 12345", "赣A12345"),
        ("LSVAA49J132047371 2、LSVAA49J132047371", "LSVAA49J132047371"),
        ("（2018）赣0102执1号", "(2018)赣0102执1号"),
        ("阿不都·买买提", "阿不都•买买提"),
        ("所有⼈", "所有人"),
    ],
)
def test_it_is_mentioned(text: str, sought: str) -> None:
    assert mentions(paper(text), sought)


@pytest.mark.parametrize(
    ("text", "sought"),
    [
        ("赣A123456", "赣A12345"),
        ("赣A12345B", "赣A12345"),
        ("赣A·123456", "赣A12345"),
        ("XLSVAA49J132047371", "LSVAA49J132047371"),
        ("LSVAA49J1320473712", "LSVAA49J132047371"),
        ("赣B12345", "赣A12345"),
        ("赣A12345", ""),
        ("赣A12345", " \n·"),
        ("", "赣A12345"),
        ("赣A12345", ".*"),
        ("赣a12345", "赣A12345"),
        ("赣A12 3456", "赣A12345"),
        ("赣A123456、赣A 123456", "赣A12345"),
    ],
)
def test_it_is_not_mentioned(text: str, sought: str) -> None:
    assert not mentions(paper(text), sought)


@given(token=LETTERS, before=LETTERS, after=LETTERS)
def test_part_of_a_longer_token_is_not_mentioned(token: str, before: str, after: str) -> None:
    assert mentions(paper(f"号牌{token}号"), token)
    if token not in before + after and (before + token + after).count(token) == 1:
        assert not mentions(paper(f"号牌{before}{token}号"), token)
        assert not mentions(paper(f"号牌{token}{after}号"), token)


@given(st.text())
@example("0 O\u200b\u0304")
@example("0 O\u00af")
@example("0 O \u0304")
@example("0 \u200b 1")
@example("0 \u1100 \u1161 1")
def test_normal_text_stays_as_it_is(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.text("0O \u200b\u0304\u00af\u0323\u1100\u1161\u3000\n号", max_size=12))
def test_accents_and_invisible_characters_leave_it_as_it_is(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


def test_an_invisible_character_between_spaces_does_not_run_two_numbers_together() -> None:
    assert normalise("12345 \u200b 67890") == "12345 67890"
