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
from typing import TypeAlias

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
_TAG_TYPE = np.dtype("<u8")
_CHUNK = 2048  # Texts at a time: what is in the making stays in the processor's cache.
_FEW = 16  # So few texts are hashed sooner one by one than together.
_END = b"\n"
_TAIL = _END * _BLOCK  # So that a whole block can be read from where the last text starts.
_HAN_BYTES = bytes(range(0x80, 0xC0)) + bytes(range(0xE4, 0xEA))  # What U+4000 to U+9FFF are made of in UTF-8.
_CANONICAL_BYTES = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" + _HAN_BYTES
_SEPARATED_BYTES = _CANONICAL_BYTES + _END


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

    Canonical is a text of 1 to 32 bytes in UTF-8 that holds only digits, upper-case Latin letters and Han characters
    (U+4000 to U+9FFF). Lower-case and full-width letters, spaces and dots are not: their hash would miss the alert, so
    they are reported, for the caller to normalise (NFKC, upper case) and hash again, or to refuse.

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
        self._kept, self._padding = _tables(self._encipher(bytes(_BLOCK)).tobytes())

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
        hashes = np.empty(len(texts), np.uint64)
        canonical = np.empty(len(texts), np.bool_)
        if len(texts) < _FEW:
            for place, encoded in enumerate(map(_encode, texts)):
                canonical[place] = _is_canonical(encoded)
                hashes[place] = self._hash_one(encoded)
        else:
            for start in range(0, len(texts), _CHUNK):
                part = slice(start, start + _CHUNK)
                self._hash_into(hashes[part], canonical[part], texts[part])
        return HashedTexts(hashes, canonical)

    def _hash_one(self, encoded: bytes) -> int:
        mac = CMAC(self._algorithm)
        mac.update(encoded)
        return int.from_bytes(mac.finalize()[:8], "little")

    def _hash_into(self, hashes: Hashes, canonical: NDArray[np.bool_], texts: Sequence[str]) -> None:
        joined = _encode("\n".join(texts)) + _TAIL
        ends = _ends(joined)
        if len(ends) != len(texts) - 1 + _BLOCK:
            # Some text holds the separator; it is no plate, and is hashed as the empty text that it might as well be.
            texts = ["" if "\n" in text else text for text in texts]
            joined = _encode("\n".join(texts)) + _TAIL
            ends = _ends(joined)
        ends = ends[: len(texts)]
        starts = np.zeros_like(ends)
        np.add(ends[:-1], 1, out=starts[1:])
        sizes = ends - starts
        _judge(canonical, joined, ends=ends, sizes=sizes)
        sizes *= canonical  # No piece is longer than two blocks from here on.
        hashes[:] = self._tags(joined, starts, sizes)

    def _tags(self, joined: bytes, starts: NDArray[np.intp], sizes: NDArray[np.intp]) -> Hashes:
        """Returns the first half of the CMAC of every piece of at most two blocks; uses starts and sizes up."""
        windows = np.ndarray(len(joined) - _BLOCK + 1, _BLOCK_TYPE, joined, strides=(1,))
        long = np.flatnonzero(sizes > _BLOCK)
        firsts = self._encipher(windows[starts[long]].tobytes()) if long.size else None
        starts[long] += _BLOCK
        sizes[long] -= _BLOCK
        lasts = _words(windows[starts])
        lasts &= _words(self._kept.take(sizes))
        lasts ^= _words(self._padding.take(sizes))
        if firsts is not None:
            lasts[long] ^= firsts
        return self._encipher(lasts.tobytes())[:, 0]

    def _encipher(self, blocks: bytes) -> Hashes:
        """Enciphers blocks, each for itself; returns them as rows of two words."""
        return np.frombuffer(self._cipher.encryptor().update(blocks), _TAG_TYPE).reshape(-1, 2)


def _encode(text: str) -> bytes:
    # Half a surrogate pair becomes bytes that no canonical text has, instead of an exception over the whole batch.
    return text.encode("utf-8", "surrogatepass")


def _is_canonical(encoded: bytes) -> bool:
    return 0 < len(encoded) <= MAX_BYTES and not encoded.translate(None, _CANONICAL_BYTES)


def _ends(joined: bytes) -> NDArray[np.intp]:
    return np.flatnonzero(np.frombuffer(joined, np.uint8) == _END[0])


def _judge(canonical: NDArray[np.bool_], joined: bytes, *, ends: NDArray[np.intp], sizes: NDArray[np.intp]) -> None:
    """Writes which pieces are canonical."""
    np.logical_and(sizes > 0, sizes <= MAX_BYTES, out=canonical)
    if joined.translate(None, _SEPARATED_BYTES):
        allowed = np.isin(np.frombuffer(joined, np.uint8), np.frombuffer(_SEPARATED_BYTES, np.uint8))
        canonical[ends.searchsorted(np.flatnonzero(~allowed))] = False


def _words(blocks: NDArray[np.void]) -> Hashes:
    return blocks.view(_TAG_TYPE).reshape(-1, 2)


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
