"""Disputes in SQL, on SQLite and PostgreSQL: a step, its papers, its notices and its answer are one transaction."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Protocol

from sqlalchemy import Connection

from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.sealing import Keyring
from services.codes.legal_time import legal_date
from services.coordination.changes import Tell
from services.coordination.disputes.domain import DisputeFile, DisputeRecord, Parties, Step
from services.coordination.disputes.files import Files
from services.coordination.disputes.rows import DisputeRows
from services.coordination.disputes.telling import change_of
from services.coordination.domain.disputes import DisputeState
from services.coordination.metadata import FILING, SERVICE
from services.filing.requests import RequestRows
from services.filing.store import Asked, FilingStore


class Directory(Protocol):
    """The directory of liaisons, within a transaction of whoever calls."""

    def has_department(self, connection: Connection, organisation: str, department: int, *, day: date) -> bool:
        """Whether a police organisation has an appointed liaison of a department on a day."""
        ...


class DisputeStore(FilingStore[Files]):
    """The files of disputes, and what organisations asked.

    Args:
        database: The coordination service's database, migrated.
        keyring: Keys of its fields at rest.
        directory: Knows which police organisations have which departments.
        clock: Source of now.
        tell: Tells of steps.
    """

    def __init__(self, database: Database, *, keyring: Keyring, directory: Directory, clock: Clock, tell: Tell) -> None:
        super().__init__(database, requests=RequestRows(FILING, keyring=keyring, service=SERVICE))
        self._rows = DisputeRows(keyring)
        self._directory = directory
        self._clock = clock
        self._tell = tell

    async def find(self, dispute_id: str) -> DisputeFile | None:
        """Returns a dispute, None if it is not there.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        found = await self._database.read(partial(self._rows.files, dispute_ids=[dispute_id]))
        return found.get(dispute_id)

    async def page(self, reader: str, *, state: int, before: int, most: int) -> list[tuple[int, DisputeFile]]:
        """Returns disputes that an organisation sees; see `DisputeRows.page`.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        return await self._database.read(partial(self._rows.page, reader=reader, state=state, before=before, most=most))

    async def paper(self, sha256: bytes) -> bytes | None:
        """Returns a file exactly as it was sent; None if nobody sent it.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        return await self._database.read(lambda connection: self._requests.paper(connection, sha256), snapshot=False)

    def _files(self, connection: Connection, asked: Asked) -> Files:
        today = legal_date(self._clock.now())
        has_department = partial(self._directory.has_department, connection, day=today)
        return _SqlFiles(connection, self._rows, tell=self._tell, asked=asked, has_department=has_department)


class _HasDepartment(Protocol):
    def __call__(self, organisation: str, department: int) -> bool: ...


class _SqlFiles:
    """The files within one transaction; see `Files`."""

    def __init__(
        self,
        connection: Connection,
        rows: DisputeRows,
        *,
        tell: Tell,
        asked: Asked,
        has_department: _HasDepartment,
    ) -> None:
        self._connection = connection
        self._rows = rows
        self._tell = tell
        self._asked = asked
        self._has_department = has_department

    def has_department(self, organisation: str, department: int) -> bool:
        """Asks the directory."""
        return self._has_department(organisation, department)

    def has_open(self, subject: str, parties: Parties) -> bool:
        """Locks the subject and looks."""
        return self._rows.has_open(self._connection, subject, parties)

    def open(self, dispute_id: str) -> DisputeFile | None:
        """Locks a dispute and reads it."""
        return self._rows.lock(self._connection, dispute_id)

    def begin(self, record: DisputeRecord, step: Step) -> DisputeFile:
        """Adds a dispute, and tells of it."""
        made = self._rows.begin(self._connection, record, step, request=self._asked.request)
        self._told(made, step, before=None)
        return made

    def add(self, file: DisputeFile, step: Step) -> DisputeFile:
        """Adds a step, and tells of it."""
        made = self._rows.add(self._connection, file, step, request=self._asked.request)
        self._told(made, step, before=file.dispute.state)
        return made

    def _told(self, made: DisputeFile, step: Step, *, before: DisputeState | None) -> None:
        self._tell(self._connection, change_of(made, step, before=before, traceparent=self._asked.traceparent))
