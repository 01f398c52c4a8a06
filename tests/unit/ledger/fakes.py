"""A store and a high-water file in memory that fail as told."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.chassis.clock import ManualClock
from services.ledger.domain import Kept, Record, SignedHead
from services.ledger.signing import LogSigner
from xiezhi.errors import Reason, error

START = datetime(2026, 11, 24, 9, 0, 0, 123_456, tzinfo=UTC)


def record(number: int, text: str = "") -> Record:
    """An entry whose id tells its number."""
    return Record.of(uuid.UUID(int=number + 1), f"entry {number} of {text}.".encode())


def id_of(raw: bytes) -> uuid.UUID | None:
    """Reads the id out of what `record` made."""
    parts = raw.split(b" ")
    return uuid.UUID(int=int(parts[1]) + 1) if parts[0] == b"entry" else None


def signer(*, origin: str = "xiezhi.test/log", seed: int = 1) -> LogSigner:
    """A signer whose clock stands still."""
    key = Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32))
    return LogSigner(key, origin=origin, clock=ManualClock(START))


class MemoryTransaction:
    """What a group does within one commit."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self.entries: list[Record] = list(store.entries)
        self.head: SignedHead | None = store.head

    def find(self, entry_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[int, bytes]]:
        wanted = set(entry_ids)
        return {r.entry_id: (n, r.leaf_hash) for n, r in enumerate(self.entries) if r.entry_id in wanted}

    def replace_head(self, old: SignedHead, new: SignedHead) -> bool:
        if self.head is None or (self.head.size, self.head.root) != (old.size, old.root):
            return False
        self.head = new
        return True

    def insert(self, start: int, records: Sequence[Record]) -> None:
        assert start == len(self.entries)
        self.entries.extend(records)


class MemoryStore:
    """Keeps a log in memory.

    Attributes:
        entries: The entries.
        head: The newest head.
        failures: Of the next commits, the first of which may name "before" or "after" the effect, or "later" for an
            effect that comes with the commit after it.
        away: Whether it does not answer at all.
        commits: How many commits took effect.
    """

    def __init__(self) -> None:
        self.entries: list[Record] = []
        self.head: SignedHead | None = None
        self.failures: list[str] = []
        self.away = False
        self.commits = 0
        self._late: MemoryTransaction | None = None

    async def read_head(self) -> SignedHead | None:
        self._require_there()
        return self.head

    async def count(self) -> int:
        return len(self.entries)

    async def read(self, start: int, most: int) -> list[Kept]:
        self._require_there()
        return [Kept(n, r) for n, r in enumerate(self.entries)][start : start + most]

    async def begin(self, head: SignedHead) -> None:
        self.head = head

    async def commit(self, work: Callable[[Any], Any], *, then: Callable[[Any], None]) -> Any:
        await asyncio.sleep(0)
        self._require_there()
        failure = self.failures.pop(0) if self.failures else ""
        if self._late is not None:
            self._take(self._late)
            self._late = None
        transaction = MemoryTransaction(self)
        result = work(transaction)
        if failure == "before":
            raise _lost()
        if failure == "later":
            self._late = transaction
            raise _lost()
        self._take(transaction)
        if failure == "after":
            raise _lost()
        then(result)
        return result

    def _take(self, transaction: MemoryTransaction) -> None:
        self.entries, self.head = transaction.entries, transaction.head
        self.commits += 1

    def _require_there(self) -> None:
        if self.away:
            raise _lost()


class MemoryHighWater:
    """Keeps the newest head in memory; `full` makes it fail."""

    def __init__(self) -> None:
        self.head: SignedHead | None = None
        self.full = False

    def read(self) -> SignedHead | None:
        return self.head

    def keep(self, head: SignedHead) -> None:
        if self.full:
            raise OSError("no space left")
        self.head = head


def _lost() -> Exception:
    return error(Reason.STORE_UNAVAILABLE, "The connection is lost.")
