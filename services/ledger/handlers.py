"""The use cases of the log."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from services.ledger.domain import Kept, Place, Record, SignedHead, View
from services.ledger.log import Log
from services.ledger.ports import LogStore
from xiezhi.errors import Reason, error

PAGE = 100
"""Entries of a page where the caller names no number."""
SEARCHED_AT_ONCE = 200_000
"""Leaves looked at for one hash before others go on. An index of hashes, which come in no order, would cost every
append more than the rest of its commit, and every proof that names its place needs none."""
PAGE_BYTES = 3 * 1024 * 1024
"""A page ends before its entries become longer than this together: clients take 4 MiB unless told otherwise."""


@dataclass(frozen=True, slots=True)
class AppendResult:
    """Where entries are, and that the log only grew.

    Attributes:
        places: Of each entry, in the order of the request.
        head: The head that all proofs lead to.
        consistency: Proof that the tree that the writer knew is a prefix of it.
    """

    places: tuple[Place, ...]
    head: SignedHead
    consistency: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Inclusion:
    """A proof that a leaf is in a tree.

    Attributes:
        place: Place and proof.
        size: Size of the tree.
        head: The newest head if it is of this tree, else None.
    """

    place: Place
    size: int
    head: SignedHead | None


@dataclass(frozen=True, slots=True)
class Consistency:
    """A proof that one tree is a prefix of another.

    Attributes:
        path: The proof.
        size: Size of the later tree.
        head: The newest head if it is of the later tree, else None.
    """

    path: tuple[bytes, ...]
    size: int
    head: SignedHead | None


@dataclass(frozen=True, slots=True)
class Page:
    """Entries in order.

    Attributes:
        entries: The exact bytes of each.
        next_index: Place of the first entry after these.
    """

    entries: tuple[bytes, ...]
    next_index: int


async def append(records: Sequence[Record], known_size: int, *, log: Log) -> AppendResult:
    """Appends entries and proves them.

    Args:
        records: The entries.
        known_size: Size of the last tree that the writer knows, 0 for none.
        log: The log.

    Raises:
        OutOfRange: LEDGER_RANGE, if the writer knows a tree that this log never was.
        AlreadyExists: REQUEST_ID_REUSED.
        Unavailable: STORE_UNAVAILABLE.
        DataLoss: LEDGER_DAMAGED.
    """
    log.view(known_size)
    appended = await log.append(records)
    view = appended.shown.view
    return AppendResult(
        places=tuple(map(Place, appended.indexes, view.inclusions(appended.indexes))),
        head=appended.shown.head,
        consistency=view.consistency(known_size),
    )


async def prove_inclusion(leaf: int | bytes, size: int, *, log: Log) -> Inclusion:
    """Proves a leaf.

    Args:
        leaf: Its zero-based place, or its hash, 32 bytes.
        size: Size of the tree to prove in, 0 for the newest.
        log: The log.

    Raises:
        OutOfRange: LEDGER_RANGE, if the log or the tree asked for is shorter.
        NotFound: NOT_FOUND, if no leaf of the tree has this hash.
        DataLoss: LEDGER_DAMAGED.
    """
    shown, view = log.shown, log.view(size)
    index = leaf if isinstance(leaf, int) else await _find(leaf, view)
    if index >= view.size:
        raise error(Reason.LEDGER_RANGE, f"The tree has {view.size} entries, which is fewer.")
    head = shown.head if view.size == shown.head.size else None
    return Inclusion(Place(index, view.inclusion(index)), view.size, head)


async def _find(leaf: bytes, view: View) -> int:
    """Finds a leaf by its hash, and lets others go on meanwhile."""
    for start in range(0, view.size, SEARCHED_AT_ONCE):
        found = view.find(leaf, start, start + SEARCHED_AT_ONCE)
        if found is not None:
            return found
        await asyncio.sleep(0)
    raise error(Reason.NOT_FOUND, f"The tree of {view.size} entries has no leaf of this hash.")


def prove_consistency(first: int, second: int, *, log: Log) -> Consistency:
    """Proves that an earlier tree is a prefix of a later one.

    Args:
        first: Size of the earlier tree, at least 1.
        second: Size of the later tree, 0 for the newest.
        log: The log.

    Raises:
        OutOfRange: LEDGER_RANGE, if the log is shorter, or the earlier tree is larger.
        DataLoss: LEDGER_DAMAGED.
    """
    shown, view = log.shown, log.view(second)
    if first > view.size:
        raise error(Reason.LEDGER_RANGE, f"The later tree has {view.size} entries, fewer than the earlier one.")
    return Consistency(view.consistency(first), view.size, shown.head if view.size == shown.head.size else None)


async def list_entries(start: int, count: int, *, log: Log, store: LogStore) -> Page:
    """Reads entries in order.

    Args:
        start: The first place.
        count: How many at the most; 0 for `PAGE`.
        log: The log.
        store: Where it is kept.

    Raises:
        OutOfRange: LEDGER_RANGE, if the log ends before the first place.
        Unavailable: STORE_UNAVAILABLE.
        DataLoss: LEDGER_DAMAGED.
    """
    size = log.shown.head.size
    if start > size:
        raise error(Reason.LEDGER_RANGE, f"The log has {size} entries, which is fewer.")
    kept = await store.read(start, min(count or PAGE, size - start)) if start < size else []
    entries = _fitting(kept)
    return Page(entries, start + len(entries))


def _fitting(kept: Sequence[Kept]) -> tuple[bytes, ...]:
    """Returns as many entries as fit on a page, and at least one."""
    length = 0
    for position, one in enumerate(kept):
        length += len(one.record.raw)
        if position and length > PAGE_BYTES:
            return tuple(fits.record.raw for fits in kept[:position])
    return tuple(one.record.raw for one in kept)
