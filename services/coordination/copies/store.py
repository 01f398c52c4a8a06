"""Reads what has changed in the directory, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sqlalchemy import Connection

from services.chassis.db import Database
from services.chassis.sealing import Keyring
from services.coordination.channels.rows import ChannelRows
from services.coordination.copies.domain import Changes
from services.coordination.credentials.domain import Registered
from services.coordination.credentials.rows import CredentialRows
from services.coordination.directory.rows import LiaisonRows
from services.coordination.revisions import last_revision
from services.directory.channels import Operation, Outage, agree
from services.directory.liaisons import Appointment

PIECE = 500
"""Most changes that are told at once."""

_Change = Registered | Appointment | Operation | Outage


class CopyStore:
    """The directory as it changes.

    Args:
        database: The service's database, migrated.
        keyring: Keys of its fields at rest.
    """

    def __init__(self, database: Database, *, keyring: Keyring) -> None:
        self._database = database
        self._credentials = CredentialRows(keyring)
        self._liaisons = LiaisonRows(keyring)
        self._channels = ChannelRows()

    async def changes(self, after_revision: int) -> Changes:
        """Returns the first changes after a revision.

        Args:
            after_revision: What a copy has.

        Returns:
            The changes; of a revision before `after_revision` where the directory has never been there.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        return await self._database.read(partial(self._read, after=after_revision))

    def _read(self, connection: Connection, *, after: int) -> Changes:
        last = last_revision(connection)
        if last <= after:
            return Changes(last, is_complete=True)
        found: list[tuple[int, _Change]] = [
            *self._credentials.changed(connection, after, PIECE),
            *self._liaisons.changed(connection, after, PIECE),
            *self._operations(connection, after),
            *((revision, one.outage) for revision, one in self._channels.outages(connection, after_revision=after)),
        ]
        found.sort(key=lambda change: change[0])
        # What one revision changed stays together: a copy that has half of it would not ask for the rest.
        end = PIECE
        while 0 < end < len(found) and found[end][0] == found[end - 1][0]:
            end += 1
        is_complete = len(found) < PIECE
        told = found[:end]
        some = [change for _, change in told]
        return Changes(
            last if is_complete else told[-1][0],
            is_complete,
            tuple(one for one in some if isinstance(one, Registered)),
            tuple(one for one in some if isinstance(one, Appointment)),
            tuple(one for one in some if isinstance(one, Operation)),
            tuple(one for one in some if isinstance(one, Outage)),
        )

    def _operations(self, connection: Connection, after: int) -> Iterator[tuple[int, Operation]]:
        """Yields operations that became so after a revision: with the later of two declarations that agree.

        There are more than a piece holds only by what the last revision made so.
        """
        declarations, found = self._channels.declarations(connection), 0
        for place, (later, one) in enumerate(declarations):
            if later <= after:
                continue
            if found >= PIECE:
                return
            for _, other in declarations[:place]:
                operation = agree(one, other)
                if operation is not None:
                    found += 1
                    yield later, operation
