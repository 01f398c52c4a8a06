"""Cars of the scenario's debtor beside those of the synthetic province, enough for each test to have its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, date, datetime

from services.chassis.sealing import Keyring
from services.synthetic.catalogue import WIFE
from services.synthetic.garage import scenario_vehicles
from services.synthetic.plates import make_vin
from services.vehicle.domain import TransferNotice
from services.vehicle.loader import VehicleLoader
from services.vehicle.registry.domain import Owner, Transfers, Vehicle
from xiezhi.cli.home import Home
from xiezhi.cli.layout import database_url
from xiezhi.vehicle.v1 import vehicle_pb2

COUNT = 400
"""Cars of the debtor that tests may do with what they like."""
FIRST_KEY = 50_000
MADE = date(2018, 5, 4)

SOLD_ON, PROMISED, ANOTHERS = "赣A69001", "赣A69002", "赣A69003"
"""Plates of a car that was the debtor's, of one that another court has given to somebody, and of the wife's."""


def plate_of(number: int) -> str:
    """Returns the plate of one of the debtor's cars; serials of digits alone are left to the scenario."""
    return f"赣A{60_000 + number}"


def key_of(number: int) -> vehicle_pb2.VehicleKey:
    """Names one of the debtor's cars."""
    return vehicle_pb2.VehicleKey(plate=plate_of(number), plate_type="02", vin=_vin(number))


def vin_of(plate: str) -> str:
    """Returns the VIN of one of these cars."""
    return next(car.vin for car in make_cars() if car.plate == plate)


def make_cars() -> Iterator[Vehicle]:
    """Makes the cars."""
    plain = scenario_vehicles()[0]
    debtor, wife = plain.owner, Owner("林晚晴", "A", WIFE)
    notice = TransferNotice("赣0702", datetime(2024, 12, 30, 2, 0, tzinfo=UTC))
    for number in range(COUNT):
        yield _car(plain, number, plate_of(number), debtor)
    others = (
        (SOLD_ON, wife, Transfers(former_owners=(debtor.key,))),
        (PROMISED, debtor, Transfers(notice=notice)),
        (ANOTHERS, wife, Transfers()),
    )
    for number, (plate, owner, transfers) in enumerate(others, start=COUNT):
        yield dataclasses.replace(_car(plain, number, plate, owner), transfers=transfers)


def add_cars(home: Home, url: str = "") -> None:
    """Writes the cars into the register.

    Args:
        home: The data folder, which is seeded.
        url: The vehicle service's database; empty for that of the data folder.
    """
    keyring = Keyring.load(home.keys.keyring_file("vehicle"))
    with VehicleLoader(url or database_url(home, "vehicle"), keyring=keyring) as loader:
        loader.add(make_cars())


def _car(pattern: Vehicle, number: int, plate: str, owner: Owner) -> Vehicle:
    return dataclasses.replace(
        pattern,
        vehicle_id=FIRST_KEY + number,
        plate=plate,
        vin=_vin(number),
        engine_number=f"CS{FIRST_KEY + number:07}",
        statuses=frozenset("A"),
        owner=owner,
        first_registered_on=MADE,
        mortgagee="",
        transfers=Transfers(),
    )


def _vin(number: int) -> str:
    return make_vin("AA01", 9_800_000 + number, made=MADE)
