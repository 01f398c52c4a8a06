"""The font of the documents made here, and what is set for a character that it lacks.

WenQuanYi Micro Hei has every ideograph of GBK (Unicode's first 20,902, U+4E00 to U+9FA5), 30 of the 90 that came later
in that block, Latin, Greek and Cyrillic letters, and the punctuation of Chinese. Of extension A it has two ideographs,
of extensions B and later none: rare characters (生僻字) of names are mostly there. Each document has the characters
that it needs in it, so that it looks the same everywhere.
"""

from __future__ import annotations

import threading
import unicodedata
from importlib.resources import as_file, files

from reportlab.pdfbase.pdfmetrics import getFont, getRegisteredFontNames, registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FONT = "WenQuanYiMicroHei"
"""Name under which reportlab has the font, once it is loaded."""
MISSING = "〓"
"""What printers set for a character that the font has not."""
_ONE_AT_A_TIME = threading.Lock()
"""The font is one for the process, with one place at which it is read: two documents at once would mix letters up."""
_RADICALS = range(0x2F00, 0x2FE0)
"""Radicals (康熙部首), which look like ideographs and which other programs write instead of them."""


def load_font() -> None:
    """Gives reportlab the font, which it keeps for the process."""
    if FONT in getRegisteredFontNames():
        # As a rule: it is asked for each character, and is not to wait for documents that others finish.
        return
    with _ONE_AT_A_TIME:
        if FONT not in getRegisteredFontNames():
            with as_file(files("paperang_p2_fonts_cjk") / "fonts" / "wqy-microhei.ttc") as path:
                registerFont(TTFont(FONT, str(path)))


def finish(canvas: Canvas) -> None:
    """Finishes a document, and puts into it what it needs of the font; one at a time, whatever the threads.

    Args:
        canvas: The document, with all its pages.
    """
    with _ONE_AT_A_TIME:
        canvas.save()


def width_of(text: str, size: float) -> float:
    """Returns how wide a line is, in points.

    Args:
        text: The line.
        size: Size of its letters, in points.
    """
    load_font()
    width: float = stringWidth(text, FONT, size)
    return width


def lacking(text: str) -> tuple[str, ...]:
    """Returns the characters of a text that cannot be shown, each once, in their order.

    Whoever must not send a document with a mark in place of a character asks before making it.

    Args:
        text: The text, as it is given to a document.
    """
    return tuple(dict.fromkeys(one for one in _composed(text) if not _is_shown(one)))


def shown(text: str) -> str:
    """Returns a text as it is set: in one line, and with a mark for each character that cannot be shown.

    The mark says which character it is, so that a name stays one that can be told from others: "〓（U+20BB7）甲". What
    could be seen as something else, such as a character that turns the direction of writing, is marked like that too.

    Args:
        text: The text.
    """
    return "".join(one if _is_shown(one) else f"{MISSING}（U+{ord(one):04X}）" for one in _composed(text))


def _composed(text: str) -> str:
    plain = "".join(unicodedata.normalize("NFKC", one) if ord(one) in _RADICALS else one for one in text)
    return " ".join(unicodedata.normalize("NFC", plain).split())


def _is_shown(character: str) -> bool:
    load_font()
    return character.isprintable() and ord(character) in getFont(FONT).face.charToGlyph
