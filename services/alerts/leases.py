"""Leases of a key: which systems have it, as to send packed hashes, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import Connection, Row, Table, bindparam, delete, insert, select

from services.alerts.keys import CheckKey
from services.chassis.clock import Clock, write_instant
from services.chassis.db import Database
from services.chassis.ids import IdSource
from xiezhi.errors import Reason, error

_MOST_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease.

    Attributes:
        lease_id: Its id, a UUID.
        system: Fingerprint of the certificate of the system that holds it, 32 bytes.
        key_id: The key.
        starts_at: Since when, UTC.
        expires_at: Until when, UTC, exclusive.
    """

    lease_id: str
    system: bytes
    key_id: int
    starts_at: datetime
    expires_at: datetime

    def is_young(self, now: datetime) -> bool:
        """Whether more than half of it is left."""
        return self.expires_at - now > (self.expires_at - self.starts_at) / 2


class LeaseMessage(Protocol):
    """An answer that lends a key; the contract of each service has one of its own."""

    lease_id: str
    key: bytes

    @property
    def expire_time(self) -> Timestamp:
        """Until when."""
        ...


M = TypeVar("M", bound=LeaseMessage)


class LeaseBook:
    """Gives leases and looks whether they hold.

    Args:
        table: The leases.
        database: The service's database.
        key: The key that is lent.
        duration: How long a lease lasts.
        clock: Source of now.
        ids: Source of ids.
    """

    def __init__(
        self, table: Table, *, database: Database, key: CheckKey, duration: timedelta, clock: Clock, ids: IdSource
    ) -> None:
        self.key = key
        self._names = tuple(table.c.keys())
        self._add = insert(table)
        self._of_id = select(table).where(table.c.lease_id == bindparam("which"))
        self._of_system = (
            select(table)
            .where(table.c.system == bindparam("whose"), table.c.key_id == bindparam("key"))
            .order_by(table.c.expires_at.desc())
            .limit(1)
        )
        self._ended = delete(table).where(table.c.expires_at <= bindparam("now"))
        self._database = database
        self._duration = duration
        self._clock = clock
        self._ids = ids
        self._known: dict[str, Lease] = {}

    async def lend(self, system: bytes) -> Lease:
        """Gives a system a lease: that which it has, while more than half of it is left.

        Args:
            system: Fingerprint of its certificate.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        now = self._clock.now()
        fresh = Lease(str(self._ids.uuid()), system, self.key.key_id, now, now + self._duration)

        def write(connection: Connection) -> Lease:
            row = connection.execute(self._of_system, {"whose": system, "key": self.key.key_id}).one_or_none()
            if row is not None and (held := _read(row)).is_young(now):
                return held
            connection.execute(self._add, {name: getattr(fresh, name) for name in self._names})
            return fresh

        return await self._database.write(write)

    async def answer(self, system: bytes, *, message: M) -> M:
        """Gives a system a lease as `lend` does, and writes it into an answer, with the key.

        Args:
            system: Fingerprint of its certificate.
            message: The answer, empty.

        Returns:
            The answer.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        lease = await self.lend(system)
        message.lease_id, message.key = lease.lease_id, self.key.key
        write_instant(message.expire_time, lease.expires_at)
        return message

    async def require(self, lease_id: str, system: bytes) -> Lease:
        """Refuses a lease that is unknown, over, another system's, or of a key that is no longer used.

        Args:
            lease_id: The lease.
            system: Fingerprint of the certificate of the system that names it.

        Returns:
            The lease, which holds now.

        Raises:
            PermissionDenied: CHECK_KEY_LEASE_INVALID, in the same words whatever is wrong.
            Unavailable: STORE_UNAVAILABLE.
        """
        lease = self._known.get(lease_id) or await self._read(lease_id)
        now = self._clock.now()
        if lease is None or (lease.system, lease.key_id) != (system, self.key.key_id) or now >= lease.expires_at:
            raise error(Reason.CHECK_KEY_LEASE_INVALID, "The lease of the key is not one that this system holds now.")
        return lease

    async def require_all(self, lease_ids: Iterable[str], system: bytes) -> None:
        """Looks at each of several leases once; as `require`."""
        for lease_id in dict.fromkeys(lease_ids):
            await self.require(lease_id, system)

    async def erase_ended(self) -> None:
        """Forgets leases that are over.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        now = self._clock.now()
        await self._database.write(lambda connection: connection.execute(self._ended, {"now": now}))
        self._known.clear()

    async def _read(self, lease_id: str) -> Lease | None:
        def read(connection: Connection) -> Lease | None:
            row = connection.execute(self._of_id, {"which": lease_id}).one_or_none()
            return None if row is None else _read(row)

        lease = await self._database.read(read, snapshot=False)
        if lease is not None and len(self._known) < _MOST_KNOWN:
            self._known[lease_id] = lease
        return lease


def _read(row: Row[Any]) -> Lease:
    return Lease(row.lease_id, bytes(row.system), row.key_id, row.starts_at, row.expires_at)
