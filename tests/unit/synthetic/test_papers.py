"""Court documents: real PDFs whose text can be read, the same each time."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from services.papers.fonts import MISSING
from services.synthetic.papers import Paper, PaperKind, draw_list, draw_paper

PAPER = Paper(
    kind=PaperKind.SEIZURE,
    court="南昌市东湖区人民法院",
    number="（2018）赣0102执1234号之一",
    case="（2018）赣0102执1234号",
    issued_on=date(2018, 9, 1),
    facts=("号牌号码：赣A12345，赣AD12345", "车辆识别代号：LSVAA49J132047371", "买受人：测试甲"),
)


def text_of(pdf: bytes) -> str:
    (page,) = PdfReader(BytesIO(pdf), strict=True).pages
    return page.extract_text()


@pytest.mark.parametrize("kind", PaperKind)
def test_everything_that_it_says_can_be_read(kind: PaperKind) -> None:
    text = text_of(draw_paper(replace(PAPER, kind=kind)))
    assert text.splitlines()[1].strip() == kind.title
    for fact in (PAPER.court, PAPER.number, PAPER.case, "2018年9月1日", *PAPER.facts):
        assert fact in text


def test_the_same_document_has_the_same_bytes() -> None:
    assert draw_paper(PAPER) == draw_paper(PAPER)
    assert draw_paper(PAPER) != draw_paper(replace(PAPER, number="（2018）赣0102执1234号之二"))


def test_its_font_is_within_it() -> None:
    (page,) = PdfReader(BytesIO(draw_paper(PAPER))).pages
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert fonts
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)


def test_no_line_breaks_within_a_plate() -> None:
    plates = [f"赣A{number}" for number in range(10_000, 10_060)]
    text = text_of(draw_paper(replace(PAPER, facts=("、".join(plates),))))
    assert re.findall("A[0-9]{5}", text) == [plate[1:] for plate in plates]


def test_a_character_that_the_font_has_not_is_marked() -> None:
    assert f"买受人：{MISSING}（U+20BB7）甲" in text_of(draw_paper(replace(PAPER, facts=("买受人：\U00020bb7甲",))))


def test_what_does_not_fit_on_a_page_is_refused() -> None:
    with pytest.raises(ValueError, match="page"):
        draw_paper(replace(PAPER, facts=("事实",) * 50))


def test_a_list_of_many_people_takes_several_pages_and_can_be_read() -> None:
    people = tuple(f"测试{number}，证件号码：{number:018}" for number in range(500))
    pages = PdfReader(BytesIO(draw_list(replace(PAPER, facts=people))), strict=True).pages
    text = "\n".join(page.extract_text() for page in pages)
    assert 1 < len(pages) <= 50
    assert re.findall("[0-9]{18}", text) == [f"{number:018}" for number in range(500)]
