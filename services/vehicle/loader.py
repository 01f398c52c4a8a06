"""The register in bulk: as when it is first filled, and as corrections come in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from services.alerts.feed import AlertFeed
from services.chassis.db import KeyedQuery, execute_many, insert_many
from services.chassis.db.loading import BulkLoader
from services.chassis.sealing import Keyring, Sealer
from services.vehicle.checks.keys import alert_hasher, check_key
from services.vehicle.registry.domain import Vehicle
from services.vehicle.registry.intake import IntakeError, check_vehicle
from services.vehicle.registry.sealed import VehicleSealer
from services.vehicle.registry.tables import NUMBERS, OWNERS, VEHICLES
from services.vehicle.registry.ways import Ways
from services.vehicle.seizures.tables import ALERTS, SEIZURES

_OLD = "old"
_REPLACE_VEHICLE = update(VEHICLES).where(VEHICLES.c.vehicle_id == bindparam(_OLD))
_FORGET_NUMBER = delete(NUMBERS).where(NUMBERS.c.digest == bindparam("key"), NUMBERS.c.vehicle_id == bindparam("whose"))
_FORGET_OWNER = delete(OWNERS).where(OWNERS.c.digest == bindparam("key"), OWNERS.c.vehicle_id == bindparam("whose"))
_COUNT = select(func.count()).select_from(VEHICLES)


class VehicleLoader(BulkLoader):
    """Writes vehicles, each as a whole.

    Doing so again changes nothing, except that what is sealed with a former key is sealed anew. A record whose content
    differs replaces the one before; the seizures of the vehicle stay, and from then on it is found by its new plate and
    VIN.

    Args:
        database_url: The vehicle service's database, migrated.
        keyring: Keys of its fields at rest.
    """

    def __init__(self, database_url: str, *, keyring: Keyring) -> None:
        super().__init__(database_url)
        self._sealer = VehicleSealer(Sealer(keyring))
        self._ways = Ways(keyring)
        self._alerts = AlertFeed(ALERTS, hasher=alert_hasher(check_key(keyring)))
        self._seizures = KeyedQuery(select(SEIZURES.c.vehicle_id).distinct(), SEIZURES.c.vehicle_id)
        self._kept = KeyedQuery(select(VEHICLES), VEHICLES.c.vehicle_id)

    def add(self, vehicles: Iterable[Vehicle]) -> None:
        """Writes vehicles in one transaction.

        Raises:
            IntakeError: If a record may not be let in; then nothing of this call is written.
            RuntimeError: If the loader is not entered.
        """
        self._require_link()
        wanted = {vehicle.vehicle_id: vehicle for vehicle in vehicles}
        for vehicle in wanted.values():
            check_vehicle(vehicle)
        if not wanted:
            return
        with self.transaction() as connection:
            self._write(connection, wanted)

    def count(self) -> int:
        """Returns how many vehicles are on file.

        Raises:
            RuntimeError: If the loader is not entered.
        """
        with self.connection.begin():
            return int(self.connection.execute(_COUNT).scalar_one())

    def _write(self, connection: Connection, wanted: Mapping[int, Vehicle]) -> None:
        sealer = self._sealer
        kept = {
            key: (sealer.open(key, row.record), sealer.is_current(row.record))
            for key, row in self._kept.row(connection, [*wanted]).items()
        }
        fresh = [key for key in wanted if key not in kept]
        changed = [key for key in kept if kept[key] != (wanted[key], True)]
        rows = {key: {"vehicle_id": key, "record": sealer.seal(wanted[key])} for key in (*fresh, *changed)}
        insert_many(connection, VEHICLES, [rows[key] for key in fresh])
        execute_many(connection, _REPLACE_VEHICLE, [{_OLD: key, **rows[key]} for key in changed])
        self._forget_ways(connection, [kept[key][0] for key in changed])
        self._add_ways(connection, [wanted[key] for key in rows])
        self._add_alerts(connection, [wanted[k] for k in changed if _numbers(kept[k][0]) != _numbers(wanted[k])])

    def _forget_ways(self, connection: Connection, vehicles: Sequence[Vehicle]) -> None:
        """Deletes what leads to vehicles, under every key of the indexes."""
        ways = self._ways
        execute_many(
            connection,
            _FORGET_NUMBER,
            [{"key": digest, "whose": v.vehicle_id} for v in vehicles for digest in ways.former_numbers(v)],
        )
        execute_many(
            connection,
            _FORGET_OWNER,
            [{"key": digest, "whose": v.vehicle_id} for v in vehicles for digest in ways.of_owner(v.owner.key)],
        )

    def _add_ways(self, connection: Connection, vehicles: Sequence[Vehicle]) -> None:
        ways = self._ways
        try:
            insert_many(
                connection,
                NUMBERS,
                [{"digest": digest, "vehicle_id": v.vehicle_id} for v in vehicles for digest in ways.numbers(v)],
            )
        except IntegrityError:
            raise IntakeError("A plate or VIN is said to be that of two vehicles.") from None
        insert_many(connection, OWNERS, [{"digest": ways.owner(v), "vehicle_id": v.vehicle_id} for v in vehicles])

    def _add_alerts(self, connection: Connection, renumbered: Sequence[Vehicle]) -> None:
        """Adds alerts for the numbers of vehicles that were ever seized; whether they still are is asked at the hit.

        The vehicles are written by now, and so locked: no seizure can come between, and later ones read the new plate.
        """
        seized = self._seizures.rows(connection, [vehicle.vehicle_id for vehicle in renumbered])
        texts = [(v.vehicle_id, text) for v in renumbered if v.vehicle_id in seized for text in _numbers(v)]
        self._alerts.write_last(connection, texts, present=True)


def _numbers(vehicle: Vehicle) -> tuple[str, str]:
    return vehicle.plate, vehicle.vin
