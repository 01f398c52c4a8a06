"""Credentials in SQL, on SQLite and PostgreSQL: a change, its revision and its answer are one transaction."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from services.chassis.db import Database
from services.chassis.sealing import Keyring
from services.coordination.credentials.domain import Files, Registered
from services.coordination.credentials.rows import CredentialRows
from services.coordination.metadata import FILING, SERVICE
from services.coordination.revisions import Revisions
from services.directory.credentials import CredentialKind
from services.filing.requests import RequestRows
from services.filing.store import Asked, FilingStore


class CredentialStore(FilingStore[Files]):
    """Credentials, and what courts asked.

    Args:
        database: The service's database, migrated.
        keyring: Keys of its fields at rest.
        revisions: Revisions of the directory.
    """

    def __init__(self, database: Database, *, keyring: Keyring, revisions: Revisions) -> None:
        super().__init__(database, requests=RequestRows(FILING, keyring=keyring, service=SERVICE))
        self._revisions = revisions
        self.rows = CredentialRows(keyring)

    async def page(self, court_code: str, *, officer_id: str, before: int, most: int) -> list[tuple[int, Registered]]:
        """Returns a court's credentials; see `CredentialRows.page`.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        read = partial(self.rows.page, court_code=court_code, officer_id=officer_id, before=before, most=most)
        return await self._database.read(read, snapshot=False)

    def _files(self, connection: Connection, asked: Asked) -> Files:
        # Taken before anything is looked at: whoever holds the counter is the only one who changes the register.
        return _Files(connection, self.rows, self._revisions.take(connection))


class _Files:
    """The register within one change.

    Args:
        connection: That of the change.
        rows: Credentials.
        revision: Revision of what is changed.
    """

    def __init__(self, connection: Connection, rows: CredentialRows, revision: int) -> None:
        self._connection = connection
        self._rows = rows
        self._revision = revision

    def find(self, credential_id: str) -> Registered | None:
        return self._rows.find(self._connection, credential_id)

    def of_officer(self, court_code: str, officer_id: str, kind: CredentialKind) -> tuple[Registered, ...]:
        return self._rows.of_officer(self._connection, officer_id, court_code=court_code, kind=kind)

    def of_number(self, court_code: str, kind: CredentialKind, number: str) -> tuple[Registered, ...]:
        return self._rows.of_number(self._connection, number, court_code=court_code, kind=kind)

    def add(self, registered: Registered) -> None:
        self._rows.add(self._connection, [(self._revision, registered)])

    def revoke(self, registered: Registered, reason: str, *, at: datetime) -> None:
        self._rows.revoke(self._connection, registered, reason=reason, at=at, revision=self._revision)
