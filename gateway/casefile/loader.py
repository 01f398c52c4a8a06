"""Cases in bulk, as when the registry is first filled from a court's case system."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from gateway.casefile.domain import Case, CaseRecord, Event, Kind, Parties, normal
from gateway.casefile.rows import PARTY_INDEX, case_row, event_row
from gateway.casefile.tables import CASES, EVENTS
from services.chassis.clock import Clock, SystemClock
from services.chassis.db import insert_new
from services.chassis.db.database import make_store
from services.chassis.db.stores import Link, Timeouts
from services.chassis.sealing import BlindIndex, Keyring
from services.codes.case_number import CaseNumber


class CaseLoader:
    """Loads cases; a case that is there already stays as it is.

    Args:
        database_url: The gateway's database, migrated.
        keyring: Keys of the gateway's fields at rest.
        clock: Source of the time of registration; the machine's where it is None.
    """

    def __init__(self, database_url: str, *, keyring: Keyring, clock: Clock | None = None) -> None:
        self._store = make_store(database_url, Timeouts())
        self._index = BlindIndex(keyring, PARTY_INDEX)
        self._clock = clock or SystemClock()
        self._link: Link | None = None

    def __enter__(self) -> Self:
        self._link = self._store.connect(writes=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        if self._link is not None:
            self._link.close()
        self._store.close()

    def add(self, cases: Iterable[CaseRecord]) -> None:
        """Adds cases in one transaction.

        Raises:
            RuntimeError: If the loader is not entered.
            CodeError: If a case number is none.
        """
        if self._link is None:
            raise RuntimeError("a loader is used in a with statement")
        made = [self._case(record) for record in cases]
        if not made:
            return
        connection = self._link.connection
        self._store.begin(self._link)
        with connection.begin():
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
