"""Court documents (法律文书) for tests and demonstrations: rulings and notices as PDFs under a court's seal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from services.papers.fonts import FONT, finish, load_font, shown
from services.papers.lines import break_lines
from services.papers.numerals import plain_date

NOTE = "合成文书，仅供测试"
"""At the foot of each document: made up, for tests only."""

_WIDTH, _HEIGHT = A4
_MARGIN = 72
_SIZE, _LEADING = 14, 28
_SMALL, _SMALL_LEADING = 9, 14


class PaperKind(Enum):
    """A kind of document: its title, and what it orders."""

    SEIZURE = ("执行裁定书", "裁定如下：查封被执行人名下下列车辆，查封期间不得办理转移、抵押登记。")
    ASSISTANCE = ("协助执行通知书", "请协助执行以下事项：")
    EXTENSION = ("执行裁定书", "裁定如下：继续查封下列车辆。")
    LIFTING = ("执行裁定书", "裁定如下：解除对下列车辆的查封。")
    TRANSFER = ("执行裁定书", "裁定如下：下列车辆归买受人所有，自本裁定送达买受人时起转移。")
    EXIT_RESTRICTION = ("限制出境决定书", "决定如下：限制下列人员出境。")
    BORDER_CONTROL = ("限制出境决定书", "决定如下：限制下列人员出境，并请边防检查机关依法控制。")
    LIBERTY = ("拘留决定书", "决定如下：对下列人员予以拘留。")
    REFERRAL = ("案件移送函", "现将下列人员涉嫌拒不执行判决、裁定罪的线索移送你单位。")
    ACCOUNT = ("执行情况说明", "现将本案执行情况说明如下：")
    SUPPLEMENT = ("补充材料函", "根据你单位要求，现补充下列材料：")

    @property
    def title(self) -> str:
        """The title."""
        return self.value[0]

    @property
    def order(self) -> str:
        """What it orders, before the facts."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Paper:
    """What a document says; of synthetic people and cars only.

    Attributes:
        kind: What it is.
        court: Name of the court.
        number: Number of the document (文号), which for a ruling is that of its case.
        case: Number of the case.
        issued_on: Date of issue.
        facts: Lines that it lists, for example "号牌号码：赣A12345".
    """

    kind: PaperKind
    court: str
    number: str
    case: str
    issued_on: date
    facts: tuple[str, ...]


def draw_paper(paper: Paper) -> bytes:
    """Draws a document on one page, as a PDF without a seal; the same bytes for the same document.

    Raises:
        ValueError: If it does not fit on a page.
    """
    load_font()
    made = BytesIO()
    canvas = Canvas(made, pagesize=A4, invariant=True, initialFontName=FONT)
    canvas.setTitle(paper.kind.title)
    for place, line in enumerate(_lines(paper)):
        y = _HEIGHT - _MARGIN - place * _LEADING
        if y < _MARGIN:
            raise ValueError("the document does not fit on a page")
        _draw_line(canvas, line, place=place, y=y)
    _draw_stamp(canvas, paper.court)
    canvas.showPage()
    finish(canvas)
    return made.getvalue()


def draw_list(paper: Paper) -> bytes:
    """Draws a document that lists many people, in small letters on as many pages as it takes; as `draw_paper`."""
    load_font()
    made = BytesIO()
    canvas = Canvas(made, pagesize=A4, invariant=True, initialFontName=FONT)
    canvas.setTitle(paper.kind.title)
    head = (paper.court, paper.kind.title, paper.number, f"案号：{paper.case}", paper.kind.order)
    texts = (*head, *paper.facts, plain_date(paper.issued_on))
    lines = [line for text in texts for line in _small_lines(text)]
    room = int((_HEIGHT - 2 * _MARGIN) / _SMALL_LEADING)
    for start in range(0, len(lines), room):
        canvas.setFont(FONT, _SMALL)
        for place, line in enumerate(lines[start : start + room]):
            canvas.drawString(_MARGIN, _HEIGHT - _MARGIN - place * _SMALL_LEADING, line)
        _draw_stamp(canvas, paper.court)
        canvas.showPage()
    finish(canvas)
    return made.getvalue()


def _small_lines(text: str) -> tuple[str, ...]:
    return break_lines(shown(text), width=_WIDTH - 2 * _MARGIN, size=_SMALL)


def _lines(paper: Paper) -> Iterator[str]:
    yield from map(shown, (paper.court, paper.kind.title, paper.number, f"案号：{paper.case}"))
    for text in (paper.kind.order, *paper.facts):
        yield from break_lines(shown(text), width=_WIDTH - 2 * _MARGIN, size=_SIZE)
    yield plain_date(paper.issued_on)


def _draw_line(canvas: Canvas, line: str, *, place: int, y: float) -> None:
    canvas.setFont(FONT, _SIZE + 6 if place < 2 else _SIZE)
    if place < 3:
        canvas.drawCentredString(_WIDTH / 2, y, line)
    else:
        canvas.drawString(_MARGIN, y, line)


def _draw_stamp(canvas: Canvas, court: str) -> None:
    """Draws the red round stamp that people look for; what counts is the signature."""
    canvas.setStrokeColorRGB(0.8, 0, 0)
    canvas.setFillColorRGB(0.8, 0, 0)
    canvas.setLineWidth(3)
    centre = _WIDTH - 2 * _MARGIN
    canvas.circle(centre, 2 * _MARGIN, 60)
    canvas.setFont(FONT, 100 / max(len(court), 8))
    canvas.drawCentredString(centre, 2 * _MARGIN, court)
    canvas.setFont(FONT, 8)
    canvas.drawCentredString(_WIDTH / 2, _MARGIN / 2, NOTE)
