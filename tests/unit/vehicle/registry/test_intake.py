"""What may not come into the register."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.vehicle.registry.domain import Owner
from services.vehicle.registry.intake import IntakeError, check_vehicle
from tests.unit.vehicle.cars import car, company, vin


@pytest.mark.parametrize(
    "vehicle",
    [
        car(),
        car(owner=company()),
        car(colours=("A", "J", "Z"), statuses=frozenset("GQ")),
        car(plate="赣AD12345", plate_type="52"),
        car(plate="粤B12345"),
        car(colours=()),
        car(engine_number="", mortgagee="", inspection_valid_to=None),
        car(vin="LTST00000J0000001"),
    ],
)
def test_what_may_come_in(vehicle):
    check_vehicle(vehicle)


@pytest.mark.parametrize(
    "changed",
    [
        {"vehicle_id": 0},
        {"vehicle_id": 1 << 63},
        {"plate": "赣a00001"},
        {"plate": "赣AI0001"},
        {"plate_type": "00"},
        {"plate_type": "52"},
        {"vin": vin().lower()},
        {"vin": "LTST"},
        {"colours": ("A", "A")},
        {"colours": ("X",)},
        {"statuses": frozenset()},
        {"statuses": frozenset("AG")},
        {"statuses": frozenset("K")},
        {"statuses": frozenset("X")},
        {"use_nature": "x"},
        {"vehicle_type": "轿车"},
        {"division": "3601"},
        {"brand": ""},
        {"model": "x" * 41},
        {"engine_number": "x" * 41},
        {"engine_number": " x"},
        {"mortgagee": "x" * 101},
        {"owner": Owner("", "A", "1")},
        {"owner": Owner("甲", "Z", "1")},
        {"owner": Owner("甲", "A", "x")},
        {"owner": Owner("甲\n", "A", "1")},
    ],
)
def test_what_may_not_come_in_is_named_by_its_key_alone(changed):
    vehicle = car(**{"vehicle_id": 7, **changed})
    with pytest.raises(IntakeError) as refused:
        check_vehicle(vehicle)
    assert str(refused.value).startswith(f"Vehicle {vehicle.vehicle_id}: ")
    assert not any(v in str(refused.value) for v in (vehicle.plate, vehicle.vin, car().owner.name))


def test_representations_show_nothing_personal():
    shown = repr(replace(car(), mortgagee="测试银行"))
    for value in (car().plate, car().vin, car().engine_number, car().owner.name, "测试银行"):
        assert value not in shown
    assert car().owner.certificate_number not in shown
