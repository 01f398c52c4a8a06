"""Choices that follow from a seed and a place alone, so that every part of the province can be made by itself.

Python's own generators are not used: to set one up anew for every person is slow, and what they choose may change with
the version of Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b, shake_256
from typing import TypeVar

T = TypeVar("T")


class Draws:
    """A row of choices, good for some fifty small ones: each uses up a part of the entropy.

    Args:
        entropy: A number of 512 random bits.
    """

    __slots__ = ("_left",)

    def __init__(self, entropy: int) -> None:
        self._left = entropy

    def below(self, count: int) -> int:
        """Draws a number from 0 up to, but not, `count`."""
        self._left, drawn = divmod(self._left, count)
        return drawn

    def between(self, low: int, high: int) -> int:
        """Draws a number from `low` to `high`, both inclusive."""
        self._left, drawn = divmod(self._left, high - low + 1)
        return low + drawn

    def chance(self, per_thousand: int) -> bool:
        """Draws whether something happens that happens so many times in a thousand."""
        self._left, drawn = divmod(self._left, 1000)
        return drawn < per_thousand

    def pick(self, options: Sequence[T]) -> T:
        """Draws one of several options."""
        self._left, drawn = divmod(self._left, len(options))
        return options[drawn]


class Source:
    """All choices of one province.

    Args:
        seed: The province's seed, any whole number.
    """

    __slots__ = ("_key",)

    def __init__(self, seed: int) -> None:
        self._key = blake2b(b"%d" % seed, digest_size=32).digest()

    def at(self, what: bytes, number: int) -> Draws:
        """Returns the choices at a place, the same whenever they are asked for.

        Args:
            what: What is chosen there, at most 16 bytes.
            number: Number of the place.
        """
        entropy = blake2b(b"%d" % number, digest_size=64, key=self._key, person=what).digest()
        return Draws(int.from_bytes(entropy))

    def table(self, what: bytes, length: int) -> bytes:
        """Returns a table of numbers from 0 to 255.

        Args:
            what: What it is for.
            length: How many.
        """
        return shake_256(self._key + what).digest(length)
