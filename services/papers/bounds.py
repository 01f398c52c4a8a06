"""What a PDF may claim of itself before anything parses it.

Cross-reference sections say how many objects they list. A parser believes them, and entries may have no width, so that
a file of a hundred bytes can hold it for minutes and take all memory. These sections stand in plain sight, so what they
claim is read off the bytes.
"""

from __future__ import annotations

import re

MAX_BYTES = 2 * 1024 * 1024
"""Size of a document; a page of text with its font has about 30 KB."""
MAX_OBJECTS = 50_000
"""Objects of a document, and entries of all its cross-reference sections together."""
MAX_REVISIONS = 200
"""Cross-reference sections, and bookmarks, which refer to the one before them by the same name."""


def _name(text: str) -> bytes:
    """Returns the pattern of a name, any character of which may be written as its code."""
    return b"/" + b"".join(b"(?:%c|#%x|#%X)" % (ord(c), ord(c), ord(c)) for c in text)


_COUNTS = re.compile(b"(?:%s|%s)([-+.%%\\[0-9\0\t\n\f\r ]*)" % (_name("Size"), _name("Index")))
_REVISIONS = re.compile(_name("Prev"))
_NUMBER = re.compile(rb"[0-9]+")


def is_within_bounds(pdf: bytes) -> bool:
    """Whether a document is small, and claims to be."""
    if len(pdf) > MAX_BYTES or len(_REVISIONS.findall(pdf)) > MAX_REVISIONS:
        return False
    claims = _COUNTS.findall(pdf)
    # Nobody but somebody with something to hide writes a comment between a name and its number.
    if any(b"%" in claim for claim in claims):
        return False
    # A number of ten digits is too large, however many more it has: turning it into one takes time of its own.
    return sum(int(number[:10]) for claim in claims for number in _NUMBER.findall(claim)) <= MAX_OBJECTS
