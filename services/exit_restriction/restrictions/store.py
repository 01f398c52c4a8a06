"""Restrictions in SQL, on SQLite and PostgreSQL: a change, its papers, notices and answer are one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from services.chassis.db import Database
from services.chassis.sealing import Keyring
from services.exit_restriction.changes import (
    Happened,
    RestrictionChange,
    RestrictionRecord,
    Tell,
    tell_nobody,
)
from services.exit_restriction.domain import Author, Standing
from services.exit_restriction.metadata import FILING, SERVICE
from services.exit_restriction.registry.domain import Named, Subject
from services.exit_restriction.registry.store import SubjectRows
from services.exit_restriction.restrictions.domain import MOST_SHOWN, RestrictionFile, Shown, Step
from services.exit_restriction.restrictions.files import Files, Listed
from services.exit_restriction.restrictions.rows import RestrictionRows
from services.filing.requests import RequestRows
from services.filing.store import Asked, FilingStore


class ListedEntries(Protocol):
    """The list of dishonest debtors, within a transaction of whoever calls."""

    def find(self, connection: Connection, entry_id: str, *, author: Author, at: datetime) -> Listed | None:
        """Returns an entry of a court's list, which nobody changes until the commit; None if it is not there."""
        ...

    def forward(self, connection: Connection, record: RestrictionRecord, *, request: bytes) -> None:
        """Notes that a restriction has begun which rests on an entry that was found."""
        ...


class RestrictionStore(FilingStore[Files]):
    """The files of people, and what courts asked.

    Args:
        database: The exit restriction service's database, migrated.
        keyring: Keys of its fields at rest.
        entries: The list of dishonest debtors.
        tell: Tells of changes.
    """

    def __init__(
        self, database: Database, *, keyring: Keyring, entries: ListedEntries, tell: Tell = tell_nobody
    ) -> None:
        super().__init__(database, requests=RequestRows(FILING, keyring=keyring, service=SERVICE))
        self._subjects = SubjectRows(keyring)
        self._rows = RestrictionRows(keyring)
        self._entries = entries
        self._tell = tell

    async def of_case(self, author: Author, number: str, *, as_of: datetime) -> tuple[Shown, ...]:
        """Returns a debtor's restrictions in a case as they stood at a moment, in the order of receipt.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """

        def read(connection: Connection) -> tuple[Shown, ...]:
            found = self._rows.of_case(connection, author, number, as_of=as_of, most=MOST_SHOWN)
            files = self._rows.files(connection, {*found.values()})
            return tuple(files[subject_id].shown(key, as_of) for key, subject_id in found.items())

        return await self._database.read(read)

    async def court_of(self, restriction_id: str) -> str | None:
        """Returns the court of a restriction; None if it is not there.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """

        def read(connection: Connection) -> str | None:
            subject_id = self._rows.subjects_of(connection, [restriction_id]).get(restriction_id)
            if subject_id is None:
                return None
            record = self._rows.files(connection, [subject_id])[subject_id].records[restriction_id]
            return record.filed.author.court_code

        return await self._database.read(read)

    def _files(self, connection: Connection, asked: Asked) -> Files:
        return _SqlFiles(
            connection,
            subjects=self._subjects,
            rows=self._rows,
            entries=self._entries,
            tell=self._tell,
            asked=asked,
        )


class _SqlFiles:
    """The files within one transaction; see `Files`."""

    def __init__(
        self,
        connection: Connection,
        *,
        subjects: SubjectRows,
        rows: RestrictionRows,
        entries: ListedEntries,
        tell: Tell,
        asked: Asked,
    ) -> None:
        self._connection = connection
        self._subjects = subjects
        self._rows = rows
        self._entries = entries
        self._tell = tell
        self._asked = asked

    def listed(self, entry_id: str, author: Author, at: datetime) -> Listed | None:
        """Asks the list."""
        return self._entries.find(self._connection, entry_id, author=author, at=at)

    def find(self, named: Named) -> Sequence[Subject]:
        """Finds people by number."""
        return self._subjects.named(self._connection, named)

    def subject_of(self, named: Named) -> int:
        """Finds or adds a subject."""
        return self._subjects.find_or_add(self._connection, named).subject_id

    def subjects_of(self, restriction_ids: Collection[str]) -> Mapping[str, int]:
        """Finds the subjects of restrictions."""
        return self._rows.subjects_of(self._connection, restriction_ids)

    def open(self, subject_id: int) -> RestrictionFile:
        """Locks a subject and reads the file."""
        self._subjects.lock(self._connection, [subject_id])
        return self._rows.files(self._connection, [subject_id])[subject_id]

    def file(self, record: RestrictionRecord, standing: Standing) -> None:
        """Adds a restriction, and notes it with the entry on which it rests."""
        self._rows.add(self._connection, [record])
        self._entries.forward(self._connection, record, request=self._asked.request)
        self._told(Happened.FILED, record, standing, at=record.filed.at)

    def add(self, step: Step, *, happened: Happened, record: RestrictionRecord, standing: Standing) -> None:
        """Adds a step."""
        self._rows.add_steps(self._connection, [(record.subject_id, step)], request=self._asked.request)
        self._told(happened, record, standing, at=step.fact.at)

    def _told(self, happened: Happened, record: RestrictionRecord, standing: Standing, *, at: datetime) -> None:
        self._tell(self._connection, [RestrictionChange(happened, record, standing, at, self._asked.traceparent)])
