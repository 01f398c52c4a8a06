"""Declarations and outages in SQL, on SQLite and PostgreSQL: a change, its revision and answer are one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from services.chassis.db import Database
from services.chassis.sealing import Keyring
from services.coordination.changes import Change, ChangeKind, Tell
from services.coordination.channels.domain import PREFIX, Declared, Files, concerned
from services.coordination.channels.rows import ChannelRows
from services.coordination.metadata import FILING, SERVICE
from services.coordination.revisions import Revisions
from services.directory.channels import Declaration, Outage, Pair
from services.filing.requests import RequestRows
from services.filing.store import Asked, FilingStore

Police = Callable[[Connection], Iterable[str]]
"""Reads which police organisations take part; others among them are passed over."""


class ChannelStore(FilingStore[Files]):
    """What was declared of the channel, and what bodies asked.

    Args:
        database: The service's database, migrated.
        keyring: Keys of its fields at rest.
        revisions: Revisions of the directory.
        police: Reads which police organisations take part.
        tell: Tells organisations of what is declared.
    """

    def __init__(
        self, database: Database, *, keyring: Keyring, revisions: Revisions, police: Police, tell: Tell
    ) -> None:
        super().__init__(database, requests=RequestRows(FILING, keyring=keyring, service=SERVICE))
        self._revisions = revisions
        self._police = police
        self._tell = tell
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
        revision = self._revisions.take(connection)

        def tell(news: _News) -> None:
            told = tuple(one for one in concerned(news.pair, self._police(connection)) if one != asked.by)
            change = Change(
                ChangeKind.CHANNEL,
                news.subject,
                asked.by,
                told,
                key=news.key,
                at=news.at,
                department=news.pair.department,
                traceparent=asked.traceparent,
            )
            self._tell(connection, change)

        return _Files(connection, self.rows, revision, tell=tell)


class _Files:
    """What was declared, within one change.

    Args:
        connection: That of the change.
        rows: What was declared.
        revision: Revision of what is changed.
        tell: Tells those concerned.
    """

    def __init__(
        self, connection: Connection, rows: ChannelRows, revision: int, *, tell: Callable[[_News], None]
    ) -> None:
        self._connection = connection
        self._rows = rows
        self._revision = revision
        self._tell = tell

    def declarations(self) -> tuple[Declaration, ...]:
        return tuple(one for _, one in self._rows.declarations(self._connection))

    def find_outage(self, outage_id: str) -> Declared | None:
        return self._rows.find_outage(self._connection, outage_id)

    def declare(self, declaration: Declaration, *, at: datetime) -> None:
        self._rows.declare(self._connection, [(self._revision, declaration)], at=at)
        self._tell(_News(declaration.pair, "", f"declarations/{declaration.key}", at))

    def add_outage(self, declared: Declared, *, at: datetime) -> None:
        self._rows.add_outage(self._connection, declared, at=at, revision=self._revision)
        name = PREFIX + declared.outage.key
        self._tell(_News(declared.outage.pair, name, name, at))

    def end_outage(self, outage: Outage, *, by: str, at: datetime) -> None:
        self._rows.end_outage(self._connection, outage.key, by=by, at=at, revision=self._revision)
        name = PREFIX + outage.key
        self._tell(_News(outage.pair, name, f"{name}/ended", at))


@dataclass(frozen=True, slots=True)
class _News:
    """What those concerned are told.

    Attributes:
        pair: For whom something was declared.
        subject: Name of the outage; empty where it is none.
        key: Names the change.
        at: When.
    """

    pair: Pair
    subject: str
    key: str
    at: datetime
