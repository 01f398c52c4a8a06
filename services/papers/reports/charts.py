"""Bars and stacked bars; many are several charts, so that they go over pages.

Bars lie, because the names of courts and units are long, and each says its figure, because a colour or a length alone
is not read on a copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from reportlab.pdfgen.canvas import Canvas

from services.papers.fonts import FONT, shown, width_of
from services.papers.pages import BLACK, LEFT, WIDTH, Block, Colour
from services.papers.reports.contents import Bars, StackedBars

SIZE = 9.0
"""Size of letters in charts, in points."""
NO_FIGURE = "无数据"
"""What is written where there is no figure."""

_ROW, _BAR, _RISE = 17.0, 11.0, 2.0
"""Heights of a row and of its bar, and how far above the foot of the bar text stands, in points."""
_NAMES, _FIGURES, _GAP = 150.0, 70.0, 4.0
"""Widths of the names before the bars, of the figures behind them, and of what is between, in points."""
_LENGTH = WIDTH - _NAMES - _FIGURES
_ROWS_OF_CHART = 10
_WHITE = (1.0, 1.0, 1.0)
_COLOURS: tuple[Colour, ...] = (
    (0.18, 0.36, 0.54),
    (0.78, 0.44, 0.16),
    (0.42, 0.56, 0.31),
    (0.64, 0.23, 0.23),
    (0.48, 0.42, 0.61),
    (0.55, 0.55, 0.55),
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle; places are points from the left side of the text and from the top of the chart."""

    x: float
    foot: float
    width: float
    height: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Label:
    """A text in a chart; places as those of a `Box`."""

    text: str
    x: float
    foot: float
    size: float = SIZE
    colour: Colour = BLACK


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing on a page, by our own hand: reportlab's drawings always name a font that is not embedded.

    Attributes:
        height: How much of the page it takes, in points.
        boxes: What is filled.
        labels: What is written, above that.
        heading: The legend, where there is one.
        stays: Whether it stays on the page of the block after it.
    """

    height: float
    boxes: tuple[Box, ...]
    labels: tuple[Label, ...]
    heading: Block | None = None
    stays: bool = False

    def draw(self, canvas: Canvas, top: float) -> None:
        """Draws it."""
        for box in self.boxes:
            canvas.setFillColorRGB(*box.colour)
            canvas.rect(LEFT + box.x, top - box.foot, box.width, box.height, stroke=0, fill=1)
        for label in self.labels:
            canvas.setFillColorRGB(*label.colour)
            canvas.setFont(FONT, label.size)
            canvas.drawString(LEFT + label.x, top - label.foot, label.text)


def draw_bars(bars: Bars) -> Iterator[Chart]:
    """Yields the charts of bars, 10 in each."""
    for rows in _cut(bars.bars):
        boxes: list[Box] = []
        labels: list[Label] = []
        for place, (name, figure) in enumerate(rows):
            foot = _foot(place)
            length = _LENGTH * (figure or 0) / bars.longest
            text = NO_FIGURE if figure is None else f"{figure:.{bars.digits}f}{bars.unit}"
            boxes += _bar(0, length, foot=foot, colour=_COLOURS[0])
            labels += (_name(name, foot), _figure(text, length, foot))
        yield Chart(_ROW * len(rows), tuple(boxes), tuple(labels))


def draw_stacked(stacked: StackedBars) -> Iterator[Chart]:
    """Yields the legend of stacked bars and their charts, 10 bars in each."""
    legend = _legend([one.name for one in stacked.series])
    yield legend
    longest = max((*stacked.totals, 1))
    for places in _cut(range(len(stacked.names))):
        boxes: list[Box] = []
        labels: list[Label] = []
        for row, place in enumerate(places):
            foot, start = _foot(row), 0.0
            for one, colour in zip(stacked.series, _COLOURS, strict=False):
                length = _LENGTH * one.counts[place] / longest
                boxes += _bar(start, length, foot=foot, colour=colour)
                labels += _count(one.counts[place], start, length, foot=foot)
                start += length
            labels += (_name(stacked.names[place], foot), _figure(f"共{stacked.totals[place]}", start, foot))
        yield Chart(_ROW * len(places), tuple(boxes), tuple(labels), heading=legend)


def _legend(names: Sequence[str]) -> Chart:
    room = WIDTH / len(names)
    boxes = tuple(
        Box(place * room, _ROW - 4, 9, 9, colour) for place, colour in enumerate(_COLOURS) if place < len(names)
    )
    labels = tuple(_fitted(name, place * room + 13, _ROW - 4 - 1, room=room - 17) for place, name in enumerate(names))
    return Chart(_ROW, boxes, labels, stays=True)


def _cut(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), _ROWS_OF_CHART):
        yield rows[start : start + _ROWS_OF_CHART]


def _foot(place: int) -> float:
    """Returns where the bar of a row ends, from the top of the chart."""
    return (place + 1) * _ROW - (_ROW - _BAR) / 2


def _name(name: str, foot: float) -> Label:
    label = _fitted(name, 0, foot - _RISE, room=_NAMES - _GAP)
    return Label(label.text, _NAMES - _GAP - width_of(label.text, label.size), label.foot, label.size)


def _bar(start: float, length: float, *, foot: float, colour: Colour) -> tuple[Box, ...]:
    return (Box(_NAMES + start, foot, length, _BAR, colour),) if length > 0 else ()


def _count(count: int, start: float, length: float, *, foot: float) -> tuple[Label, ...]:
    """Writes how many an outcome is into its part of the bar, where there is room."""
    width = width_of(str(count), SIZE)
    if width + 2 > length:
        return ()
    return (Label(str(count), _NAMES + start + (length - width) / 2, foot - _RISE, colour=_WHITE),)


def _figure(text: str, length: float, foot: float) -> Label:
    return _fitted(text, _NAMES + length + _GAP, foot - _RISE, room=_FIGURES - _GAP)


def _fitted(text: str, x: float, foot: float, *, room: float) -> Label:
    """Makes a text that is set smaller where it is wider than its room."""
    line = shown(text)
    return Label(line, x, foot, SIZE * min(1.0, room / max(width_of(line, SIZE), 1)))
