"""Numbers of people and of their documents as they are read and typed at ports, in the form in which they are kept."""

from __future__ import annotations

import re
import unicodedata

SHORTEST, LONGEST = 5, 23
"""Length of a number: of documents from 5, of foreign passports with the letters of their state up to 23."""

_NUMBER = re.compile(f"[0-9A-Z]{{{SHORTEST},{LONGEST}}}")
_SEPARATORS = re.compile(r"[\s\-./·]+")


def plain_number(text: str) -> str:
    """Returns a number in upper case and without separators, full-width letters as plain ones.

    Whether it is a number is not looked at: what is none stays none.
    """
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()


def read_document_number(text: str) -> str | None:
    """Returns a document's number in the form in which it is kept; None where it is none."""
    number = plain_number(text)
    return number if _NUMBER.fullmatch(number) else None
