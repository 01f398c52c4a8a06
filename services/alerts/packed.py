"""Hashes as they travel: eight bytes each, the least significant first, one after the other."""

from __future__ import annotations

import numpy as np

from services.alerts.hashing import Hashes
from xiezhi.errors import Violation, invalid_fields

MAX_HASHES = 10_000
"""Most hashes in one batch."""

_SIZE = 8
_PACKED = np.dtype("<u8")


def pack(hashes: Hashes) -> bytes:
    """Packs hashes."""
    return hashes.astype(_PACKED, copy=False).tobytes()


def unpack(data: bytes, *, field: str) -> Hashes:
    """Reads packed hashes, without copying them.

    Args:
        data: The packed hashes.
        field: Path of the field they came in, for the refusal.

    Raises:
        XiezhiError: FIELDS_INVALID if the data are not whole hashes, or too many.
    """
    if len(data) % _SIZE:
        raise invalid_fields(Violation(field, f"pack hashes of {_SIZE} bytes each"))
    if len(data) > MAX_HASHES * _SIZE:
        raise invalid_fields(Violation(field, f"send at most {MAX_HASHES} hashes at once"))
    return np.frombuffer(data, _PACKED)
