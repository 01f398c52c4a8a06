"""Seizures in SQL, on SQLite and PostgreSQL: a change, its papers, alerts and answer are one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from services.alerts.feed import AlertFeed
from services.chassis.db import Database
from services.chassis.sealing import Keyring
from services.filing.requests import RequestRows
from services.filing.store import Asked, FilingStore
from services.vehicle.domain import Fact, SeizureOrder
from services.vehicle.registry.domain import Vehicle
from services.vehicle.registry.store import VehicleRows
from services.vehicle.seizures.domain import Sale, SeizureRecord, Shown, VehicleFile
from services.vehicle.seizures.files import Files
from services.vehicle.seizures.rows import SeizureRows
from services.vehicle.seizures.tables import FILING

SeenBefore = Callable[[Connection, Vehicle, datetime], bool]
"""Whether a vehicle was inspected or a registration asked for shortly before a moment; tells the command centre then.

Called in the transaction that seizes it, after the seizure was added.
"""


def never_seen(connection: Connection, vehicle: Vehicle, at: datetime) -> bool:
    """Knows of no inspection and no transfer, as long as no checks are kept."""
    del connection, vehicle, at
    return False


class SeizureStore(FilingStore[Files]):
    """The files of vehicles, and what courts asked.

    Args:
        database: The vehicle service's database, migrated.
        keyring: Keys of its fields at rest.
        alerts: The change feed of alerts.
        seen_before: Finds vehicles that were seen before they were seized.
    """

    def __init__(
        self, database: Database, *, keyring: Keyring, alerts: AlertFeed, seen_before: SeenBefore = never_seen
    ) -> None:
        super().__init__(database, requests=RequestRows(FILING, keyring=keyring, service="vehicle"))
        self._vehicles = VehicleRows(keyring)
        self.rows = SeizureRows(keyring, vehicles=self._vehicles)
        self._alerts = alerts
        self._seen_before = seen_before

    async def names(self, seizure_ids: Collection[str]) -> frozenset[str]:
        """Returns by which plates and VINs the vehicles of seizures may be named; of a seizure that is not there, none.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        if not seizure_ids:
            return frozenset()

        def read(connection: Connection) -> frozenset[str]:
            vehicles = self.rows.vehicles_of(connection, seizure_ids)
            files = self.rows.read_files(connection, set(vehicles.values()))
            return frozenset(name for key, vehicle in vehicles.items() for name in files[vehicle].names(key))

        return await self._database.read(read)

    async def court_of(self, seizure_id: str) -> str | None:
        """Returns the court of a seizure; None if it is not there.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """

        def read(connection: Connection) -> str | None:
            vehicle_id = self.rows.vehicles_of(connection, [seizure_id]).get(seizure_id)
            if vehicle_id is None:
                return None
            record = self.rows.read_files(connection, [vehicle_id])[vehicle_id].records[seizure_id]
            return record.served.court_code

        return await self._database.read(read)

    async def page(
        self, case: tuple[str, str, str], *, as_of: datetime, after: int, size: int
    ) -> list[tuple[int, Shown]]:
        """Returns a debtor's seizures in a case as they stood at a moment, in the order of service.

        Args:
            case: Court, number of the case, and key of the debtor.
            as_of: The moment.
            after: Sequence after which to begin.
            size: Most to return.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """

        def read(connection: Connection) -> list[tuple[int, Shown]]:
            found = self.rows.page(connection, case, as_of=as_of, after=after, size=size)
            files = self.rows.read_files(connection, {vehicle_id for _, _, vehicle_id in found})
            shown = {s.record.seizure_id: s for file in files.values() for s in file.standings(as_of)}
            return [(sequence, shown[seizure_id]) for sequence, seizure_id, _ in found]

        return await self._database.read(read)

    def _files(self, connection: Connection, asked: Asked) -> Files:
        return _SqlFiles(
            connection,
            vehicles=self._vehicles,
            rows=self.rows,
            alerts=self._alerts,
            seen_before=self._seen_before,
            request=asked.request,
        )


