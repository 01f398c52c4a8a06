"""What is said of a text that is not the code it should be."""

from __future__ import annotations


class CodeError(ValueError):
    """A text is not such a code; the message says what is wrong with it and never repeats it."""
