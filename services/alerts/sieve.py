"""A sieve that lets every hash of a set through and keeps nearly all others back, in a few nanoseconds each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from services.alerts.hashing import Hashes

_BITS_PER_HASH = 24  # At least; at this a sieve lets about one in 150 strangers through.
_WORD_BITS = 6
_PAIRS = 1 << 2 * _WORD_BITS
_CHUNK = 1 << 16  # Hashes at a time: the interpreter's lock is held for no longer than these take, about a millisecond.


class Sieve:
    """A Bloom filter in which each hash has two bits of one 64-bit word.

    The hashes are evenly spread already, so their own bits choose the word (the uppermost) and the two bits in it
    (the lowest). Bits are only ever set: while one thread adds, others may look and see at worst a hash too many.

    Args:
        count: How many hashes it is made for; with more it keeps less back.
    """

    def __init__(self, count: int) -> None:
        width = max((count * _BITS_PER_HASH - 1).bit_length() - _WORD_BITS, 1)
        self._words = np.zeros(1 << width, np.uint64)
        self._shift = np.uint64(64 - width)
        self._pair_mask = np.uint64(_PAIRS - 1)
        pairs = np.arange(_PAIRS, dtype=np.uint64)
        one = np.uint64(1)
        self._pairs = one << (pairs & np.uint64(63)) | one << (pairs >> np.uint64(_WORD_BITS))

    @property
    def memory(self) -> int:
        """How many bytes it takes."""
        return self._words.nbytes + self._pairs.nbytes

    def add(self, hashes: Hashes) -> None:
        """Lets hashes through from now on."""
        for start in range(0, len(hashes), _CHUNK):
            part = hashes[start : start + _CHUNK]
            np.bitwise_or.at(self._words, self._places(part), self._bits(part))

    def candidates(self, hashes: Hashes) -> NDArray[np.intp]:
        """Returns the positions of the hashes that it lets through, ascending."""
        bits = self._bits(hashes)
        words = self._words.take(self._places(hashes))
        words &= bits
        return np.flatnonzero(words == bits)

    def _places(self, hashes: Hashes) -> NDArray[np.int64]:
        return (hashes >> self._shift).view(np.int64)

    def _bits(self, hashes: Hashes) -> Hashes:
        return self._pairs.take((hashes & self._pair_mask).view(np.int64))
