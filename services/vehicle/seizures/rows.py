"""Rows of seizures within a transaction: facts read as files of vehicles, and added to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select

from services.chassis.db import KeyedQuery, execute_many
from services.chassis.sealing import BlindIndex, Keyring, Sealer
from services.vehicle.domain import Disposed, Extended, Fact, Lifted, Withdrawn
from services.vehicle.registry.domain import Queued, Vehicle
from services.vehicle.registry.store import VehicleRows
from services.vehicle.seizures.domain import Sale, SeizureRecord, VehicleFile
from services.vehicle.seizures.sealed import SeizureSealer
from services.vehicle.seizures.tables import DISPOSALS, FACTS, SEIZURES

CASE_INDEX = "vehicle.case"
"""Label of the index of debtors of cases."""

_EXTENDED = 1
_KINDS: Mapping[int, type[Lifted | Withdrawn | Disposed]] = MappingProxyType({2: Lifted, 3: Withdrawn, 4: Disposed})
_NUMBERS: Mapping[type[Fact], int] = MappingProxyType({Extended: 1, Lifted: 2, Withdrawn: 3, Disposed: 4})

_ADD_SEIZURE, _ADD_FACT, _ADD_SALE = insert(SEIZURES), insert(FACTS), insert(DISPOSALS)
_OF_CASE = (
    select(SEIZURES.c.sequence, SEIZURES.c.seizure_id, SEIZURES.c.vehicle_id)
    .where(
        SEIZURES.c.case_digest.in_(bindparam("digests", expanding=True)),
        SEIZURES.c.sequence > bindparam("after"),
        SEIZURES.c.served_at <= bindparam("as_of"),
    )
    .order_by(SEIZURES.c.sequence)
    .limit(bindparam("size"))
)


class SeizureRows:
    """Reads and adds rows of seizures.

    Args:
        keyring: Keys of the service's fields at rest.
        vehicles: Reads vehicles.
    """

    def __init__(self, keyring: Keyring, *, vehicles: VehicleRows) -> None:
        self._sealer = SeizureSealer(Sealer(keyring))
        self._cases = BlindIndex(keyring, CASE_INDEX)
        self._vehicles = vehicles
        self._seizures = KeyedQuery(select(SEIZURES).order_by(SEIZURES.c.sequence), SEIZURES.c.vehicle_id)
        self._facts = KeyedQuery(select(FACTS).order_by(FACTS.c.number), FACTS.c.vehicle_id)
        self._places = KeyedQuery(select(SEIZURES.c.seizure_id, SEIZURES.c.vehicle_id), SEIZURES.c.seizure_id)
        self._sales = KeyedQuery(select(DISPOSALS), DISPOSALS.c.vehicle_id)

    def files(self, connection: Connection, vehicles: Iterable[Vehicle]) -> dict[int, VehicleFile]:
        """Reads the files of vehicles, by key of the vehicle."""
        by_key = {vehicle.vehicle_id: vehicle for vehicle in vehicles}
        seizures = self._seizures.rows(connection, [*by_key])
        facts = self._facts.rows(connection, [*seizures])
        return {
            key: VehicleFile(
                vehicle,
                {row.seizure_id: self._record(row) for row in seizures.get(key, ())},
                tuple(_fact(row) for row in facts.get(key, ())),
            )
            for key, vehicle in by_key.items()
        }

    def read_files(self, connection: Connection, vehicle_ids: Iterable[int]) -> dict[int, VehicleFile]:
        """Reads vehicles with their files, to look at them only."""
        return self.files(connection, self._vehicles.read(connection, vehicle_ids).values())

    def queues(
        self, connection: Connection, vehicles: Sequence[Vehicle], at: datetime
    ) -> dict[int, tuple[Queued, ...]]:
        """Reads the open seizures of vehicles as they stand at a moment; see `registry.store.ReadQueues`."""
        return {
            key: tuple(
                Queued(shown.standing, shown.record.ruling_number)
                for shown in file.standings(at)
                if shown.standing.is_open
            )
            for key, file in self.files(connection, vehicles).items()
        }

    def vehicles_of(self, connection: Connection, seizure_ids: Collection[str]) -> dict[str, int]:
        """Returns the keys of the vehicles of seizures; one that is not there is left out."""
        return {key: row.vehicle_id for key, row in self._places.row(connection, [*seizure_ids]).items()}

    def page(
        self, connection: Connection, case: tuple[str, str, str], *, as_of: datetime, after: int, size: int
    ) -> list[tuple[int, str, int]]:
        """Returns seizures of a debtor in a case in the order in which they were received.

        Args:
            connection: The connection.
            case: Court, number of the case, and key of the debtor.
            as_of: Moment until which they were served.
            after: Sequence after which to begin.
            size: Most to return.

        Returns:
            Sequence, key of the seizure and key of the vehicle of each.
        """
        digests = self._cases.all_of("|".join(case))
        values = {"digests": digests, "after": after, "as_of": as_of, "size": size}
        return [tuple(row) for row in connection.execute(_OF_CASE, values)]

    def add_seizures(self, connection: Connection, records: Sequence[SeizureRecord]) -> None:
        """Adds seizures; their sequences follow from the order."""
        rows = [
            {
                "seizure_id": record.seizure_id,
                "vehicle_id": record.vehicle_id,
                "case_digest": self._cases.of(_debtor_of(record)),
                "served_at": record.served.at,
                "record": self._sealer.seal_record(record),
            }
            for record in records
        ]
        execute_many(connection, _ADD_SEIZURE, rows)

    def add_facts(self, connection: Connection, facts: Sequence[tuple[int, Fact]], *, request: bytes) -> None:
        """Adds facts.

        Args:
            connection: The connection.
            facts: Keys of vehicles and what happened, nothing that was served.
            request: Digest of the request.
        """
        rows = [
            {
                "seizure_id": fact.seizure_id,
                "vehicle_id": vehicle_id,
                "kind": _NUMBERS[type(fact)],
                "at": fact.at,
                "term_months": fact.term_months if isinstance(fact, Extended) else None,
                "last_day": fact.last_day if isinstance(fact, Extended) else None,
                "request_digest": request,
            }
            for vehicle_id, fact in facts
        ]
        execute_many(connection, _ADD_FACT, rows)

    def add_sale(self, connection: Connection, sale: Sale) -> None:
        """Adds a sale."""
        row = {
            "seizure_id": sale.seizure_id,
            "vehicle_id": sale.vehicle_id,
            "record": self._sealer.seal_sale(sale),
        }
        connection.execute(_ADD_SALE, row)

    def sales(self, connection: Connection, vehicle_id: int) -> list[Sale]:
        """Reads the sales of a vehicle."""
        rows = self._sales.rows(connection, [vehicle_id]).get(vehicle_id, ())
        return [
            self._sealer.open_sale(row.record, seizure_id=row.seizure_id, vehicle_id=row.vehicle_id) for row in rows
        ]

    def _record(self, row: Row[Any]) -> SeizureRecord:
        return self._sealer.open_record(
            row.record, seizure_id=row.seizure_id, vehicle_id=row.vehicle_id, sequence=row.sequence, at=row.served_at
        )


def _debtor_of(record: SeizureRecord) -> str:
    return f"{record.served.court_code}|{record.served.case_number}|{record.debtor_key}"


def _fact(row: Row[Any]) -> Fact:
    if row.kind == _EXTENDED:
        return Extended(row.seizure_id, row.at, term_months=row.term_months, last_day=row.last_day)
    return _KINDS[row.kind](row.seizure_id, row.at)
