"""Cases in bulk, as when the registry is first filled from a court's case system."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.casefile.domain import Case, CaseRecord, Event, Kind, Parties, normal
from gateway.casefile.rows import PARTY_INDEX, case_row, event_row
from gateway.casefile.tables import CASES, EVENTS
from services.chassis.clock import Clock, SystemClock
from services.chassis.db import insert_new
from services.chassis.db.loading import BulkLoader
from services.chassis.sealing import BlindIndex, Keyring
from services.codes.case_number import CaseNumber


class CaseLoader(BulkLoader):
    """Loads cases; a case that is there already stays as it is.

    Args:
        database_url: The gateway's database, migrated.
        keyring: Keys of the gateway's fields at rest.
        clock: Source of the time of registration; the machine's where it is None.
    """

    def __init__(self, database_url: str, *, keyring: Keyring, clock: Clock | None = None) -> None:
        super().__init__(database_url)
        self._index = BlindIndex(keyring, PARTY_INDEX)
        self._clock = clock or SystemClock()

    def add(self, cases: Iterable[CaseRecord]) -> None:
        """Adds cases in one transaction.

        Raises:
            RuntimeError: If the loader is not entered.
            CodeError: If a case number is none.
        """
        self._require_link()
        made = [self._case(record) for record in cases]
        if not made:
            return
        with self.transaction() as connection:
            connection.execute(insert_new(connection, CASES), [case_row(case) for case in made])
            connection.execute(
                insert_new(connection, EVENTS), [event_row(case.case_number, 1, case.timeline[0]) for case in made]
            )

    def _case(self, record: CaseRecord) -> Case:
        return Case(
            court_code=record.court_code,
            case_number=str(CaseNumber.parse(record.case_number)),
            parties=Parties.of(self._index.of(normal(number)) for number in record.parties),
            timeline=(Event(Kind.REGISTERED, self._clock.now(), record.handler, record.handler),),
        )
