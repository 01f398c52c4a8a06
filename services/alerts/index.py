"""The set of the hashes that are sought, in memory: one thread changes it while others look things up."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from services.alerts.hashing import Hashes
from services.alerts.sieve import Sieve

MERGE_AT = 1 << 16
"""How many changes are kept beside the set before they are merged into it."""


def _none() -> Hashes:
    return np.empty(0, np.uint64)


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """One state of the set: sorted arrays that nobody changes any more.

    Attributes:
        merged: The set when it was last merged.
        sieve: Lets `merged` and `added` through.
        added: What came since; nothing of `merged`.
        removed: What went since; all of it in `merged`.
    """

    merged: Hashes
    sieve: Sieve
    added: Hashes = field(default_factory=_none)
    removed: Hashes = field(default_factory=_none)

    def holds(self, hashes: Hashes) -> NDArray[np.bool_]:
        """Returns which of the hashes are in the set."""
        held = _held(self.merged, hashes)
        if self.removed.size:
            held &= ~_held(self.removed, hashes)
        if self.added.size:
            held |= _held(self.added, hashes)
        return held


class AlertIndex:
    """A set of hashes, for millions of lookups a second.

    A lookup reads one snapshot, so it sees each update whole or not at all, and never waits for one. A set it is:
    a hash under which several alerts stand is removed with the last of them, which the caller knows.

    A hash that is not in the set is never reported, save for another text with the same 64 bits: at ten million
    alerts one text in two million million. Whoever acts on a hit reads the alert itself.

    Args:
        hashes: The hashes it begins with, in any order; the array is the index's own from now on.
        merge_at: How many changes it keeps beside the set before it merges them.
    """

    def __init__(self, hashes: Hashes, *, merge_at: int = MERGE_AT) -> None:
        self._merge_at = merge_at
        self._changing = threading.Lock()
        self._snapshot = self._merged(_sorted_once(hashes))

    @classmethod
    def build(cls, chunks: Iterable[Hashes]) -> Self:
        """Makes an index of all hashes of a source, such as the rows of a table read in portions."""
        return cls(np.concatenate([_none(), *chunks]))

    def __len__(self) -> int:
        now = self._snapshot
        return len(now.merged) + len(now.added) - len(now.removed)

    @property
    def memory(self) -> int:
        """How many bytes it takes; while it merges, up to three times as many."""
        now = self._snapshot
        return now.merged.nbytes + now.added.nbytes + now.removed.nbytes + now.sieve.memory

    def contains(self, hashes: Hashes) -> NDArray[np.bool_]:
        """Returns which of the hashes are in the set."""
        now = self._snapshot
        found = np.zeros(len(hashes), np.bool_)
        candidates = now.sieve.candidates(hashes)
        if candidates.size:
            found[candidates] = now.holds(hashes[candidates])
        return found

    def update(self, *, added: Hashes, removed: Hashes) -> None:
        """Adds hashes and removes others, at once for whoever looks; what is both added and removed stays.

        To add what is there, or to remove what is not, changes nothing. Most updates take less than a millisecond;
        one that has to merge takes a second at ten million, on the calling thread, while lookups go on.
        """
        with self._changing:
            now = self._snapshot
            added, removed = _sorted_once(added.copy()), _sorted_once(removed.copy())
            removed = _without(removed, added)
            arriving = added[~_held(now.merged, added)]
            fresh = _with(_without(now.added, removed), arriving)
            gone = _with(_without(now.removed, added), removed[_held(now.merged, removed)])
            now.sieve.add(arriving)  # Before the snapshot: who reads that must find what was added.
            after = _Snapshot(now.merged, now.sieve, fresh, gone)
            if len(fresh) + len(gone) >= self._merge_at:
                after = self._merged(_with(_without(now.merged, gone), fresh))
            self._snapshot = after

    def _merged(self, hashes: Hashes) -> _Snapshot:
        sieve = Sieve(len(hashes) + self._merge_at)
        sieve.add(hashes)
        return _Snapshot(hashes, sieve)


def _sorted_once(hashes: Hashes) -> Hashes:
    """Sorts an array in place, and leaves out what is repeated."""
    hashes.sort()
    repeated = hashes[1:] == hashes[:-1]
    return np.delete(hashes, np.flatnonzero(repeated)) if repeated.any() else hashes


def _held(ordered: Hashes, hashes: Hashes) -> NDArray[np.bool_]:
    """Returns which of the hashes a sorted array holds."""
    if not ordered.size:
        return np.zeros(len(hashes), np.bool_)
    held: NDArray[np.bool_] = ordered.take(ordered.searchsorted(hashes), mode="clip") == hashes
    return held


def _with(ordered: Hashes, more: Hashes) -> Hashes:
    """Returns two sorted arrays as one, each hash once."""
    missing = more[~_held(ordered, more)]
    return np.insert(ordered, ordered.searchsorted(missing), missing) if missing.size else ordered


def _without(ordered: Hashes, fewer: Hashes) -> Hashes:
    """Returns a sorted array without what another holds."""
    there = fewer[_held(ordered, fewer)]
    return np.delete(ordered, ordered.searchsorted(there)) if there.size else ordered
