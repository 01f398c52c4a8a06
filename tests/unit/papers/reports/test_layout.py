"""Reports as PDFs: every figure can be read, bars are as long as their figures, headings repeat."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from services.codes.courts import COURTS
from services.papers.content import normalise, read_text
from services.papers.reports import Bars, Report, Series, StackedBars, Table, typeset

NAMES = tuple(court.name for court in COURTS.values())[:30]
TABLE = Table(
    "各法院移送情况",
    ("法院", "移送", "按期反馈率"),
    tuple((name, str(1_000 + number), f"{100 - number}.5%") for number, name in enumerate(NAMES)),
)
RATES = Bars("按期反馈率", "%", (("甲法院", 100.0), ("乙法院", 50.0), ("丙法院", None), ("丁法院", 0.0)), full=100)
DAYS = Bars("反馈天数中位数", "天", (("甲法院", 2.5), ("乙法院", 10.0)))
OUTCOMES = StackedBars("处理结果", ("甲法院", "乙法院"), (Series("立案", (31, 7)), Series("不予立案", (11, 0))))
REPORT = Report(
    organisation="江西省高级人民法院",
    title="拒执犯罪线索移送情况统计",
    first_day=date(2018, 9, 1),
    last_day=date(2018, 12, 31),
    made_on=date(2019, 1, 4),
    parts=(TABLE, RATES, DAYS, OUTCOMES),
    note="合成数据，仅供测试",
)


def boxes_of(pdf: bytes) -> list[tuple[float, ...]]:
    """Returns the rectangles of the first page: x, y, width and height."""
    found: list[tuple[float, ...]] = []

    def visit(operator: bytes, operands: list[object], *_: object) -> None:
        if operator == b"re":
            found.append(tuple(float(str(one)) for one in operands))

    PdfReader(BytesIO(pdf)).pages[0].extract_text(visitor_operand_before=visit)
    return found


def test_everything_that_it_says_can_be_read() -> None:
    text = read_text(typeset(REPORT)).replace(" ", "")
    for fact in (REPORT.organisation, REPORT.title, "2018年9月1日至2018年12月31日", "2019年1月4日制", REPORT.note):
        assert normalise(fact) in text
    for row in TABLE.rows:
        for cell in row:
            assert normalise(cell) in text
    for figure in ("100.0%", "50.0%", "无数据", "0.0%", "2.5天", "10.0天", "31", "11", "共42", "共7"):
        assert figure in text
    for part in REPORT.parts:
        assert part.title in text


def test_the_same_report_has_the_same_bytes() -> None:
    assert typeset(REPORT) == typeset(replace(REPORT))
    assert typeset(REPORT) != typeset(replace(REPORT, made_on=date(2019, 1, 5)))


def test_all_its_fonts_are_within_it() -> None:
    for page in PdfReader(BytesIO(typeset(REPORT))).pages:
        fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
        assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)


def test_the_heading_of_a_table_is_on_each_of_its_pages() -> None:
    many = replace(TABLE, rows=TABLE.rows * 4)
    pages = [page.extract_text() for page in PdfReader(BytesIO(typeset(replace(REPORT, parts=(many,))))).pages]
    assert len(pages) > 2
    assert all(page.count("按期反馈率") == 1 for page in pages)


def test_the_legend_of_stacked_bars_is_on_each_of_their_pages() -> None:
    many = StackedBars("处理结果", ("某法院",) * 70, (Series("立案", (1,) * 70), Series("未决定", (2,) * 70)))
    pages = [page.extract_text() for page in PdfReader(BytesIO(typeset(replace(REPORT, parts=(many,))))).pages]
    assert len(pages) > 1
    assert all(page.count("未决定") == 1 for page in pages)


def test_bars_are_as_long_as_their_figures() -> None:
    whole, half = [box[2] for box in boxes_of(typeset(replace(REPORT, parts=(RATES,))))]
    assert half == pytest.approx(whole / 2, abs=0.01)
    short, long = [box[2] for box in boxes_of(typeset(replace(REPORT, parts=(DAYS,))))]
    assert short == pytest.approx(long / 4, abs=0.01)


def test_outcomes_stand_one_after_the_other() -> None:
    boxes = boxes_of(typeset(replace(REPORT, parts=(OUTCOMES,))))
    (first, second, other) = [box for box in boxes if box[3] > 10]
    assert second[0] == pytest.approx(first[0] + first[2], abs=0.01)
    assert second[2] / first[2] == pytest.approx(11 / 31, abs=0.01)
    assert other[0] == first[0]


@pytest.mark.parametrize(
    "part",
    [
        Table("空", ("法院",), ()),
        Bars("空", "天", ()),
        Bars("零", "天", (("甲", 0.0),)),
        StackedBars("空", (), (Series("立案", ()),)),
        StackedBars("零", ("甲",), (Series("立案", (0,)),)),
        Table("<b>&", ("\U00020bb7", "<i>"), (("\x00\u202e", "&amp;"),)),
        Bars("长", "单位" * 20, (("名" * 200, 1.0),)),
    ],
    ids=["no row", "no bar", "zero", "no stack", "zero stack", "markup", "long"],
)
def test_nothing_and_anything_can_be_drawn(part: Table | Bars | StackedBars) -> None:
    text = read_text(typeset(replace(REPORT, parts=(part,))))
    assert normalise(part.title) in text


def test_a_cell_higher_than_a_page_is_refused() -> None:
    with pytest.raises(ValueError, match="lines"):
        typeset(replace(REPORT, parts=(Table("表", ("法院",), (("名" * 2_000,),)),)))
