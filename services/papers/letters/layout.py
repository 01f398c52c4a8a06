"""Where the parts of a letter stand on its pages, in the manner of GB/T 9704-2012."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from services.papers.fonts import shown, width_of
from services.papers.letters.letter import Letter
from services.papers.lines import break_lines
from services.papers.numerals import chinese_date, ordinal
from services.papers.pages import LEFT, RED, SIZE, WIDTH, Block, Line, Rule, draw_pages

_HEAD_SIZE, _HEAD_HEIGHT = 30.0, 48.0
_TITLE_SIZE, _TITLE_HEIGHT = 22.0, 36.0
_GAP = 13.0
_INDENT = 2 * SIZE
_MOST_SPREAD = 1.5
"""Up to how much a line is spread to end where all others do, in points for each character."""
_CLOSING_LINES = 2
"""How many lines of the last paragraph stay with the closing, which never stands on a page alone."""
_MIDDLE = LEFT + WIDTH / 2


def typeset(letter: Letter) -> bytes:
    """Sets a letter on pages, as a PDF without a seal; the same bytes for the same letter.

    A character that the font lacks is marked, as `services.papers.fonts.shown` says.

    Args:
        letter: The letter.

    Raises:
        ValueError: If it has too many pages, or more than 99 numbered items.
    """
    blocks = chain(_head(letter), _text(letter), _closing(letter))
    return draw_pages(blocks, title=letter.title, note=letter.note)


def _head(letter: Letter) -> Iterator[Block]:
    name = shown(letter.organisation)
    size = min(_HEAD_SIZE, _HEAD_SIZE * WIDTH / max(width_of(name, _HEAD_SIZE), 1))
    yield Line(name, x=_MIDDLE, size=size, height=_HEAD_HEIGHT, colour=RED, is_centred=True, is_bold=True, stays=True)
    yield Rule(colour=RED, stays=True)
    for line in break_lines(shown(letter.title), width=WIDTH, size=_TITLE_SIZE):
        yield Line(line, x=_MIDDLE, size=_TITLE_SIZE, height=_TITLE_HEIGHT, is_centred=True, is_bold=True, stays=True)
    for line in break_lines(shown(letter.number), width=WIDTH, size=SIZE):
        yield Line(line, x=_MIDDLE, is_centred=True, stays=True)
    yield Line("", height=_GAP, stays=True)
    for line in break_lines(shown(f"{letter.addressee}："), width=WIDTH, size=SIZE):
        yield Line(line, stays=True)


def _text(letter: Letter) -> Iterator[Line]:
    items = (f"{ordinal(number)}、{item}" for number, item in enumerate(letter.items, start=1))
    paragraphs = (*letter.body, *items, *letter.ending)
    lines = [line for paragraph in paragraphs for line in _paragraph(paragraph)]
    first_kept = len(lines) - _CLOSING_LINES
    for place, line in enumerate(lines):
        yield replace(line, stays=place >= first_kept)


def _paragraph(text: str) -> Iterator[Line]:
    """Yields the lines of a paragraph: the first one indented, all but the last one filled."""
    lines = break_lines(shown(text), width=WIDTH, size=SIZE, indent=_INDENT)
    for place, line in enumerate(lines):
        indent = _INDENT if place == 0 else 0.0
        left_over = WIDTH - indent - width_of(line, SIZE)
        spread = left_over / max(len(line) - 1, 1) if place < len(lines) - 1 else 0.0
        yield Line(line, x=LEFT + indent, spread=spread if 0 < spread <= _MOST_SPREAD else 0.0)


def _closing(letter: Letter) -> Iterator[Line]:
    """Yields 此致, the addressee, and right of the middle who issues it and when; all on one page."""
    yield Line("此致", x=LEFT + _INDENT, stays=True)
    for line in break_lines(shown(letter.addressee), width=WIDTH, size=SIZE):
        yield Line(line, stays=True)
    yield Line("", height=2 * _GAP, stays=True)
    day = chinese_date(letter.issued_on)
    names = break_lines(shown(letter.organisation), width=WIDTH - 2 * _INDENT, size=SIZE)
    widest = max(width_of(line, SIZE) for line in (*names, day))
    middle = LEFT + WIDTH - _INDENT - widest / 2
    for line in names:
        yield Line(line, x=middle, is_centred=True, stays=True)
    yield Line(day, x=middle, is_centred=True)
