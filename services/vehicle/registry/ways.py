"""The ways to a vehicle: digests of its numbers and of its owner's, under which alone the database knows them."""

from __future__ import annotations

from services.chassis.sealing import BlindIndex, Keyring
from services.vehicle.registry.domain import Vehicle

PLATE_INDEX, VIN_INDEX, OWNER_INDEX = "vehicle.plate", "vehicle.vin", "vehicle.owner"
"""Labels of the indexes."""


class Ways:
    """Makes digests.

    Args:
        keyring: Keys of the service's fields at rest.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._plates = BlindIndex(keyring, PLATE_INDEX)
        self._vins = BlindIndex(keyring, VIN_INDEX)
        self._owners = BlindIndex(keyring, OWNER_INDEX)

    def numbers(self, vehicle: Vehicle) -> tuple[bytes, ...]:
        """Returns the digests under which a vehicle is kept: of its VIN, and of its plate while that is its own."""
        vin = self._vins.of(vehicle.vin)
        return (
            (vin, self._plates.of(_typed(vehicle.plate, vehicle.plate_type))) if vehicle.is_on_the_register else (vin,)
        )

    def former_numbers(self, vehicle: Vehicle) -> tuple[bytes, ...]:
        """Returns the digests under which a vehicle may have been kept, under any key of the indexes."""
        return (*self.of_vin(vehicle.vin), *self.of_plate(vehicle.plate, vehicle.plate_type))

    def of_plate(self, plate: str, plate_type: str) -> tuple[bytes, ...]:
        """Returns the digests of a plate under every key, the current one first."""
        return self._plates.all_of(_typed(plate, plate_type))

    def of_vin(self, vin: str) -> tuple[bytes, ...]:
        """Returns the digests of a VIN under every key, the current one first."""
        return self._vins.all_of(vin)

    def owner(self, vehicle: Vehicle) -> bytes:
        """Returns the digest of a vehicle's owner."""
        return self._owners.of(vehicle.owner.key)

    def of_owner(self, key: str) -> tuple[bytes, ...]:
        """Returns the digests of an owner's key under every key of the index, the current one first."""
        return self._owners.all_of(key)


def _typed(plate: str, plate_type: str) -> str:
    return f"{plate}|{plate_type}"
