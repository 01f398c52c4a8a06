"""Letters as PDFs: the same each time, with their font, over as many pages as they need."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from services.papers.content import MAX_PAGES, normalise, read_text
from services.papers.fonts import shown
from services.papers.letters import typeset
from tests.unit.papers.letters.conftest import COURT_NAME, FEEDBACK, OPINION, UNIT_NAME, pages_of

LETTER = OPINION.letter()
REASON = "经调查核实，被执行人名下车辆已于执行通知书送达之前出售，不能认定其具有转移财产、逃避执行的故意。"


def test_the_same_letter_has_the_same_bytes() -> None:
    assert typeset(LETTER) == typeset(OPINION.letter())
    assert typeset(LETTER) != typeset(replace(LETTER, number="东公不立意〔2018〕2号"))


def test_all_its_fonts_are_within_it() -> None:
    for page in PdfReader(BytesIO(typeset(FEEDBACK.letter()))).pages:
        fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
        assert fonts
        assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)


def test_it_is_on_a4_and_tells_its_title_and_language() -> None:
    reader = PdfReader(BytesIO(typeset(LETTER)))
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [595, 842]
    assert reader.metadata is not None
    assert reader.metadata.title == "不予立案意见书"
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"


@pytest.mark.parametrize("reasons", range(1, 16))
def test_its_closing_is_never_on_a_page_alone(reasons: int) -> None:
    pages = pages_of(typeset(replace(LETTER, items=(REASON,) * reasons)))
    last = normalise(pages[-1])
    closing = normalise(f"此致{COURT_NAME}{UNIT_NAME}二〇一八年九月三十日")
    assert closing in last
    assert last.index(closing) > 0
    assert [f"—{number}—" in normalise(page) for number, page in enumerate(pages, start=1)] == [True] * len(pages)


def test_what_looks_like_markup_is_text() -> None:
    text = read_text(typeset(replace(LETTER, items=("<b>&lt;</b><br/>%s{0}\\(x\\)",))))
    assert "<b>&lt;</b><br/>%s{0}\\(x\\)" in text


def test_a_rare_character_is_told_by_its_number() -> None:
    assert "〓(U+20BB7)甲" in read_text(typeset(replace(LETTER, body=("\U00020bb7甲不符合立案条件。",))))


def test_long_names_and_words_stay_on_the_page() -> None:
    long = replace(LETTER, organisation=UNIT_NAME * 8, addressee="X" * 400, title="意见书" * 20, number="9" * 200)
    text = read_text(typeset(long))
    for fact in (long.organisation, long.addressee, long.title, long.number):
        assert fact in text.replace(" ", "")


def test_a_letter_without_an_end_is_refused() -> None:
    with pytest.raises(ValueError, match=str(MAX_PAGES)):
        typeset(replace(LETTER, body=(REASON * 900,)))
    with pytest.raises(ValueError, match="99"):
        typeset(replace(LETTER, items=("一",) * 100))


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60))
def test_no_text_breaks_a_letter(text: str) -> None:
    letter = replace(LETTER, organisation=text, title=text, number=text, addressee=text, body=(text,), note=text)
    found = "".join(pages_of(typeset(letter)))
    for character in shown(text).replace(" ", ""):
        assert character in found or character in normalise(found)
