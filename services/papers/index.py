"""What a document mentions, made ready for many questions: a notice may name thousands of people."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime

from services.papers.paper import SealedPaper, mentions, without_dots

LONGEST = 32
"""Longest text, in letters and digits, that is found at once; longer ones are sought one by one."""

_RUNS = re.compile("[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
_PLAIN = re.compile("[A-Za-z0-9]+")
_CASES = re.compile(r"\((?=[0-9]{4}\))[^号]{1,40}号(?:之(?:[一二三四五六七八九十百]{1,6}|[0-9]{1,6}(?![A-Za-z0-9])))?")


class MentionIndex:
    """Answers as `services.papers.mentions` does, texts of letters and digits and numbers of documents at once.

    Args:
        text: Text of the document, as `SealedPaper.text`.
    """

    def __init__(self, text: str) -> None:
        self._paper = SealedPaper(b"", "", datetime.min.replace(tzinfo=UTC), "", text)
        plain = without_dots(text)
        self._words = frozenset(_words(plain))
        self._cases = frozenset(_cases(plain))

    def mentions(self, text: str) -> bool:
        """Whether the document mentions a text as a whole.

        Args:
            text: What is sought; nothing mentions an empty text.
        """
        if len(text) <= LONGEST and _PLAIN.fullmatch(text):
            return text in self._words
        # As a rule this is all that has to be normalised of a number.
        return unicodedata.normalize("NFKC", text) in self._cases or mentions(self._paper, text)


def _words(plain: str) -> Iterator[str]:
    """Yields runs of letters and digits, and of those between which one space stands what they make together."""
    for group in _RUNS.findall(plain):
        if " " not in group:
            # As most are; what is longer than anything that is asked for at once does no harm.
            yield group
            continue
        parts = group.split(" ")
        for first in range(len(parts)):
            word = ""
            for part in parts[first:]:
                word += part
                if len(word) > LONGEST:
                    break
                yield word


def _cases(plain: str) -> Iterator[str]:
    """Yields numbers of documents, with what stands after 号 and without."""
    for number in _CASES.findall(plain):
        yield number
        yield number[: number.index("号") + 1]