class _SqlFiles:
    """The files within one transaction; see `Files`."""

    def __init__(
        self,
        connection: Connection,
        *,
        vehicles: VehicleRows,
        rows: SeizureRows,
        alerts: AlertFeed,
        seen_before: SeenBefore,
        request: bytes,
    ) -> None:
        self._connection = connection
        self._vehicles = vehicles
        self._rows = rows
        self._alerts = alerts
        self._seen_before = seen_before
        self._request = request
        self._open: dict[int, VehicleFile] = {}
        self._vehicle_of: dict[str, int] = {}

    def candidates(self, orders: Sequence[SeizureOrder]) -> list[list[int]]:
        """Finds vehicles by VIN, then by plate, all of them in a few queries."""
        ways = self._vehicles.ways
        digests = [
            (
                *(() if order.vin is None else ways.of_vin(order.vin.number)),
                *ways.of_plate(order.plate.number, order.plate.type),
            )
            for order in orders
        ]
        found = self._vehicles.ids_of(self._connection, [digest for some in digests for digest in some])
        return [list(dict.fromkeys(found[digest] for digest in some if digest in found)) for some in digests]

    def vehicles_of(self, seizure_ids: Collection[str]) -> Mapping[str, int]:
        """Finds the vehicles of seizures."""
        return self._rows.vehicles_of(self._connection, seizure_ids)

    def open(self, vehicle_ids: Iterable[int]) -> dict[int, VehicleFile]:
        """Locks vehicles and reads their files."""
        locked = self._vehicles.lock(self._connection, set(vehicle_ids))
        files = self._rows.files(self._connection, locked.values())
        self._open.update(files)
        self._vehicle_of.update((seizure_id, key) for key, file in files.items() for seizure_id in file.records)
        return files

    def serve(self, records: Sequence[SeizureRecord]) -> None:
        """Adds seizures and the alerts of their vehicles."""
        self._rows.add_seizures(self._connection, records)
        for record in records:
            file = self._open[record.vehicle_id]
            self._open[record.vehicle_id] = file.with_seizure(record)
            self._vehicle_of[record.seizure_id] = record.vehicle_id
        self._alerts.write(self._connection, self._texts({r.vehicle_id for r in records}), present=True)

    def add(self, facts: Sequence[Fact]) -> None:
        """Adds facts, and takes back the alerts of vehicles of which no seizure is left."""
        placed = [(self._vehicle_of[fact.seizure_id], fact) for fact in facts]
        self._rows.add_facts(self._connection, placed, request=self._request)
        for key, fact in placed:
            self._open[key] = self._open[key].followed_by(fact)
        ended = {key for key, fact in placed if not self._open[key].is_seized(fact.at)}
        self._alerts.write(self._connection, self._texts(ended), present=False)

    def stop_transfers(self, vehicles: Sequence[Vehicle]) -> None:
        """Writes vehicles without the transfers that were applied for."""
        self._vehicles.replace(self._connection, [vehicle.with_transfer_stopped for vehicle in vehicles])

    def sell(self, sale: Sale) -> None:
        """Adds a sale."""
        self._rows.add_sale(self._connection, sale)

    def was_seen(self, vehicle: Vehicle, at: datetime) -> bool:
        """Asks who keeps the checks."""
        return self._seen_before(self._connection, vehicle, at)

    def _texts(self, vehicle_ids: Collection[int]) -> set[tuple[int, str]]:
        """Returns every plate and VIN under which vehicles were seized or are registered."""
        files = [self._open[key] for key in vehicle_ids]
        texts = {(f.vehicle.vehicle_id, text) for f in files for text in (f.vehicle.plate, f.vehicle.vin)}
        return texts | {(r.vehicle_id, r.plate.number) for f in files for r in f.records.values()}
