"""Keyed hashes of texts, the only form in which the index of alerts knows what is sought.

A hash is the first eight bytes, as a little-endian number, of the AES-CMAC over the text in UTF-8 under a key of
16 bytes. Any cryptographic library makes it, so a checkpoint may hash on its own and send the numbers. Without the
key a hash says nothing of its text; who holds the key can try all plates or numbers of persons, so the key is as secret
as the list.

Source:
    AES-CMAC (NIST SP 800-38B, RFC 4493).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from numpy.typing import NDArray

Hashes: TypeAlias = NDArray[np.uint64]
"""Keyed hashes, one 64-bit number each."""

KEY_BYTES = 16
"""Size of a key."""

MAX_BYTES = 32
"""Longest text that is hashed, in UTF-8: two blocks of the cipher. A plate takes one, a VIN (17 characters) or an
identity number (18) two, a passport's (9 to 23) one or two."""

_BLOCK = 16
_BLOCK_TYPE = np.dtype("V16")
_WORD_TYPE = np.dtype("<u8")
_CHUNK = 2048  # Texts at a time: what is in the making stays in the processor's cache.
_FEW = 10  # So few texts are hashed sooner one by one than together.
_END = b"\n"
_TAIL = _END * _BLOCK  # So that a whole block can be read from where the last text starts.

CAPITALS_AND_DIGITS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""What numbers of vehicles and of persons are written in."""


@dataclass(frozen=True, slots=True)
class Alphabet:
    """What canonical texts of one kind are made of.

    Attributes:
        allowed: The bytes that they may hold, in UTF-8.
        advice: Sentence to whoever wrote another text; it tells what to write.
        shortest: Fewest bytes that one has, at least one.
        longest: Most bytes that one has, at most `MAX_BYTES`.
    """

    allowed: bytes
    advice: str
    shortest: int = 1
    longest: int = MAX_BYTES

    def __post_init__(self) -> None:
        """Refuses lengths that no text can have that is hashed."""
        if not 1 <= self.shortest <= self.longest <= MAX_BYTES:
            raise ValueError(f"texts that are hashed have 1 to {MAX_BYTES} bytes")


ANY_TEXT = Alphabet(bytes(range(256)), f"write a text of 1 to {MAX_BYTES} bytes in UTF-8")
"""All texts; whoever hashes them sees to it that one thing is written in one way only."""


@dataclass(frozen=True, slots=True)
class HashedTexts:
    """The hashes of many texts.

    Attributes:
        hashes: The hash of each text, in order; meaningless where the text is not canonical.
        canonical: Which of the texts are canonical.
    """

    hashes: Hashes
    canonical: NDArray[np.bool_]


class TextHasher:
    """Hashes texts in their canonical form.

    Canonical is a text that has no other length in UTF-8, and holds no other byte, than its alphabet allows. The hash
    of another one, as of a plate in lower case, would miss the alert, so it is reported, for the caller to write it
    otherwise and hash it again, or to refuse it.

    It keeps no state between calls; threads may share it.

    Args:
        key: The key, 16 bytes.
        alphabet: What canonical texts are made of.

    Raises:
        ValueError: If the key has another size.
    """

    def __init__(self, key: bytes, *, alphabet: Alphabet) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key of hashes has {KEY_BYTES} bytes")
        self._alphabet = alphabet
        self._separated = alphabet.allowed + _END
        self._foreign = bytes(byte not in self._separated for byte in range(256))
        self._algorithm = algorithms.AES(key)
        # Each block is enciphered once and chained by hand below: CMAC, many texts at a time.
        self._cipher = Cipher(self._algorithm, modes.ECB())  # noqa: S305
        self._kept, self._padding = _tables(self._encipher(np.zeros(1, _BLOCK_TYPE)).tobytes())

    def hash(self, text: str) -> int:
        """Returns the hash of one canonical text.

        Raises:
            ValueError: If the text is not canonical; the message does not repeat it.
        """
        encoded = _encode(text)
        if not self._is_canonical(encoded):
            raise ValueError(self._alphabet.advice)
        return self._hash_one(encoded)

    def hash_all(self, texts: Sequence[str]) -> HashedTexts:
        """Hashes many texts, and says which of them are canonical."""
        if len(texts) < _FEW:
            return self._one_by_one(texts)
        if len(texts) <= _CHUNK:
            return self._together(texts)
        parts = [self._together(texts[start : start + _CHUNK]) for start in range(0, len(texts), _CHUNK)]
        return HashedTexts(np.concatenate([p.hashes for p in parts]), np.concatenate([p.canonical for p in parts]))

    def _one_by_one(self, texts: Sequence[str]) -> HashedTexts:
        encoded = [_encode(text) for text in texts]
        return HashedTexts(
            np.array([self._hash_one(text) for text in encoded], np.uint64),
            np.array([self._is_canonical(text) for text in encoded], np.bool_),
        )

    def _hash_one(self, encoded: bytes) -> int:
        mac = CMAC(self._algorithm)
        mac.update(encoded)
        return int.from_bytes(mac.finalize()[:8], "little")

    def _together(self, texts: Sequence[str]) -> HashedTexts:
        joined, ends = self._join(texts)
        starts = np.empty_like(ends)
        starts[0] = 0
        np.add(ends[:-1], 1, out=starts[1:])
        sizes = ends - starts
        canonical = self._judge(joined, ends, sizes)
        if np.count_nonzero(canonical) < len(texts):
            sizes *= canonical
        return HashedTexts(self._tags(joined, starts, sizes), canonical)

    def _join(self, texts: Sequence[str]) -> tuple[bytes, NDArray[np.intp]]:
        """Returns texts with an end after each and a tail, and where the ends of the texts are."""
        with suppress(UnicodeEncodeError):
            joined, ends = _join(texts)
            if len(ends) != len(texts) - 1 + _BLOCK and _END not in self._alphabet.allowed:
                # Some text holds the end; it is not canonical, and becomes the empty text, which is not either.
                joined, ends = _join(["" if "\n" in text else text for text in texts])
            if len(ends) == len(texts) - 1 + _BLOCK:
                return joined, ends[: len(texts)]
        # Ends do not tell texts apart here, or some text is none: each is encoded for itself, which takes longer.
        apart = [text if _END not in text or self._is_canonical(text) else b"" for text in map(_encode, texts)]
        return _END.join(apart) + _TAIL, np.cumsum([len(text) + 1 for text in apart]) - 1

    def _judge(self, joined: bytes, ends: NDArray[np.intp], sizes: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Returns which pieces are canonical; none holds an end that the alphabet does not allow."""
        canonical = (sizes >= self._alphabet.shortest) & (sizes <= self._alphabet.longest)
        if joined.translate(None, self._separated):
            foreign = np.frombuffer(joined.translate(self._foreign), np.bool_)
            canonical[ends.searchsorted(np.flatnonzero(foreign))] = False
        return canonical

    def _is_canonical(self, encoded: bytes) -> bool:
        alphabet = self._alphabet
        return alphabet.shortest <= len(encoded) <= alphabet.longest and not encoded.translate(None, alphabet.allowed)

    def _tags(self, joined: bytes, starts: NDArray[np.intp], sizes: NDArray[np.intp]) -> Hashes:
        """Returns the first half of the CMAC of every piece, of two blocks at most; changes starts and sizes."""
        windows = np.ndarray(len(joined) - _BLOCK + 1, _BLOCK_TYPE, joined, strides=(1,))
        is_long = sizes > _BLOCK
        chained = None
        if np.count_nonzero(is_long):
            chained = self._encipher(windows[starts]) * np.repeat(is_long, 2)
            starts += is_long * _BLOCK
            sizes -= is_long * _BLOCK
        lasts = windows[starts].view(_WORD_TYPE)
        lasts &= self._kept.take(sizes).view(_WORD_TYPE)
        lasts ^= self._padding.take(sizes).view(_WORD_TYPE)
        if chained is not None:
            lasts ^= chained
        return self._encipher(lasts)[::2].copy()

    def _encipher(self, blocks: NDArray[Any]) -> Hashes:
        """Enciphers blocks, each for itself; returns two words of each."""
        return np.frombuffer(self._cipher.encryptor().update(blocks.tobytes()), _WORD_TYPE)


