"""Hashes for tests: arrays of given numbers, and many drawn ones."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from services.alerts.hashing import Hashes


def hashes(numbers: Iterable[int] = ()) -> Hashes:
    return np.array(list(numbers), np.uint64)


def drawn(count: int, *, seed: int) -> Hashes:
    return np.random.default_rng(seed).integers(0, 1 << 64, count, np.uint64)
