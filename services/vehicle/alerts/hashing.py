"""Keyed hashes of plates and VINs, the only form in which the index of alerts knows them.

A hash is the first eight bytes, as a little-endian number, of the AES-CMAC over the text in UTF-8 under a key of
16 bytes. Any cryptographic library makes it, so a checkpoint may hash on its own and send the numbers. Without the
key a hash says nothing of its plate; who holds the key can try all plates, so the key is as secret as the list.

Source:
    AES-CMAC (NIST SP 800-38B, RFC 4493).
"""

from __future__ import annotations

from collections.abc import Sequence
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
"""Longest text that is hashed, in UTF-8: two blocks of the cipher. A plate takes one, a VIN (17 characters) two."""

_BLOCK = 16
_BLOCK_TYPE = np.dtype("V16")
_WORD_TYPE = np.dtype("<u8")
_CHUNK = 2048  # Texts at a time: what is in the making stays in the processor's cache.
_FEW = 10  # So few texts are hashed sooner one by one than together.
_END = b"\n"
_TAIL = _END * _BLOCK  # So that a whole block can be read from where the last text starts.
_HAN_BYTES = bytes(range(0x80, 0xC0)) + bytes(range(0xE4, 0xEA))  # What U+4000 to U+9FFF are made of in UTF-8.
_CANONICAL_BYTES = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" + _HAN_BYTES
_SEPARATED_BYTES = _CANONICAL_BYTES + _END
_FOREIGN = bytes(byte not in _SEPARATED_BYTES for byte in range(256))


@dataclass(frozen=True, slots=True)
class HashedTexts:
    """The hashes of many texts.

    Attributes:
        hashes: The hash of each text, in order; meaningless where the text is not canonical.
        canonical: Which of the texts are canonical.
    """

    hashes: Hashes
    canonical: NDArray[np.bool_]


class PlateHasher:
    """Hashes plates and VINs in their canonical form.

    Canonical is a text of 1 to 32 bytes in UTF-8 that holds only digits, upper-case Latin letters and characters of
    U+4000 to U+9FFF, among which are the Han characters of plates. Lower-case and full-width letters, spaces and dots
    are not: their hash would miss the alert, so they are reported, for the caller to normalise (NFKC, upper case) and
    hash again, or to refuse.

    It keeps no state between calls; threads may share it.

    Args:
        key: The key, 16 bytes.

    Raises:
        ValueError: If the key has another size.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key of plate hashes has {KEY_BYTES} bytes")
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
        if not _is_canonical(encoded):
            raise ValueError("write a plate or VIN in digits, upper-case letters and Han characters only")
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
            np.array([_is_canonical(text) for text in encoded], np.bool_),
        )

    def _hash_one(self, encoded: bytes) -> int:
        mac = CMAC(self._algorithm)
        mac.update(encoded)
        return int.from_bytes(mac.finalize()[:8], "little")

    def _together(self, texts: Sequence[str]) -> HashedTexts:
        joined, ends = _join(texts)
        if len(ends) != len(texts) - 1 + _BLOCK:
            # Some text holds the separator; it is no plate, and is hashed as the empty text that it might as well be.
            joined, ends = _join(["" if "\n" in text else text for text in texts])
        ends = ends[: len(texts)]
        starts = np.empty_like(ends)
        starts[0] = 0
        np.add(ends[:-1], 1, out=starts[1:])
        sizes = ends - starts
        canonical = _judge(joined, ends, sizes)
        if np.count_nonzero(canonical) < len(texts):
            sizes *= canonical
        return HashedTexts(self._tags(joined, starts, sizes), canonical)

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
    # Half a surrogate pair becomes bytes that no canonical text has, instead of an exception over the whole batch.
    return text.encode("utf-8", "surrogatepass")


def _is_canonical(encoded: bytes) -> bool:
    return 0 < len(encoded) <= MAX_BYTES and not encoded.translate(None, _CANONICAL_BYTES)


def _join(texts: Sequence[str]) -> tuple[bytes, NDArray[np.intp]]:
    """Returns texts with an end after each and a tail, and where the ends are."""
    joined = _encode("\n".join(texts)) + _TAIL
    return joined, (np.frombuffer(joined, np.uint8) == _END[0]).nonzero()[0]


def _judge(joined: bytes, ends: NDArray[np.intp], sizes: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Returns which pieces are canonical."""
    canonical = (sizes > 0) & (sizes <= MAX_BYTES)
    if joined.translate(None, _SEPARATED_BYTES):
        foreign = np.frombuffer(joined.translate(_FOREIGN), np.bool_)
        canonical[ends.searchsorted(np.flatnonzero(foreign))] = False
    return canonical


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
