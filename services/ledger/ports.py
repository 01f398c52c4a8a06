"""What the log needs of the world around it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from services.ledger.domain import Kept, Record, SignedHead

T = TypeVar("T")


class Transaction(Protocol):
    """What a group of appends does within one commit."""

    def find(self, entry_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[int, bytes]]:
        """Returns place and leaf hash of those entries that are in the log."""
        ...

    def replace_head(self, old: SignedHead, new: SignedHead) -> bool:
        """Replaces the newest head, which also keeps out every other writer until the commit.

        Returns:
            False if the newest head is not the old one; then nothing is replaced.
        """
        ...

    def insert(self, start: int, records: Sequence[Record]) -> None:
        """Adds entries from a place on."""
        ...


class LogStore(Protocol):
    """Where the log is kept. Every method raises STORE_UNAVAILABLE while it is away."""

    async def read_head(self) -> SignedHead | None:
        """Returns the newest head, None before there is one."""
        ...

    async def count(self) -> int:
        """Returns the number of entries."""
        ...

    async def read(self, start: int, most: int) -> list[Kept]:
        """Returns entries in order, from a place on."""
        ...

    async def begin(self, head: SignedHead) -> None:
        """Keeps the first head, of the empty tree."""
        ...

    async def commit(self, work: Callable[[Transaction], T], *, then: Callable[[T], None] = lambda result: None) -> T:
        """Runs a function in a transaction; returns its result when that is durable.

        Where this raises, the transaction may all the same have taken effect.

        Args:
            work: The function.
            then: Given the result in the same thread, once it is durable; must not raise.
        """
        ...


class HeadSigner(Protocol):
    """Signs tree heads."""

    def sign(self, size: int, root: bytes, *, after: SignedHead | None) -> SignedHead:
        """Signs a head, not earlier than another.

        Args:
            size: Number of leaves.
            root: Root of the tree, 32 bytes.
            after: The head before it, None for the first.
        """
        ...

    def require_own(self, head: SignedHead) -> None:
        """Verifies that a head is of this log and signed by its key.

        Raises:
            DataLoss: LEDGER_DAMAGED.
        """
        ...


class HeadKeeper(Protocol):
    """Keeps the newest head outside the database."""

    def read(self) -> SignedHead | None:
        """Returns the head that was kept last, None if there is none.

        Raises:
            DataLoss: LEDGER_DAMAGED, if what is kept is no head.
        """
        ...

    def keep(self, head: SignedHead) -> None:
        """Keeps a head durably.

        Raises:
            OSError: If that fails; the former head is then kept still.
        """
        ...
