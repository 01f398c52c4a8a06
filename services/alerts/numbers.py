"""Hashes as databases keep them: the signed numbers of the same 64 bits."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from services.alerts.hashing import Hashes

_SIGN = 1 << 63


def as_hashes(numbers: Collection[int]) -> Hashes:
    """Turns the signed numbers of databases into hashes."""
    return np.fromiter(numbers, np.int64, len(numbers)).view(np.uint64)


def as_numbers(hashes: Hashes) -> list[int]:
    """Turns hashes into the signed numbers of databases."""
    numbers: list[int] = hashes.view(np.int64).tolist()
    return numbers


def as_number(one: int) -> int:
    """Turns one hash into the signed number of databases."""
    return (one ^ _SIGN) - _SIGN
