"""Breaks Chinese text into lines (GB/T 15834-2011 section 5.1).

No line begins with a comma or ends with a bracket that opens, and no number is on two lines.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from services.papers.fonts import width_of

NEVER_FIRST = frozenset("，、。；：？！…—·•％%‰℃°）〕】》〉」』〗”’,.;:?!)]}>～-﹏／/")
"""What stands on the line of what is before it."""
NEVER_LAST = frozenset("（〔【《〈「『〖“‘([{<￥¥$№")
"""What stands on the line of what comes after it."""

_PAIRS = ("……", "——")
"""Ellipses and dashes, which may be first, but are not on two lines."""
# Numbers, words and addresses are whole.
_ATOM = re.compile(r"[!-~\u00a1-\u024f]+|……|——|.", re.DOTALL)


def break_lines(text: str, *, width: float, size: float, indent: float = 0) -> tuple[str, ...]:
    """Breaks a paragraph into lines.

    Args:
        text: The paragraph, as `shown` returns it.
        width: How wide a line may be, in points, at least that of a character.
        size: Size of its letters, in points.
        indent: How much narrower the first line is, in points.

    Returns:
        The lines without the spaces at which they were broken, at least one.
    """
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        room = width if lines else width - indent
        if width_of((line + piece).rstrip(), size) <= room:
            line += piece
            continue
        if line.strip():
            lines.append(line.strip())
        *full, line = _cut(piece.lstrip(), width=width, size=size)
        lines += full
    return (*lines, line.strip()) if line.strip() or not lines else tuple(lines)


def _pieces(text: str) -> Iterator[str]:
    """Yields what no line is broken in."""
    piece = ""
    for atom in _ATOM.findall(text):
        if piece and not (_is_never_first(atom) or piece[-1] in NEVER_LAST):
            yield piece
            piece = ""
        piece += atom
    if piece:
        yield piece


def _is_never_first(atom: str) -> bool:
    return atom not in _PAIRS and (atom[0] in NEVER_FIRST or unicodedata.combining(atom[0]) != 0)


def _cut(piece: str, *, width: float, size: float) -> Iterator[str]:
    """Cuts a piece that is wider than a line wherever a line is full, for there is no better place."""
    part = ""
    for character in piece:
        if part and width_of(part + character, size) > width:
            yield part
            part = ""
        part += character
    yield part
