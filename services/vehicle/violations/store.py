"""Violations in SQL, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from services.chassis.db import Database
from services.chassis.sealing import Keyring
from services.codes.plates import Plate
from services.codes.vins import Vin
from services.filing.requests import RequestRows
from services.vehicle.domain import Disposed
from services.vehicle.registry.domain import Vehicle
from services.vehicle.registry.store import VehicleRows
from services.vehicle.seizures.domain import Sale
from services.vehicle.seizures.rows import SeizureRows
from services.vehicle.seizures.tables import FILING
from services.vehicle.violations.domain import Application, SoldVehicle, Window
from services.vehicle.violations.rows import ViolationSealer
from services.vehicle.violations.tables import CLEARINGS, VIOLATIONS

_OPEN = select(VIOLATIONS).where(VIOLATIONS.c.vehicle_id == bindparam("whose"), VIOLATIONS.c.cleared_at.is_(None))
_CLEARED = select(CLEARINGS.c.seizure_id).where(CLEARINGS.c.seizure_id == bindparam("sale"))
_CLEAR = update(VIOLATIONS).where(VIOLATIONS.c.digest == bindparam("which"))
_NOTE = insert(CLEARINGS)


class ViolationStore:
    """Violations and sales.

    Args:
        database: The vehicle service's database, migrated.
        keyring: Keys of its fields at rest.
    """

    def __init__(self, database: Database, *, keyring: Keyring) -> None:
        self._database = database
        self._vehicles = VehicleRows(keyring)
        self._seizures = SeizureRows(keyring, vehicles=self._vehicles)
        self._requests = RequestRows(FILING, keyring=keyring, service="vehicle")
        self._sealer = ViolationSealer(keyring)

    async def change(self, application: Application, act: Callable[[Window], bytes]) -> bytes:
        """Makes a change, once for each key; the copies are kept with it.

        Args:
            application: What happens at the window.
            act: Makes the change and returns the answer; runs in the writer's thread. What it raises undoes all.

        Returns:
            The answer, of now or of the first time.

        Raises:
            XiezhiError: What `act` raises, REQUEST_ID_REUSED or STORE_UNAVAILABLE.
        """
        key = application.key
        copies = [document.copy for document in (application.ruling, application.notice) if document.copy]

        def write(connection: Connection) -> bytes:
            return self._requests.once(
                connection, key, lambda request: act(self._window(connection, request)), papers=copies
            )

        return await self._database.write(write)

    def _window(self, connection: Connection, request: bytes) -> Window:
        return _SqlWindow(
            connection, vehicles=self._vehicles, seizures=self._seizures, sealer=self._sealer, request=request
        )


class _SqlWindow:
    """The window within one transaction; see `Window`."""

    def __init__(
        self,
        connection: Connection,
        *,
        vehicles: VehicleRows,
        seizures: SeizureRows,
        sealer: ViolationSealer,
        request: bytes,
    ) -> None:
        self._connection = connection
        self._vehicles = vehicles
        self._seizures = seizures
        self._sealer = sealer
        self._request = request

    def find(self, plate: Plate, vin: Vin | None) -> SoldVehicle | None:
        """Finds a vehicle by its VIN, or by its plate where that is not given."""
        ways = self._vehicles.ways
        digests = ways.of_plate(plate.number, plate.type) if vin is None else ways.of_vin(vin.number)
        keys = self._vehicles.ids_of(self._connection, digests).values()
        for vehicle in self._vehicles.lock(self._connection, keys).values():
            sale = self._last_sale(vehicle)
            if sale is not None:
                return self._sold(vehicle, sale)
        return None

    def clear(self, sold: SoldVehicle, record_ids: Sequence[str], *, at: datetime) -> None:
        """Notes violations as cleared, and the sale as one under which they were."""
        row = {"seizure_id": sold.sale.seizure_id, "request_digest": self._request, "cleared_at": at}
        self._connection.execute(_NOTE, row)
        rows = [{"which": digest, "cleared_at": at} for digest in self._sealer.digests(record_ids)]
        self._connection.execute(_CLEAR, rows)

    def _last_sale(self, vehicle: Vehicle) -> Sale | None:
        sales = {sale.seizure_id: sale for sale in self._seizures.sales(self._connection, vehicle.vehicle_id)}
        if not sales:
            return None
        file = self._seizures.files(self._connection, [vehicle])[vehicle.vehicle_id]
        last = max((fact for fact in file.later if isinstance(fact, Disposed)), key=lambda fact: fact.at)
        return sales[last.seizure_id]

    def _sold(self, vehicle: Vehicle, sale: Sale) -> SoldVehicle:
        cleared = self._connection.execute(_CLEARED, {"sale": sale.seizure_id}).one_or_none()
        rows = self._connection.execute(_OPEN, {"whose": vehicle.vehicle_id}).all()
        records = [self._sealer.open(bytes(row.digest), row.vehicle_id, bytes(row.record)) for row in rows]
        return SoldVehicle(vehicle, sale, cleared is not None, {record.record_id: record for record in records})
