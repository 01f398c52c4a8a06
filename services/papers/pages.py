"""Sets blocks on A4 pages, one under the other, and numbers the pages; the same bytes for the same blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Protocol

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from services.papers.content import MAX_PAGES
from services.papers.fonts import FONT, finish, load_font, shown

LEFT, RIGHT, TOP, BOTTOM = 79.0, 68.0, 90.0, 85.0
"""Margins in points: 28 mm left, as GB/T 9704-2012 has it, and less above and below: most letters are on one page."""
WIDTH = A4[0] - LEFT - RIGHT
"""Width of what is set, in points: 28 characters of `SIZE`."""
HEIGHT = A4[1] - TOP - BOTTOM
SIZE = 16.0
"""Size of the letters of the body, in points (三号)."""
BLACK, RED = (0.0, 0.0, 0.0), (0.8, 0.0, 0.0)

_NUMBER_SIZE, _NOTE_SIZE = 14.0, 8.0
_STROKE = 0.03
"""Width of the line around bold letters, as a part of their size."""

Colour = tuple[float, float, float]


class Block(Protocol):
    """Something that is on one page as a whole."""

    @property
    def height(self) -> float:
        """How much of the page it takes, in points."""
        ...

    @property
    def stays(self) -> bool:
        """Whether it stays on the page of the block after it."""
        ...

    @property
    def heading(self) -> Block | None:
        """What is set above it again where it begins a page, if anything."""
        ...

    def draw(self, canvas: Canvas, top: float) -> None:
        """Draws it.

        Args:
            canvas: The page.
            top: Where it begins, in points from the foot of the page.
        """
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text.

    Attributes:
        text: What it says, as `shown` returns it.
        x: Where it begins, or where its middle is, in points from the left side of the page.
        size: Size of its letters, in points.
        height: How much of the page it takes, in points.
        spread: What is added between its characters, in points, to fill the line.
        colour: Its colour.
        is_centred: Whether `x` is its middle.
        is_bold: Whether it is bold.
        stays: Whether it stays on the page of the block after it.
    """

    text: str
    x: float = LEFT
    size: float = SIZE
    height: float = 26.0
    spread: float = 0.0
    colour: Colour = BLACK
    is_centred: bool = False
    is_bold: bool = False
    stays: bool = False

    @property
    def heading(self) -> Block | None:
        """Nothing."""
        return None

    def draw(self, canvas: Canvas, top: float) -> None:
        """Draws it, in the middle of its height."""
        canvas.setFont(FONT, self.size)
        canvas.setFillColorRGB(*self.colour)
        canvas.setStrokeColorRGB(*self.colour)
        canvas.setLineWidth(self.size * _STROKE)
        draw = canvas.drawCentredString if self.is_centred else canvas.drawString
        mode = 2 if self.is_bold else 0
        draw(self.x, top - (self.height + 0.76 * self.size) / 2, self.text, mode=mode, charSpace=self.spread)


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the page.

    Attributes:
        height: How much of the page it takes, in points; it is drawn in the middle.
        colour: Its colour.
        stays: Whether it stays on the page of the block after it.
    """

    height: float = 20.0
    colour: Colour = BLACK
    stays: bool = False

    @property
    def heading(self) -> Block | None:
        """Nothing."""
        return None

    def draw(self, canvas: Canvas, top: float) -> None:
        """Draws it."""
        canvas.setStrokeColorRGB(*self.colour)
        canvas.setLineWidth(1.5)
        canvas.line(LEFT, top - self.height / 2, LEFT + WIDTH, top - self.height / 2)


def draw_pages(blocks: Iterable[Block], *, title: str, note: str = "") -> bytes:
    """Draws a document.

    Args:
        blocks: What it consists of, in order; none higher than a page.
        title: Its title, for programs that show it.
        note: What stands in small letters at the foot of each page.

    Raises:
        ValueError: If it has more pages than a document may have.
    """
    load_font()
    made = BytesIO()
    canvas = Canvas(made, pagesize=A4, invariant=True, initialFontName=FONT, lang="zh-CN")
    canvas.setTitle(shown(title))
    for number, page in enumerate(_paginate(tuple(blocks)), start=1):
        if number > MAX_PAGES:
            raise ValueError(f"the document has more than {MAX_PAGES} pages")
        top = A4[1] - TOP
        for block in page:
            block.draw(canvas, top)
            top -= block.height
        _draw_foot(canvas, number, note)
        canvas.showPage()
    finish(canvas)
    return made.getvalue()


def _paginate(blocks: Sequence[Block]) -> Iterable[list[Block]]:
    """Yields the blocks of each page, at least one page."""
    page: list[Block] = []
    for group in _groups(blocks):
        if page and _height(page) + _height(group) > HEIGHT:
            yield page
            page = []
        for block in group:
            # A group that is higher than a page is broken all the same.
            if page and _height(page) + block.height > HEIGHT:
                yield page
                page = []
            if not page and block.heading is not None:
                page.append(block.heading)
            page.append(block)
    yield page


def _groups(blocks: Sequence[Block]) -> Iterable[list[Block]]:
    group: list[Block] = []
    for block in blocks:
        group.append(block)
        if not block.stays:
            yield group
            group = []
    if group:
        yield group


def _height(blocks: Iterable[Block]) -> float:
    return sum(block.height for block in blocks)


def _draw_foot(canvas: Canvas, number: int, note: str) -> None:
    canvas.setFillColorRGB(*BLACK)
    canvas.setFont(FONT, _NUMBER_SIZE)
    canvas.drawCentredString(A4[0] / 2, BOTTOM - 30, f"— {number} —")
    if note:
        canvas.setFont(FONT, _NOTE_SIZE)
        canvas.drawCentredString(A4[0] / 2, BOTTOM / 3, shown(note))
