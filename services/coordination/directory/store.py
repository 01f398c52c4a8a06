"""The directory in SQL, on SQLite and PostgreSQL: a change, its revision and its answer are one transaction."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from services.chassis.db import Database
from services.chassis.sealing import Keyring
from services.coordination.directory.domain import Fact, Files, Kept
from services.coordination.directory.rows import LiaisonRows
from services.coordination.metadata import FILING, SERVICE
from services.coordination.revisions import Revisions
from services.directory.liaisons import Post
from services.filing.requests import RequestRows
from services.filing.store import Asked, FilingStore


class DirectoryStore(FilingStore[Files]):
    """Appointments of liaisons, and what organisations asked.

    Args:
        database: The service's database, migrated.
        keyring: Keys of its fields at rest.
        revisions: Revisions of the directory.
    """

    def __init__(self, database: Database, *, keyring: Keyring, revisions: Revisions) -> None:
        super().__init__(database, requests=RequestRows(FILING, keyring=keyring, service=SERVICE))
        self._revisions = revisions
        self.rows = LiaisonRows(keyring)

    async def of_organisations(self, organisations: Iterable[str] | None) -> tuple[Kept, ...]:
        """Returns all appointments of some organisations, by organisation and department; of all where it is None.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        wanted = None if organisations is None else tuple(organisations)
        return await self._database.read(lambda connection: self.rows.of_organisations(connection, wanted))

    async def organisations(self) -> tuple[str, ...]:
        """Returns the organisations that have appointed somebody.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        return await self._database.read(self.rows.organisations, snapshot=False)

    def _files(self, connection: Connection, asked: Asked) -> Files:
        # Taken before anything is looked at: whoever holds the counter is the only one who changes the directory.
        return _Files(connection, self.rows, self._revisions.take(connection))


class _Files:
    """The directory within one change.

    Args:
        connection: That of the change.
        rows: Appointments.
        revision: Revision of what is changed.
    """

    def __init__(self, connection: Connection, rows: LiaisonRows, revision: int) -> None:
        self._connection = connection
        self._rows = rows
        self._revision = revision

    def find(self, liaison_id: str) -> Kept | None:
        return self._rows.find(self._connection, liaison_id)

    def at_post(self, post: Post) -> tuple[Kept, ...]:
        return self._rows.at_posts(self._connection, [post])

    def of_officer(self, officer_id: str) -> tuple[Kept, ...]:
        return self._rows.of_officer(self._connection, officer_id)

    def add(self, kept: Kept, fact: Fact) -> None:
        self._rows.add(self._connection, [(self._revision, kept, fact)])

    def note(self, liaison_id: str, fact: Fact) -> None:
        self._rows.note(self._connection, liaison_id, fact, revision=self._revision)
