"""Vehicles of the scenario, the same in every province: the debtor's, a fleet, and its representative's own car."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from services.synthetic.cases import CREDITORS
from services.synthetic.catalogue import DEBTOR, MOVER, ONE_HOUSEHOLD, WIFE
from services.synthetic.plates import make_vin
from services.synthetic.vehicles import BANK, make_violation
from services.vehicle.registry.domain import Owner, Transfers, Vehicle, owner_key
from services.vehicle.violations.domain import ViolationRecord

COMPANY_NAME = "江西测试物流有限公司"
COMPANY = CREDITORS[0]
"""A company whose fleet is registered under its social credit code and under the old organisation code within it."""
REPRESENTATIVE = ONE_HOUSEHOLD[0]
"""Its legal representative, whose own car is never among the company's (R-1.4)."""
FLEET, LARGE_FLEET = 12, 1_200
"""Vehicles of the company: usually, and where a large fleet is asked for."""

PLAIN_CAR, NEW_ENERGY_CAR, MOTORCYCLE = 1, 2, 3
"""Keys of the debtor's vehicles; car and motorcycle have one serial under two types."""

SALE_DAY = date(2024, 11, 20)
"""A day on which the plain car could be sold: violations from then on are the buyer's own."""

_REPRESENTATIVES_CAR, _IN_TRANSFER, _TRANSFERRED, _CANCELLED, _FIRST_OF_FLEET = 4, 5, 6, 7, 1_001
_NANCHANG, _GANZHOU = "360100", "360700"
_DEBTOR = Owner("周砚之", "A", DEBTOR)
_APPLIED = datetime(2024, 12, 30, 2, 0, tzinfo=UTC)


def scenario_vehicles(fleet: int = FLEET) -> tuple[Vehicle, ...]:
    """Makes the vehicles of the scenario.

    Args:
        fleet: How many vehicles the company has.
    """
    return (*_debtors(), *_others(), *_fleet(fleet))


def scenario_violations() -> tuple[ViolationRecord, ...]:
    """Makes the violations of the debtor's car and motorcycle: some before the day of a sale, some from then on."""
    days = (date(2024, 3, 5), date(2024, 7, 9), date(2024, 11, 19), SALE_DAY, date(2024, 12, 24))
    points = (0, 6, 3, 1, 3)
    cars = (
        make_violation(PLAIN_CAR, number, code="1039", committed=day, points=points[number])
        for number, day in enumerate(days)
    )
    return (*cars, make_violation(MOTORCYCLE, 0, code="1208", committed=date(2023, 5, 5), points=1))


def _debtors() -> Iterator[Vehicle]:
    """A plain car with a mortgage, a new energy car, and a motorcycle with the plain car's serial."""
    plain = _car(
        PLAIN_CAR, "赣A12345", _DEBTOR, colours="AJ", statuses="G", registered=date(2016, 3, 8), mortgagee=BANK
    )
    yield plain
    yield _car(NEW_ENERGY_CAR, "赣AD12345", _DEBTOR, plate_type="52", colours="H", registered=date(2021, 9, 1))
    yield _car(
        MOTORCYCLE,
        plain.plate,
        _DEBTOR,
        plate_type="07",
        vehicle_type="M21",
        colours="EJI",
        statuses="GQ",
        registered=date(2012, 5, 20),
    )


def _others() -> Iterator[Vehicle]:
    """The representative's own, one that is being transferred, one that was, and one that is off the register."""
    yield _car(_REPRESENTATIVES_CAR, "赣A30001", Owner("林守拙", "A", REPRESENTATIVE), registered=date(2019, 1, 7))
    wife = Owner("林晚晴", "A", WIFE)
    yield _car(_IN_TRANSFER, "赣A30002", wife, registered=date(2017, 6, 1), transfers=Transfers(accepted_at=_APPLIED))
    former = owner_key(MOVER, is_organisation=False)
    yield _car(
        _TRANSFERRED,
        "赣B30003",
        wife,
        registered=date(2015, 4, 2),
        division=_GANZHOU,
        transfers=Transfers(former_owners=(former,)),
    )
    mover = Owner("丁迁", "A", MOVER)
    yield _car(_CANCELLED, "赣B30004", mover, registered=date(2006, 2, 3), division=_GANZHOU, statuses="E")


def _fleet(size: int) -> Iterator[Vehicle]:
    """Lorries, of three one with its trailer; every second vehicle is under the company's old code."""
    for place in range(size):
        code = ("N", COMPANY) if place % 2 == 0 else ("B", COMPANY[8:17])
        is_trailer = place % 3 == 2
        serial = 20_000 + place
        yield _car(
            _FIRST_OF_FLEET + place,
            f"赣A{serial % 10_000:04}挂" if is_trailer else f"赣A{serial}",
            Owner(COMPANY_NAME, *code),
            plate_type="15" if is_trailer else "01",
            vehicle_type="B11" if is_trailer else "H11",
            use="F",
            colours="G",
            registered=date(2014 + place % 9, 1 + place % 12, 10),
            mortgagee=BANK if place % 4 == 0 else "",
        )


def _car(
    key: int,
    plate: str,
    owner: Owner,
    *,
    registered: date,
    plate_type: str = "02",
    vehicle_type: str = "K33",
    use: str = "A",
    colours: str = "A",
    statuses: str = "A",
    division: str = _NANCHANG,
    mortgagee: str = "",
    transfers: Transfers = Transfers(),  # noqa: B008 - a value
) -> Vehicle:
    return Vehicle(
        vehicle_id=key,
        plate=plate,
        plate_type=plate_type,
        vin=make_vin("AA00", 9_900_000 + key, made=registered),
        engine_number=f"CS{key:07}",
        brand="测试牌",
        model="CS7150",
        vehicle_type=vehicle_type,
        colours=tuple(colours),
        use_nature=use,
        statuses=frozenset(statuses),
        owner=owner,
        first_registered_on=registered,
        division=division,
        inspection_valid_to=None if "E" in statuses else date(2027, registered.month, 28),
        mortgagee=mortgagee,
        transfers=transfers,
    )
