"""A database of vehicle control with a million alerts, made anew for each run so that nothing was seen before."""

from __future__ import annotations

import asyncio
import secrets
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from sqlalchemy import Connection, func, select, update

from services.alerts.feed import AlertFeed
from services.alerts.tables import AlertTables
from services.chassis.db import Database
from services.chassis.db.bulk import insert_many
from services.chassis.migrations import upgrade
from services.chassis.sealing import Keyring
from services.codes.vins import Vin
from services.filing.domain import Contact
from services.synthetic import SCENARIO
from services.synthetic.plates import make_vin, standard_plate
from services.vehicle.checks.keys import alert_hasher, check_key
from services.vehicle.domain import Served
from services.vehicle.loader import VehicleLoader
from services.vehicle.registry.domain import Owner, Vehicle
from services.vehicle.registry.store import VehicleRows
from services.vehicle.seizures.domain import SeizureRecord
from services.vehicle.seizures.rows import SeizureRows
from services.vehicle.seizures.tables import ALERTS
from xiezhi.cli.home import Home
from xiezhi.cli.layout import database_url

SEIZED, FREE, OTHERS = 2_000, 200, 50_000
"""Vehicles that courts have seized, that a court can seize, and that only make the register large."""
PORTION = 10_000
_PLACE = "360100"
_REGISTERED = date(2016, 3, 8)


@dataclass(frozen=True, slots=True)
class Fleet:
    """What was made.

    Attributes:
        seized: Plates of vehicles that are seized.
        free: Plates of vehicles of the scenario's debtor that can be.
        loaded: Vehicles that the loader wrote.
        seconds: How long it took for that.
    """

    seized: Sequence[str]
    free: Sequence[str]
    loaded: int
    seconds: float

    def sentence(self) -> str:
        """Returns in words how quickly vehicles were registered."""
        rows = 4 * self.loaded / self.seconds
        return (
            f"(g) Bulk registration of {self.loaded:,} vehicles, each checked, sealed and indexed, into SQLite: "
            f"{self.loaded / self.seconds:,.0f} vehicles or {rows:,.0f} rows a second."
        )


def make_fleet(home: Home, *, alerts: int, others: int = OTHERS) -> Fleet:
    """Makes the database of a data folder whose suite does not run.

    Args:
        home: The data folder.
        alerts: How many alerts there are.
        others: Vehicles that only make the register large.
    """
    url, keyring = make_database(home, "vehicle")
    vehicles = [_vehicle(number) for number in range(SEIZED + FREE + others)]
    started = time.perf_counter()
    with VehicleLoader(url, keyring=keyring) as loader:
        for start in range(0, len(vehicles), PORTION):
            loader.add(vehicles[start : start + PORTION])
    seconds = time.perf_counter() - started
    seized = vehicles[:SEIZED]
    database = Database.open(url)
    try:
        asyncio.run(_seize(database, keyring, seized, alerts=alerts))
    finally:
        database.close()
    free = vehicles[SEIZED : SEIZED + FREE]
    return Fleet([v.plate for v in seized], [v.plate for v in free], len(vehicles), seconds)


async def _seize(database: Database, keyring: Keyring, seized: Sequence[Vehicle], *, alerts: int) -> None:
    """Seizes vehicles as the service does, and draws alerts for vehicles that no camera of the bench meets."""
    key = check_key(keyring)
    rows = SeizureRows(keyring, vehicles=VehicleRows(keyring))
    feed = AlertFeed(ALERTS, hasher=alert_hasher(key))

    def seize(connection: Connection) -> None:
        rows.add_seizures(connection, [_record(vehicle) for vehicle in seized])
        feed.write(connection, [(v.vehicle_id, v.plate) for v in seized], present=True)

    await database.write(seize)
    await database.write(lambda connection: draw_alerts(connection, ALERTS, key_id=key.key_id, alerts=alerts))


def make_database(home: Home, service: str) -> tuple[str, Keyring]:
    """Makes the database of a service in a data folder anew, migrated and empty; returns its URL and its keys."""
    for file in home.data.glob(f"{service}.db*"):
        file.unlink()
    url = database_url(home, service)
    upgrade(url, package=f"services.{service}")
    return url, Keyring.load(home.keys.keyring_file(service))


def draw_alerts(connection: Connection, tables: AlertTables, *, key_id: int, alerts: int) -> None:
    """Draws alerts under hashes of nothing, as many as are lacking.

    Args:
        connection: That of a write function.
        tables: The alerts.
        key_id: Id of the key under which they are kept.
        alerts: How many there are to be.
    """
    last = connection.execute(select(func.max(tables.changes.c.number))).scalar_one()
    # To whoever has not the key, the hash of a text is a random number.
    hashes = np.frombuffer(secrets.token_bytes(8 * (alerts - last)), np.int64).tolist()
    drawn = [
        {"number": number, "hash": one, "key_id": key_id, "subject_id": number, "present": True}
        for number, one in enumerate(hashes, start=last + 1)
    ]
    insert_many(connection, tables.changes, drawn)
    connection.execute(update(tables.head).values(last=alerts))


def _vehicle(number: int) -> Vehicle:
    owner = Owner(SCENARIO.debtor_name, "A", SCENARIO.debtor_number)
    return Vehicle(
        vehicle_id=number + 1,
        plate=standard_plate(_PLACE, number),
        plate_type="02",
        vin=make_vin("K330", number, made=_REGISTERED),
        engine_number=f"CS{number:07}",
        brand="测试牌",
        model="CS7001",
        vehicle_type="K33",
        colours=("A",),
        use_nature="A",
        statuses=frozenset("A"),
        owner=owner if number < SEIZED + FREE else Owner("测试", "P", f"3699{number:011}"),
        first_registered_on=_REGISTERED,
        division=_PLACE,
    )


def _record(vehicle: Vehicle) -> SeizureRecord:
    served = Served(str(uuid.uuid4()), "赣0102", SCENARIO.other_case, at=datetime.now(UTC), sequence=vehicle.vehicle_id)
    return SeizureRecord(
        served,
        vehicle.vehicle_id,
        vehicle.registered.plate,
        Vin(vehicle.vin),
        f"{SCENARIO.other_case}之一",
        vehicle.owner.key,
        Contact("测试", "0791-00000000"),
    )
