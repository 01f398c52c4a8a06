"""What a photo must be to be disclosed: GA/T 461's size and format, and the very image that the register names."""

from __future__ import annotations

import hashlib

from services.identity.domain.answers import Photo, PhotoAbsence
from services.identity.domain.records import StoredPhoto

WIDTH, HEIGHT = 358, 441
"""Pixels of a photo (GA/T 461-2019)."""
MAX_BYTES = 64 * 1024
"""The longest photo that is disclosed."""

_START, _END = b"\xff\xd8\xff", b"\xff\xd9"
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
"""Markers of the frame headers of baseline, extended and progressive images (ITU-T T.81, table B.1)."""
_SCAN = 0xDA
_FILL = 0xFF
_HEADER = b"\x08" + HEIGHT.to_bytes(2) + WIDTH.to_bytes(2) + b"\x03"
"""What a frame header says of samples of 8 bits, of the size, and of three components: 24-bit colour."""


def is_photo(jpeg: bytes) -> bool:
    """Whether an image has the format of a photo: a JPEG of 358 by 441 pixels in 24-bit colour, at most 64 KiB.

    Source:
        GA/T 461-2019 as the domain sheet, section 13, has it; segments as in ITU-T T.81, annex B.
    """
    if len(jpeg) > MAX_BYTES or not jpeg.startswith(_START) or not jpeg.endswith(_END):
        return False
    place = 2
    while place + 4 <= len(jpeg):
        if jpeg[place] != _FILL:
            return False
        marker = jpeg[place + 1]
        if marker == _FILL:
            place += 1
            continue
        if marker in _FRAMES:
            return jpeg.startswith(_HEADER, place + 4)
        length = int.from_bytes(jpeg[place + 2 : place + 4])
        if marker == _SCAN or length < 2:
            return False
        place += 2 + length
    return False


def read_photo(stored: StoredPhoto | None, digest: bytes) -> Photo | PhotoAbsence:
    """Returns a photo that may be disclosed, or why there is none.

    Args:
        stored: What lies in the registry; None when nothing does.
        digest: SHA-256 of the image that the register names.
    """
    if stored is None:
        return PhotoAbsence.NO_PHOTO_ON_FILE
    if stored.quarantined or not is_photo(stored.jpeg) or hashlib.sha256(stored.jpeg).digest() != digest:
        return PhotoAbsence.QUARANTINED
    return Photo(stored.jpeg, digest, stored.sm3)
