"""Entries of the log, its signed heads, and the places that a group of entries gets."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.ledger.domain.tree import View
from xiezhi.errors import Reason, XiezhiError, error
from xiezhi.proof.merkle import leaf_hash


@dataclass(frozen=True, slots=True)
class Record:
    """An entry as it is kept.

    Attributes:
        entry_id: Made by its writer.
        raw: The entry's exact bytes.
        leaf_hash: Hash of its leaf, 32 bytes.
    """

    entry_id: uuid.UUID
    raw: bytes
    leaf_hash: bytes

    @classmethod
    def of(cls, entry_id: uuid.UUID, raw: bytes) -> Record:
        """Makes the record of an entry, hashing its leaf."""
        return cls(entry_id, raw, leaf_hash(raw))


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry that is in the log.

    Attributes:
        index: Its zero-based place.
        record: The entry.
    """

    index: int
    record: Record


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A signed tree head.

    Attributes:
        origin: Name of the log.
        size: Number of leaves.
        root: Root of the tree, 32 bytes.
        time: When it was signed, UTC, to the millisecond.
        key_id: SHA-256 of the public key, 32 bytes.
        signature: Ed25519 signature, 64 bytes.
    """

    origin: str
    size: int
    root: bytes
    time: datetime
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """Where a leaf is, and the proof.

    Attributes:
        index: Zero-based place.
        path: Inclusion proof, 32 bytes each, leaf side first.
    """

    index: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A head that may be shown, and its tree."""

    head: SignedHead
    view: View


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What a group of requests adds to the log.

    Attributes:
        outcomes: For each request the places of its entries, or why it is refused.
        fresh: The entries to be added, in order.
    """

    outcomes: tuple[tuple[int, ...] | XiezhiError, ...]
    fresh: tuple[Record, ...]


def arrange(
    requests: Iterable[Sequence[Record]], known: Mapping[uuid.UUID, tuple[int, bytes]], *, size: int
) -> Arrangement:
    """Gives each entry of a group its place; a request is taken whole or refused whole, whatever its neighbours are.

    Args:
        requests: The entries of each request.
        known: Place and leaf hash of those that are in the log already.
        size: Number of leaves so far.
    """
    places = dict(known)
    fresh: list[Record] = []
    outcomes: list[tuple[int, ...] | XiezhiError] = []
    for records in requests:
        own: dict[uuid.UUID, tuple[int, bytes]] = {}
        added: list[Record] = []
        for record in records:
            if record.entry_id not in places and record.entry_id not in own:
                own[record.entry_id] = size + len(fresh) + len(added), record.leaf_hash
                added.append(record)
        placed = [own.get(record.entry_id) or places[record.entry_id] for record in records]
        if any(leaf != record.leaf_hash for (_, leaf), record in zip(placed, records, strict=True)):
            outcomes.append(error(Reason.REQUEST_ID_REUSED, "Another entry with the same entry_id is in the log."))
            continue
        places |= own
        fresh += added
        outcomes.append(tuple(index for index, _ in placed))
    return Arrangement(tuple(outcomes), tuple(fresh))


def damaged(why: str) -> XiezhiError:
    """Makes the LEDGER_DAMAGED error.

    Args:
        why: A clause that says what does not agree.
    """
    return error(Reason.LEDGER_DAMAGED, f"The ledger does not agree with itself: {why}. It does not serve.")
