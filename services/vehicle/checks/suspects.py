"""Which vehicles alerts are for: from hashes, which may be old or ambiguous, to vehicles whose seizures are open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from sqlalchemy import Connection

from services.alerts.keys import AlertHasher
from services.alerts.rows import AlertRows
from services.vehicle.checks.domain import Finding, Hit, Seen, Sought
from services.vehicle.registry.domain import Vehicle
from services.vehicle.registry.store import VehicleRows
from services.vehicle.seizures.domain import Shown, VehicleFile
from services.vehicle.seizures.rows import SeizureRows


class Suspects:
    """Finds vehicles within a transaction of whoever calls.

    Args:
        alerts: Reads alerts.
        hasher: Hashes plates and VINs as alerts have them.
        vehicles: Reads vehicles.
        seizures: Reads their seizures.
    """

    def __init__(self, alerts: AlertRows, *, hasher: AlertHasher, vehicles: VehicleRows, seizures: SeizureRows) -> None:
        self._alerts = alerts
        self._hasher = hasher
        self._vehicles = vehicles
        self._seizures = seizures

    def sought(self, texts: Iterable[str]) -> list[Sought]:
        """Hashes plates and VINs in normal form."""
        return [Sought(self._hasher.hash(text), text) for text in texts]

    def hits(
        self,
        connection: Connection,
        sought: Sequence[Sought],
        *,
        now: datetime,
        lock: bool = False,
        known: AbstractSet[int] = frozenset(),
    ) -> dict[int, list[Hit]]:
        """Finds the vehicles with open seizures among what may be hit.

        Args:
            connection: The connection.
            sought: What alerts may be for.
            now: The instant whose seizures count.
            lock: Whether everybody else who changes the vehicles is kept out until the commit.
            known: Keys of vehicles that may be among them whatever alerts there are.

        Returns:
            The hits by place of what was sought; what hits nothing is left out.
        """
        alerts = self._alerts.subjects(connection, {one.hash for one in sought})
        keys = {key for some in alerts.values() for key in some} | known
        read = self._vehicles.lock if lock else self._vehicles.read
        files = self._seizures.files(connection, read(connection, keys).values())
        opened = {key: shown for key, file in files.items() if (shown := _open(file, now))}
        found: dict[int, list[Hit]] = {}
        for place, one in enumerate(sought):
            for key in sorted((alerts.get(one.hash, set()) | known) & opened.keys()):
                text = self._text(connection, files[key], one)
                if text:
                    found.setdefault(place, []).append(Hit(files[key], text, opened[key]))
        return found

    def on_file(self, connection: Connection, seen: Seen) -> Finding:
        """Reads what the register has under a plate and a VIN."""
        return _finding(seen, self._vehicles.read(connection, self._ids(connection, seen)).values())

    def of(self, connection: Connection, seen: Seen, *, now: datetime) -> Finding:
        """Finds all that is known of what was seen, and keeps out whoever changes it until the commit.

        Args:
            connection: That of a write function.
            seen: What was seen.
            now: The instant whose seizures count.
        """
        sought = self.sought(seen.texts)
        alerts = self._alerts.subjects(connection, [one.hash for one in sought])
        # Those on the register under what was seen are asked for seizures too, should an alert be missing.
        known = self._ids(connection, seen)
        keys = {key for some in alerts.values() for key in some} | known
        # All locks at once and in one order, so that two checks do not wait for each other in a circle.
        finding = _finding(seen, self._vehicles.lock(connection, keys).values())
        hits: dict[int, Hit] = {}
        for _, some in sorted(self.hits(connection, sought, now=now, lock=True, known=known).items()):
            for hit in some:
                if _is_of_type(hit, seen):
                    hits.setdefault(hit.file.vehicle.vehicle_id, hit)
        return Finding(finding.on_plate, finding.on_vin, tuple(hits.values()))

    def seizures(self, connection: Connection, vehicle: Vehicle, *, now: datetime) -> tuple[Shown, ...]:
        """Returns the open seizures of a vehicle in the order of their queue."""
        return _open(self._seizures.files(connection, [vehicle])[vehicle.vehicle_id], now)

    def _ids(self, connection: Connection, seen: Seen) -> set[int]:
        ways = self._vehicles.ways
        plate = seen.encounter.plate
        digests = [digest for plate_type in seen.plate_types for digest in ways.of_plate(plate, plate_type)]
        if seen.vin is not None:
            digests += ways.of_vin(seen.vin.number)
        return set(self._vehicles.ids_of(connection, digests).values())

    def _text(self, connection: Connection, file: VehicleFile, one: Sought) -> str:
        """Returns the plate or VIN by which a vehicle was met; empty where what was met is another vehicle."""
        vehicle = file.vehicle
        own = [vehicle.vin, *([vehicle.plate] if vehicle.is_on_the_register else [])]
        former = {record.plate for record in file.records.values()}
        for text in (*own, *(plate.number for plate in former)):
            if text == one.text or (not one.text and self._hasher.hash(text) == one.hash):
                break
        else:
            return ""
        if text in own:
            return text
        digests = [
            d for plate in former if plate.number == text for d in self._vehicles.ways.of_plate(text, plate.type)
        ]
        return "" if set(self._vehicles.ids_of(connection, digests).values()) - {vehicle.vehicle_id} else text


def _open(file: VehicleFile, now: datetime) -> tuple[Shown, ...]:
    """Returns the seizures that are open now: all that is written down has happened, by whatever process's clock."""
    moment = max((now, *(fact.at for fact in file.facts)))
    return tuple(shown for shown in file.standings(moment) if shown.standing.is_open)


def _is_of_type(hit: Hit, seen: Seen) -> bool:
    """Whether a vehicle that was found by its plate has a plate of a type that was seen."""
    types = {hit.file.vehicle.plate_type, *(record.plate.type for record in hit.file.records.values())}
    return hit.text != seen.encounter.plate or not types.isdisjoint(seen.plate_types)


def _finding(seen: Seen, vehicles: Iterable[Vehicle]) -> Finding:
    found = [vehicle for vehicle in vehicles if vehicle.is_on_the_register]
    vin = "" if seen.vin is None else seen.vin.number
    on_plate = tuple(v for v in found if v.plate == seen.encounter.plate and v.plate_type in seen.plate_types)
    return Finding(on_plate, next((v for v in found if v.vin == vin), None))
