"""Where the parts of a form stand on its pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, product

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.pdfgen.canvas import Canvas

from services.papers.content import MAX_PAGES
from services.papers.fonts import FONT, shown
from services.papers.forms.contents import MOST_ENTRIES, Entry, Fact, Form
from services.papers.lines import break_lines
from services.papers.numerals import ordinal
from services.papers.pages import BLACK, HEIGHT, LEFT, WIDTH, Block, Line, Rule, draw_pages

QR_PREFIX = "sha256:"
"""What stands in the QR code before the digest in hexadecimal."""

_TITLE_SIZE, _TITLE_HEIGHT = 22.0, 40.0
_SIZE, _HEIGHT = 11.0, 17.0
_LABEL = 96.0
"""Width of the labels before what is said, in points."""
_LARGEST_ORDINAL = 99
_QR = 110.0
_BOX_HEIGHT = 150.0
_GAP = 12.0
_DIGEST_GROUPS = 16
_ROOM = HEIGHT * (MAX_PAGES - 4) / 2
"""Height of all entries: two pages in a row are more than half full together, so twice as many pages are enough."""
_BOXES = ("报送单位（盖章）", "接收单位（盖章）")
_SIGNED = ("联络员签名：", "日　　期：　　　　年　　月　　日")


def typeset(form: Form) -> bytes:
    """Sets a form on pages, as a PDF without a seal; the same bytes for the same form.

    Entries that would need more pages than a document may have are left out, and counted among those that are.

    Args:
        form: The form.

    Raises:
        ValueError: If it has more entries than are printed.
    """
    if len(form.entries) > MOST_ENTRIES:
        raise ValueError(f"a form has at most {MOST_ENTRIES} entries")
    entries = tuple(_fitting(form.entries))
    left_out = form.left_out + len(form.entries) - len(entries)
    blocks = chain(_head(form), *entries, _rest(left_out), _ending())
    return draw_pages(blocks, title=form.title, note=f"SHA-256 {form.sha256.hex()}")


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code, with what it says beside it.

    Attributes:
        text: What it says.
        lines: What stands beside it.
        height: How much of the page it takes, in points.
        stays: Whether it stays on the page of the block after it.
    """

    text: str
    lines: tuple[str, ...]
    height: float = _QR + _GAP
    stays: bool = True

    @property
    def heading(self) -> Block | None:
        """Nothing."""
        return None

    def draw(self, canvas: Canvas, top: float) -> None:
        """Draws it."""
        canvas.setFillColorRGB(*BLACK)
        code = QrCodeWidget(self.text, barLevel="M").qr
        code.make()
        count = code.getModuleCount()
        # Drawn here and not by reportlab's graphics, which would put a font that is not embedded into the document.
        side = _QR / count
        for row, column in product(range(count), range(count)):
            if code.isDark(row, column):
                canvas.rect(LEFT + column * side, top - (row + 1) * side, side, side, stroke=0, fill=1)
        canvas.setFont(FONT, _SIZE)
        for place, line in enumerate(self.lines, start=1):
            canvas.drawString(LEFT + _QR + _GAP, top - _GAP - place * _HEIGHT, line)


@dataclass(frozen=True, slots=True)
class Boxes:
    """Two boxes side by side, for the seals and signatures of both organisations.

    Attributes:
        height: How much of the page they take, in points.
        stays: Whether they stay on the page of the block after them.
    """

    height: float = _BOX_HEIGHT + _GAP
    stays: bool = False

    @property
    def heading(self) -> Block | None:
        """Nothing."""
        return None

    def draw(self, canvas: Canvas, top: float) -> None:
        """Draws them."""
        canvas.setFillColorRGB(*BLACK)
        canvas.setStrokeColorRGB(*BLACK)
        canvas.setLineWidth(0.75)
        canvas.setFont(FONT, _SIZE)
        width = (WIDTH - _GAP) / 2
        for place, title in enumerate(_BOXES):
            left = LEFT + place * (width + _GAP)
            canvas.rect(left, top - _BOX_HEIGHT, width, _BOX_HEIGHT)
            canvas.drawString(left + 8, top - _HEIGHT, title)
            for number, text in enumerate(reversed(_SIGNED)):
                canvas.drawString(left + 8, top - _BOX_HEIGHT + _GAP + number * 1.5 * _HEIGHT, text)


def _head(form: Form) -> Iterator[Block]:
    middle = LEFT + WIDTH / 2
    yield Line(
        shown(form.title), x=middle, size=_TITLE_SIZE, height=_TITLE_HEIGHT, is_centred=True, is_bold=True, stays=True
    )
    for line in break_lines(shown(form.number), width=WIDTH, size=_SIZE):
        yield Line(line, x=middle, size=_SIZE, height=_HEIGHT, is_centred=True, stays=True)
    yield Rule(stays=True)
    facts = (("报送单位", form.sender), ("接收单位", form.recipient), *form.facts)
    yield from _facts(facts, stays=True)
    digest = form.sha256.hex()
    groups = [digest[begin : begin + _DIGEST_GROUPS] for begin in range(0, len(digest), _DIGEST_GROUPS)]
    lines = ("报送包文件 SHA-256：", *groups, "导入前请扫码核对。")
    yield Line("", size=_SIZE, height=_GAP, stays=True)
    yield Code(QR_PREFIX + digest, lines)
    yield Rule()


def _fitting(entries: Iterable[Entry]) -> Iterator[tuple[Block, ...]]:
    """Yields the blocks of the entries for which there is room."""
    height = 0.0
    for number, entry in enumerate(entries, start=1):
        blocks = tuple(_entry(number, entry))
        height += sum(block.height for block in blocks)
        if height > _ROOM:
            return
        yield blocks


def _entry(number: int, entry: Entry) -> Iterator[Block]:
    place = f"{ordinal(number)}、" if number <= _LARGEST_ORDINAL else f"{number}、"
    for line in break_lines(shown(place + entry.title), width=WIDTH, size=_SIZE):
        yield Line(line, size=_SIZE, height=_HEIGHT, is_bold=True, stays=True)
    yield from _facts(entry.facts, stays=True)
    yield Line("", size=_SIZE, height=_GAP / 2)


def _facts(facts: tuple[Fact, ...], *, stays: bool) -> Iterator[Block]:
    for label, said in facts:
        lines = break_lines(shown(said), width=WIDTH - _LABEL, size=_SIZE)
        for place, line in enumerate(lines):
            yield Labelled(shown(label) if place == 0 else "", line, stays=stays)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A line with its label before it.

    Attributes:
        label: The label, empty where the line goes on.
        text: The line.
        stays: Whether it stays on the page of the block after it.
        height: How much of the page it takes, in points.
    """

    label: str
    text: str
    stays: bool
    height: float = _HEIGHT

    @property
    def heading(self) -> Block | None:
        """Nothing."""
        return None

    def draw(self, canvas: Canvas, top: float) -> None:
        """Draws both."""
        Line(self.label, size=_SIZE, height=self.height).draw(canvas, top)
        Line(self.text, x=LEFT + _LABEL, size=_SIZE, height=self.height).draw(canvas, top)


def _rest(left_out: int) -> Iterator[Block]:
    if left_out:
        text = f"另有{left_out}件见报送包，未在本单列出。"
        yield Line(text, size=_SIZE, height=_HEIGHT)


def _ending() -> Iterator[Block]:
    yield Line("", size=_SIZE, height=_GAP, stays=True)
    yield Boxes()
