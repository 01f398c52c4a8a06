"""Tables as rows that go over pages under their headings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reportlab.pdfgen.canvas import Canvas

from services.papers.fonts import FONT, shown, width_of
from services.papers.lines import break_lines
from services.papers.pages import LEFT, WIDTH, Block
from services.papers.reports.contents import Table

SIZE, LEADING = 10.5, 14.0
"""Size of letters and height of lines in tables, in points."""
_PADDING = 4.0
_SHARE_OF_NAMES = 2.0
"""How much wider the first column is than the others."""
_MAX_LINES = 20
"""Lines of a cell; no row is higher than a page."""
_GREY = (0.92, 0.92, 0.92)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Attributes:
        cells: Lines of each cell.
        widths: Widths of the columns, in points.
        heading: The row above the columns, None where it is that row.
        stays: Whether it stays on the page of the block after it.
    """

    cells: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    heading: Block | None = None
    stays: bool = False

    @property
    def height(self) -> float:
        """How much of the page it takes, in points."""
        return max(len(cell) for cell in self.cells) * LEADING + 2 * _PADDING

    def draw(self, canvas: Canvas, top: float) -> None:
        """Draws it: names begin at the left, figures are in the middle of their columns."""
        canvas.setLineWidth(0.5)
        canvas.setStrokeColorRGB(0, 0, 0)
        canvas.setFont(FONT, SIZE)
        x = LEFT
        for column, (lines, width) in enumerate(zip(self.cells, self.widths, strict=True)):
            canvas.setFillColorRGB(*_GREY)
            canvas.rect(x, top - self.height, width, self.height, fill=int(self.heading is None))
            canvas.setFillColorRGB(0, 0, 0)
            for place, line in enumerate(lines):
                y = top - _PADDING - place * LEADING - SIZE
                if column == 0:
                    canvas.drawString(x + _PADDING, y, line)
                else:
                    canvas.drawString(x + (width - width_of(line, SIZE)) / 2, y, line)
            x += width


def draw_table(table: Table) -> Iterator[Row]:
    """Yields the rows of a table, the one above its columns first.

    Raises:
        ValueError: If a cell has too much in it.
    """
    share = WIDTH / (_SHARE_OF_NAMES + len(table.columns) - 1)
    widths = (share * _SHARE_OF_NAMES, *[share] * (len(table.columns) - 1))
    heading = Row(_cells(table.columns, widths), widths, stays=bool(table.rows))
    yield heading
    for row in table.rows:
        yield Row(_cells(row, widths), widths, heading)


def _cells(texts: Sequence[str], widths: Sequence[float]) -> tuple[tuple[str, ...], ...]:
    cells = tuple(
        break_lines(shown(text), width=width - 2 * _PADDING, size=SIZE)
        for text, width in zip(texts, widths, strict=True)
    )
    if max(map(len, cells)) > _MAX_LINES:
        raise ValueError(f"a cell of a table has at most {_MAX_LINES} lines")
    return cells
