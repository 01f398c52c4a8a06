"""Police who check seized cars without a pause while processes die: cameras, inspections, transfers, patrols."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence

from tests.e2e.load import Load
from tests.e2e.vehicles import INSPECTION, PATROL, TRANSFER, Vehicles
from xiezhi.cli.vehicle import CHECK
from xiezhi.client import Trace
from xiezhi.vehicle.v1 import check_pb2, vehicle_pb2

CAMERAS = 2
"""Workers that are cameras; the others are officers."""
BATCHES, PLATES = 6, 40
_TRIGGERS = (INSPECTION, TRANSFER, PATROL)


class Traffic(Load):
    """Seized cars that are met again and again, among others that are not.

    Attributes:
        asked: Plates of every check by its trace, whether it was answered or not.
        sightings: Names of all sightings that checkers were told of, with a receipt.

    Args:
        vehicles: Who checks.
        cars: The cars.
        workers: How many at once.
    """

    def __init__(self, vehicles: Vehicles, cars: Sequence[vehicle_pb2.VehicleKey], *, workers: int = 4) -> None:
        super().__init__(vehicles.players, workers=workers)
        self._vehicles = vehicles
        self._cars = itertools.cycle(cars)
        self.asked: dict[str, set[str]] = {}
        self.sightings: set[str] = set()

    def _round(self, number: int, turn: int) -> None:
        if number < CAMERAS:
            self._drive_past()
        else:
            self._inspect(_TRIGGERS[(number + turn) % len(_TRIGGERS)])

    def _inspect(self, trigger: check_pb2.CheckTrigger) -> None:
        car, trace = next(self._cars), Trace.start()
        self.asked[trace.trace_id] = {car.plate}
        players = self._vehicles.players
        request = self._vehicles.sight(car, trigger)
        answer = players.call(players.cast.register_officer, CHECK, request, trace=trace)
        told = check_pb2.CheckVehicleResponse.FromString(answer.payload)
        if not told.sighting:
            self.told.wrong.append("a seized car was not met")
        self.told.receipts.append(answer.receipt)
        self.told.answers.append(answer.receipt)
        self.sightings.add(told.sighting)

    def _drive_past(self) -> None:
        batches, trace = [self._batch(number) for number in range(1, BATCHES + 1)], Trace.start()
        self.asked[trace.trace_id] = {plate for batch in batches for plate in batch.plates}
        unproven: set[str] = set()
        for place, answer in enumerate(self._vehicles.stream(batches, trace=trace)):
            if answer.batch != batches[place].batch or len(answer.hits) != 1:
                self.told.wrong.append("a batch is answered as another one")
            unproven |= {hit.sighting for hit in answer.hits}
            if answer.HasField("receipt"):
                self.told.receipts.append(answer.receipt)
                self.told.answers.append(answer.receipt)
                self.sightings |= unproven
                unproven = set()
        if unproven:
            self.told.wrong.append("answers without a receipt")

    def _batch(self, number: int) -> check_pb2.StreamChecksRequest:
        others = [f"粤B{uuid.uuid4().int % 100_000:05}" for _ in range(PLATES - 1)]
        return check_pb2.StreamChecksRequest(
            batch=number,
            place="G60 K512",
            plates=[*others[: PLATES // 2], next(self._cars).plate, *others[PLATES // 2 :]],
        )
