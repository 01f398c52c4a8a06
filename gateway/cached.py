"""Records that only ever grow, kept as last seen and never given out when they have grown since.

A record's version is the length of its timeline. A process that is alone on its database knows every change, because it
made it; one of several asks the database for the version, which is one number, before it trusts what it kept.
"""

from __future__ import annotations

import threading
from typing import Generic, Protocol, TypeVar

from services.chassis.db import BatchReader


class Versioned(Protocol):
    """A record with a timeline."""

    @property
    def version(self) -> int:
        """Number of events of the timeline."""
        ...


V = TypeVar("V", bound=Versioned)


class CachedReader(Generic[V]):
    """Reads records by key.

    Args:
        records: Reads a record.
        versions: Reads the version that a record has now.
        exclusive: Whether this process alone writes the records; versions are not read then.
        size: Most records kept.
    """

    def __init__(
        self, records: BatchReader[str, V], versions: BatchReader[str, int], *, exclusive: bool, size: int = 4_096
    ) -> None:
        self._records = records
        self._versions = versions
        self._exclusive = exclusive
        self._size = size
        self._kept: dict[str, V] = {}
        self._forgotten = 0
        self._lock = threading.Lock()

    async def get(self, key: str) -> V | None:
        """Returns a record as it is now, None if there is none.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        kept = self._kept.get(key)
        if kept is not None and (self._exclusive or await self._versions.get(key) == kept.version):
            return kept
        forgotten = self._forgotten
        record = await self._records.get(key)
        if record is not None:
            self._keep(key, record, forgotten=forgotten)
        return record

    def replace(self, key: str, record: V) -> None:
        """Keeps a record that this process wrote, once that is durable; from any thread."""
        self._keep(key, record, forgotten=None)

    def forget(self, key: str) -> None:
        """Forgets a record whose write may or may not have taken effect; from any thread."""
        with self._lock:
            self._kept.pop(key, None)
            self._forgotten += 1

    def _keep(self, key: str, record: V, *, forgotten: int | None) -> None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept.version >= record.version:
                return
            if kept is None and self._exclusive and forgotten not in {None, self._forgotten}:
                # Forgotten while it was read: a later version may have been among what was.
                return
            if kept is None and len(self._kept) >= self._size:
                del self._kept[next(iter(self._kept))]
                self._forgotten += 1
            self._kept[key] = record
