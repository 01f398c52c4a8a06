"""The register in SQL, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from services.chassis.db import Database, KeyedQuery, execute_many
from services.chassis.sealing import Keyring, Sealer
from services.vehicle.registry.domain import Listed, Queued, Vehicle
from services.vehicle.registry.sealed import VehicleSealer
from services.vehicle.registry.tables import NUMBERS, OWNERS, VEHICLES
from services.vehicle.registry.ways import Ways

ReadQueues = Callable[[Connection, Sequence[Vehicle], datetime], Mapping[int, tuple[Queued, ...]]]
"""Reads the open seizures of vehicles, by key of the vehicle, as they stand at a moment."""

_OWNED = select(OWNERS.c.digest, VEHICLES.c.vehicle_id, VEHICLES.c.record).join(
    VEHICLES, VEHICLES.c.vehicle_id == OWNERS.c.vehicle_id
)
_LOCKED = select(VEHICLES).order_by(VEHICLES.c.vehicle_id).with_for_update()
_REPLACE = update(VEHICLES).where(VEHICLES.c.vehicle_id == bindparam("whose"))


class RegistryDamage(Exception):
    """What leads to a record and the record itself contradict each other; nothing is disclosed then."""


class VehicleRows:
    """Reads and changes vehicles within a transaction of whoever calls.

    Args:
        keyring: Keys of the service's fields at rest.
    """

    def __init__(self, keyring: Keyring) -> None:
        self.ways = Ways(keyring)
        self._sealer = VehicleSealer(Sealer(keyring))
        self._owned = KeyedQuery(_OWNED, OWNERS.c.digest)
        self._numbers = KeyedQuery(select(NUMBERS), NUMBERS.c.digest)
        self._vehicles = KeyedQuery(select(VEHICLES), VEHICLES.c.vehicle_id)
        self._locked = KeyedQuery(_LOCKED, VEHICLES.c.vehicle_id)

    def ids_of(self, connection: Connection, digests: Sequence[bytes]) -> dict[bytes, int]:
        """Returns the keys of the vehicles that have plates or VINs, by digest; see `Ways`."""
        return {digest: row.vehicle_id for digest, row in self._numbers.row(connection, digests).items()}

    def read(self, connection: Connection, ids: Iterable[int]) -> dict[int, Vehicle]:
        """Reads vehicles by their keys; one that is not on file is left out."""
        rows = self._vehicles.row(connection, [*ids])
        return {key: self._sealer.open(key, row.record) for key, row in rows.items()}

    def lock(self, connection: Connection, ids: Iterable[int]) -> dict[int, Vehicle]:
        """Reads vehicles and keeps out everybody else who changes what concerns them, until the commit."""
        rows = self._locked.row(connection, sorted(ids))
        return {key: self._sealer.open(key, row.record) for key, row in rows.items()}

    def replace(self, connection: Connection, vehicles: Sequence[Vehicle]) -> None:
        """Writes vehicles anew whose numbers and owner are the same as before."""
        rows = [{"whose": v.vehicle_id, "record": self._sealer.seal(v)} for v in vehicles]
        execute_many(connection, _REPLACE, rows)

    def owned(self, connection: Connection, key: str) -> list[Vehicle]:
        """Reads the vehicles of an owner.

        Raises:
            RegistryDamage: If the owner's key leads to somebody else's vehicle.
        """
        found = self._owned.rows(connection, self.ways.of_owner(key))
        vehicles = [self._sealer.open(row.vehicle_id, row.record) for rows in found.values() for row in rows]
        if any(vehicle.owner.key != key for vehicle in vehicles):
            raise RegistryDamage("an owner's number leads to a vehicle that is not theirs")
        return vehicles


class SqlRegistry:
    """The register; see `services.vehicle.registry.domain.Registry`.

    Args:
        database: The vehicle service's database, migrated.
        rows: Reads vehicles.
        read_queues: Reads their seizures.
    """

    def __init__(self, database: Database, *, rows: VehicleRows, read_queues: ReadQueues) -> None:
        self._database = database
        self._rows = rows
        self._read_queues = read_queues

    async def fleet(self, key: str, *, at: datetime) -> tuple[Listed, ...]:
        """Reads an owner's vehicles and their seizures in one state of the database.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
            SealError: If a record was changed or moved, or its key is not in the keyring.
            RegistryDamage: If a number leads to somebody whose it is not.
        """

        def read(connection: Connection) -> tuple[Listed, ...]:
            vehicles = self._rows.owned(connection, key)
            queues = self._read_queues(connection, vehicles, at)
            return tuple(Listed(v, queues.get(v.vehicle_id, ())) for v in vehicles)

        return await self._database.read(read)
