"""The list as restrictions rest on it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from services.exit_restriction.changes import RestrictionRecord
from services.exit_restriction.domain import Author, next_instant
from services.exit_restriction.listing.domain import Followed
from services.exit_restriction.listing.rows import EntryRows
from services.exit_restriction.restrictions.files import Listed


class EntryList:
    """The list; a `services.exit_restriction.restrictions.store.ListedEntries`.

    Args:
        rows: Reads and adds entries.
    """

    def __init__(self, rows: EntryRows) -> None:
        self._rows = rows

    def find(self, connection: Connection, entry_id: str, *, author: Author, at: datetime) -> Listed | None:
        """Returns an entry of a court's list, which nobody changes until the commit; None if it is not there."""
        self._rows.lock(connection, author.court_code)
        file = self._rows.read(connection, [entry_id]).get(entry_id)
        if file is None:
            return None
        shown = file.shown(next_instant(file.facts, at))
        return Listed(file.record.author, shown.written.debtor.number, shown.standing.is_open)

    def forward(self, connection: Connection, record: RestrictionRecord, *, request: bytes) -> None:
        """Notes that a restriction has begun which rests on an entry that was found."""
        file = self._rows.read(connection, [record.entry_id])[record.entry_id]
        step = Followed(record.filed.at, record.restriction_id)
        self._rows.add_steps(connection, [(file.record, step)], request=request)
