"""Records as they are kept."""

from __future__ import annotations

import secrets

import pytest

from services.chassis.records import RecordForm
from services.chassis.sealing import Keyring, Sealer, SealError
from services.vehicle.domain import TransferNotice
from services.vehicle.registry.domain import Transfers
from services.vehicle.registry.sealed import VehicleSealer
from tests.unit.vehicle.cars import NOW, car, company

SEALER = Sealer(Keyring({1: secrets.token_bytes(32)}, {1: secrets.token_bytes(32)}))


@pytest.mark.parametrize(
    "vehicle",
    [
        car(),
        car(
            2,
            owner=company(),
            colours=("A", "B"),
            statuses=frozenset("GIQ"),
            mortgagee="测试银行",
            inspection_valid_to=None,
            transfers=Transfers(NOW, TransferNotice("赣01", NOW), ("person|1", "organisation|2")),
        ),
    ],
)
def test_what_is_sealed_opens_as_it_was(vehicle):
    sealer = VehicleSealer(SEALER)
    assert sealer.open(vehicle.vehicle_id, sealer.seal(vehicle)) == vehicle


def test_a_record_that_was_moved_does_not_open():
    sealer = VehicleSealer(SEALER)
    with pytest.raises(SealError):
        sealer.open(2, sealer.seal(car(1)))


def test_a_record_of_another_form_is_not_guessed_at():
    with pytest.raises(RecordForm):
        VehicleSealer(SEALER).open(1, SEALER.seal(b"[2,[]]", place="vehicle.registry:1"))
