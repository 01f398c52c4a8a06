"""The files of vehicles as the use cases see them: a port, behind which a database or the tests' memory may stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from services.vehicle.domain import Fact, SeizureOrder
from services.vehicle.registry.domain import Vehicle
from services.vehicle.seizures.domain import Sale, SeizureRecord, VehicleFile


class Files(Protocol):
    """The files of vehicles within one change, which is kept as a whole or not at all.

    Whoever changes a vehicle's file keeps everybody else from changing it until the end.
    """

    def candidates(self, orders: Sequence[SeizureOrder]) -> Sequence[Sequence[int]]:
        """Returns for each order the keys of the vehicles that are on the register under its VIN or plate."""
        ...

    def vehicles_of(self, seizure_ids: Collection[str]) -> Mapping[str, int]:
        """Returns the keys of the vehicles of seizures; a seizure that is not there is left out."""
        ...

    def open(self, vehicle_ids: Iterable[int]) -> dict[int, VehicleFile]:
        """Opens files to change them."""
        ...

    def serve(self, records: Sequence[SeizureRecord]) -> None:
        """Adds seizures to opened files."""
        ...

    def add(self, facts: Sequence[Fact]) -> None:
        """Adds to opened files what happened to their seizures; nothing that was served."""
        ...

    def stop_transfers(self, vehicles: Sequence[Vehicle]) -> None:
        """Notes that transfers that were applied for are stopped."""
        ...

    def sell(self, sale: Sale) -> None:
        """Notes a judicial sale."""
        ...

    def was_seen(self, vehicle: Vehicle, at: datetime) -> bool:
        """Whether a vehicle was inspected or to be registered shortly before; the command centre is told then."""
        ...
