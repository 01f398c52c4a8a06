"""The list in SQL, on SQLite and PostgreSQL: a change, its papers, notices and answer are one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from services.chassis.db import Database
from services.chassis.sealing import Keyring
from services.exit_restriction.changes import Change, RestrictionRecord, Tell, tell_nobody
from services.exit_restriction.domain import Author
from services.exit_restriction.listing.domain import MOST_SHOWN, DebtorKey, EntryFile, EntryRecord, ShownEntry, Step
from services.exit_restriction.listing.files import Files
from services.exit_restriction.listing.rows import EntryRows
from services.exit_restriction.metadata import FILING, SERVICE
from services.exit_restriction.registry.domain import Named, Subject
from services.exit_restriction.registry.store import SubjectRows
from services.exit_restriction.restrictions.domain import Proposal, RestrictionFile
from services.exit_restriction.restrictions.domain import Step as RestrictionStep
from services.exit_restriction.restrictions.rows import RestrictionRows
from services.filing.requests import RequestRows
from services.filing.store import Asked, FilingStore

_MOST_RESTRICTED = 1_000


class ListRows:
    """Everything that a change of the list reads and adds to.

    Args:
        keyring: Keys of the service's fields at rest.
        tell: Tells of changes of restrictions.
    """

    def __init__(self, keyring: Keyring, *, tell: Tell = tell_nobody) -> None:
        self.entries = EntryRows(keyring)
        self.subjects = SubjectRows(keyring)
        self.restrictions = RestrictionRows(keyring)
        self.requests = RequestRows(FILING, keyring=keyring, service=SERVICE)
        self.tell = tell

    def files(self, connection: Connection, *, request: bytes) -> Files:
        """Opens the files within a transaction.

        Args:
            connection: That of a write function.
            request: Digest of the request that changes them.
        """
        return _SqlFiles(connection, self, request=request)


class ListStore(FilingStore[Files]):
    """The list, and what courts asked.

    Args:
        database: The exit restriction service's database, migrated.
        rows: What a change reads and adds to.
    """

    def __init__(self, database: Database, *, rows: ListRows) -> None:
        super().__init__(database, requests=rows.requests)
        self._rows = rows

    async def of_case(self, author: Author, number: str, *, as_of: datetime) -> tuple[ShownEntry, ...]:
        """Returns a debtor's entries in a case as they stood at a moment, in the order of receipt.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        key = (author, number)

        def read(connection: Connection) -> tuple[ShownEntry, ...]:
            files = self._rows.entries.of_debtors(connection, [key]).get(key, [])
            shown = (file.shown(as_of) for file in files if file.record.at <= as_of)
            return tuple(entry for entry in shown if entry.written.debtor.number == number)[-MOST_SHOWN:]

        return await self._database.read(read)

    async def court_of(self, entry_id: str) -> str | None:
        """Returns the court of an entry; None if it is not there.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """

        def read(connection: Connection) -> str | None:
            file = self._rows.entries.read(connection, [entry_id]).get(entry_id)
            return None if file is None else file.record.author.court_code

        return await self._database.read(read)

    def _files(self, connection: Connection, asked: Asked) -> Files:
        return self._rows.files(connection, request=asked.request)


class _SqlFiles:
    """The files within one transaction; see `Files`."""

    def __init__(self, connection: Connection, rows: ListRows, *, request: bytes) -> None:
        self._connection = connection
        self._rows = rows
        self._request = request
        self._subjects = rows.subjects.remembering()
        self._locked: dict[int, Subject] = {}

    def lock(self, court_code: str) -> None:
        """Locks a court's list."""
        self._rows.entries.lock(self._connection, court_code)

    def entry(self, entry_id: str) -> EntryFile | None:
        """Reads an entry."""
        return self._rows.entries.read(self._connection, [entry_id]).get(entry_id)

    def of_debtors(self, keys: Collection[DebtorKey]) -> Mapping[DebtorKey, Sequence[EntryFile]]:
        """Reads entries by debtor."""
        return self._rows.entries.of_debtors(self._connection, keys)

    def find(self, named: Sequence[Named]) -> Sequence[Sequence[Subject]]:
        """Finds people by number, all of them in a few queries."""
        return self._subjects.named_all(self._connection, named)

    def subjects_of(self, named: Sequence[Named]) -> Sequence[int]:
        """Finds or adds subjects."""
        return self._subjects.find_or_add_all(self._connection, named)

    def restrictions_of(self, author: Author, number: str) -> Collection[int]:
        """Finds those who were restricted in a case."""
        found = self._rows.restrictions.of_case(self._connection, author, number, as_of=None, most=_MOST_RESTRICTED)
        return {*found.values()}

    def open(self, subject_ids: Collection[int]) -> Mapping[int, RestrictionFile]:
        """Locks subjects and reads their files."""
        self._locked |= self._subjects.lock(self._connection, subject_ids)
        return self._rows.restrictions.files(self._connection, subject_ids)

    def numbers_of(self, subject_id: int) -> tuple[str, ...]:
        """Returns what was read under the lock."""
        return self._locked[subject_id].numbers

    def publish(self, entries: Sequence[EntryRecord], restrictions: Sequence[RestrictionRecord]) -> None:
        """Adds entries and restrictions."""
        self._rows.entries.add(self._connection, entries)
        self._rows.restrictions.add(self._connection, restrictions)

    def add(self, record: EntryRecord, step: Step) -> None:
        """Adds a step of an entry."""
        self._rows.entries.add_steps(self._connection, [(record, step)], request=self._request)

    def follow(self, step: RestrictionStep, subject_id: int) -> None:
        """Adds a step of a restriction."""
        self._rows.restrictions.add_steps(self._connection, [(subject_id, step)], request=self._request)

    def propose(self, proposals: Sequence[tuple[int, Proposal]]) -> None:
        """Adds proposals of releases."""
        self._rows.restrictions.add_proposals(self._connection, proposals, request=self._request)

    def tell(self, changes: Sequence[Change]) -> None:
        """Tells of changes."""
        if changes:
            self._rows.tell(self._connection, changes)
