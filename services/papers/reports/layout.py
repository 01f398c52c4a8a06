"""Where the parts of a report stand on its pages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from services.papers.fonts import shown
from services.papers.lines import break_lines
from services.papers.numerals import plain_date
from services.papers.pages import LEFT, WIDTH, Block, Line, draw_pages
from services.papers.reports.charts import draw_bars, draw_stacked
from services.papers.reports.contents import Bars, Report, StackedBars, Table
from services.papers.reports.tables import draw_table

_TITLE_SIZE, _HEADING_SIZE, _SIZE = 22.0, 13.0, 11.0
_MIDDLE = LEFT + WIDTH / 2


def typeset(report: Report) -> bytes:
    """Sets a report on pages, as a PDF; the same bytes for the same report.

    Args:
        report: The report.

    Raises:
        ValueError: If it has too many pages, or too much in one cell of a table.
    """
    parts = (_part(part) for part in report.parts)
    return draw_pages(chain(_head(report), *parts), title=report.title, note=report.note)


def _head(report: Report) -> Iterator[Block]:
    for line in break_lines(shown(report.title), width=WIDTH, size=_TITLE_SIZE):
        yield Line(line, x=_MIDDLE, size=_TITLE_SIZE, height=36, is_centred=True, is_bold=True, stays=True)
    period = f"统计期间：{plain_date(report.first_day)}至{plain_date(report.last_day)}"
    made = f"{report.organisation}　{plain_date(report.made_on)}制"
    for text in (period, made):
        for line in break_lines(shown(text), width=WIDTH, size=_SIZE):
            yield Line(line, x=_MIDDLE, size=_SIZE, height=20, is_centred=True)


def _part(part: Table | Bars | StackedBars) -> Iterator[Block]:
    yield Line("", height=14)
    for line in break_lines(shown(part.title), width=WIDTH, size=_HEADING_SIZE):
        yield Line(line, size=_HEADING_SIZE, height=26, is_bold=True, stays=True)
    if isinstance(part, Table):
        yield from draw_table(part)
    elif isinstance(part, Bars):
        yield from draw_bars(part)
    else:
        yield from draw_stacked(part)
