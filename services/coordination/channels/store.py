"""Declarations and outages in SQL, on SQLite and PostgreSQL: a change, its revision and answer are one transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from services.chassis.db import Database
from services.chassis.sealing import Keyring
from services.coordination.channels.domain import Declared, Files
from services.coordination.channels.rows import ChannelRows
from services.coordination.metadata import FILING, SERVICE
from services.coordination.revisions import Revisions
from services.directory.channels import Declaration
from services.filing.requests import RequestRows
from services.filing.store import Asked, FilingStore


class ChannelStore(FilingStore[Files]):
    """What was declared of the channel, and what bodies asked.

    Args:
        database: The service's database, migrated.
        keyring: Keys of its fields at rest.
        revisions: Revisions of the directory.
    """

    def __init__(self, database: Database, *, keyring: Keyring, revisions: Revisions) -> None:
        super().__init__(database, requests=RequestRows(FILING, keyring=keyring, service=SERVICE))
        self._revisions = revisions
        self.rows = ChannelRows()

    async def all(self) -> tuple[tuple[Declaration, ...], tuple[Declared, ...]]:
        """Returns all declarations and all outages.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """

        def read(connection: Connection) -> tuple[tuple[Declaration, ...], tuple[Declared, ...]]:
            declarations, outages = self.rows.declarations(connection), self.rows.outages(connection)
            return tuple(one for _, one in declarations), tuple(one for _, one in outages)

        return await self._database.read(read)

    def _files(self, connection: Connection, asked: Asked) -> Files:
        # Taken before anything is looked at: whoever holds the counter is the only one who declares anything.
        return _Files(connection, self.rows, self._revisions.take(connection))


class _Files:
    """What was declared, within one change.

    Args:
        connection: That of the change.
        rows: What was declared.
        revision: Revision of what is changed.
    """

    def __init__(self, connection: Connection, rows: ChannelRows, revision: int) -> None:
        self._connection = connection
        self._rows = rows
        self._revision = revision

    def declarations(self) -> tuple[Declaration, ...]:
        return tuple(one for _, one in self._rows.declarations(self._connection))

    def find_outage(self, outage_id: str) -> Declared | None:
        return self._rows.find_outage(self._connection, outage_id)

    def declare(self, declaration: Declaration, *, at: datetime) -> None:
        self._rows.declare(self._connection, [(self._revision, declaration)], at=at)

    def add_outage(self, declared: Declared, *, at: datetime) -> None:
        self._rows.add_outage(self._connection, declared, at=at, revision=self._revision)

    def end_outage(self, outage_id: str, *, by: str, at: datetime) -> None:
        self._rows.end_outage(self._connection, outage_id, by=by, at=at, revision=self._revision)