def _encode(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        # Half a surrogate pair is no text: it becomes the empty one, which is never canonical, and spoils no batch.
        return b""


def _join(texts: Sequence[str]) -> tuple[bytes, NDArray[np.intp]]:
    """Returns texts with an end after each and a tail, and where all ends are."""
    joined = "\n".join(texts).encode() + _TAIL
    return joined, (np.frombuffer(joined, np.uint8) == _END[0]).nonzero()[0]


def _tables(enciphered_zero: bytes) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """Returns, by the size of a last block, which of its bytes are kept, and what CMAC adds to it."""
    whole = _double(enciphered_zero)
    partial = _double(whole)
    kept = b"".join(b"\xff" * size + bytes(_BLOCK - size) for size in range(_BLOCK + 1))
    paddings = [bytes(size) + b"\x80" + bytes(_BLOCK - 1 - size) for size in range(_BLOCK)]
    added = [_xor(padding, partial) for padding in paddings] + [whole]
    return np.frombuffer(kept, _BLOCK_TYPE), np.frombuffer(b"".join(added), _BLOCK_TYPE)


def _double(block: bytes) -> bytes:
    """Doubles a block in the field that CMAC makes its subkeys in."""
    number = int.from_bytes(block) << 1
    if number >> 128:
        number ^= (1 << 128) | 0x87
    return number.to_bytes(_BLOCK)


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
