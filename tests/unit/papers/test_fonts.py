"""The font: what it has is shown, and whatever it lacks is marked so that it can still be told."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfbase.pdfmetrics import getFont

from services.papers.fonts import FONT, MISSING, lacking, load_font, shown, width_of


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (0x4E00, 0x9FA5, 20_902),
        (0x9FA6, 0x9FFF, 30),
        (0x3400, 0x4DBF, 2),
        (0x20000, 0x323AF, 0),
        (0x2F00, 0x2FD5, 0),
    ],
    ids=["GBK", "later", "extension A", "extensions B to H", "radicals"],
)
def test_it_covers_what_it_is_said_to_cover(first: int, last: int, expected: int) -> None:
    load_font()
    glyphs = getFont(FONT).face.charToGlyph
    assert sum(code in glyphs for code in range(first, last + 1)) == expected


def test_it_has_the_punctuation_that_documents_need() -> None:
    assert lacking("，。、；：？！“”‘’（）〔〕《》【】…—·〇№℃％￥" + MISSING) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("赣A12345", "赣A12345"),
        ("\U00020bb7甲", "〓（U+20BB7）甲"),
        ("所有\u2f08", "所有人"),
        ("a\n\t b\u3000c", "a b c"),
        ("左\u202e右", "左〓（U+202E）右"),
        ("左\u200b右", "左〓（U+200B）右"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
        ("\x00", "〓（U+0000）"),
        ("\ud800", "〓（U+D800）"),
        ("O\u0304", "Ō"),
        ("10²", "10²"),
    ],
)
def test_a_text_is_shown_in_one_line_and_without_what_misleads(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_lacking_characters_are_told_once_each() -> None:
    assert lacking("\U00020bb7甲\U00020bb7\u3400") == ("\U00020bb7", "\u3400")
    assert lacking("南昌市东湖区人民法院 \u2f08") == ()


@settings(max_examples=50)
@given(st.text(max_size=30))
def test_whatever_is_shown_can_be_shown(text: str) -> None:
    line = shown(text)
    assert lacking(line) == ()
    assert shown(line) == line
    assert width_of(line, 10) >= 0
