"""The change feed of alerts as checks read it: for the index, and by hash."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, bindparam, func, select

from services.alerts.hashing import Hashes
from services.alerts.numbers import as_hashes
from services.alerts.tables import AlertTables
from services.chassis.db import KeyedQuery

_COLUMNS = 4


class ForeignKeyError(Exception):
    """Alerts are kept under another key than the process's: what it looks for it would not find."""


class FeedWentBackError(Exception):
    """The feed ends before what was read of it, as after the database was restored: who followed it begins anew."""


@dataclass(frozen=True, slots=True)
class Changes:
    """A portion of the feed.

    Attributes:
        count: How many changes it has.
        position: Number of the last one; where it has none, that after which was asked.
        added: Hashes that alerts came under.
        removed: Hashes that alerts went from; others may still stand under them, see `AlertRows.subjects`.
    """

    count: int
    position: int
    added: Hashes
    removed: Hashes


class AlertRows:
    """Reads alerts within a transaction of whoever calls.

    Args:
        tables: The alerts.
        key_id: Id of the key that all hashes are made under.
    """

    def __init__(self, tables: AlertTables, *, key_id: int) -> None:
        self._key_id = key_id
        changes = tables.changes.c
        self._after = (
            select(changes.number, changes.hash, changes.key_id, changes.present)
            .where(changes.number > bindparam("after"))
            .order_by(changes.number)
            .limit(bindparam("size"))
        )
        self._head = select(func.coalesce(func.max(changes.number), 0))
        # By sequence: what the running transaction has added itself has no number yet.
        subject = changes.subject_id.label("subject_id")  # The column itself may have another name.
        of_hash = select(changes.hash, subject, changes.present).order_by(changes.sequence)
        self._of_hash = KeyedQuery(of_hash, changes.hash)

    def changes(self, connection: Connection, *, after: int, size: int) -> Changes:
        """Reads the next changes.

        Args:
            connection: The connection.
            after: Number after which to begin.
            size: Most to read.

        Raises:
            ForeignKeyError: If one is under another key.
            FeedWentBackError: If the feed ends before that number.
        """
        # The driver's own rows: what SQLAlchemy would make of a million is thrown away, and takes three times as long.
        found = connection.execute(self._after, {"after": after, "size": size}).cursor.fetchall()
        rows = np.array(found, np.int64).reshape(-1, _COLUMNS)
        if not len(rows):
            if connection.execute(self._head).scalar_one() < after:
                raise FeedWentBackError("the feed of alerts ends before what was read of it")
            return Changes(0, after, as_hashes(()), as_hashes(()))
        numbers, hashes, keys, present = rows.T
        if (keys != self._key_id).any():
            raise ForeignKeyError("alerts are kept under another key: fill them anew under the current one")
        is_present = present.astype(np.bool_)
        unsigned = hashes.astype(np.uint64)
        return Changes(len(rows), int(numbers[-1]), unsigned[is_present], unsigned[~is_present])

    def subjects(self, connection: Connection, hashes: Collection[int]) -> dict[int, set[int]]:
        """Returns the ids of what there are alerts for, by hash; a hash without one is left out.

        Args:
            connection: The connection.
            hashes: Hashes as signed numbers.
        """
        found: dict[int, set[int]] = {}
        for key, rows in self._of_hash.rows(connection, [*hashes]).items():
            last = {row.subject_id: row.present for row in rows}
            if sought := {subject_id for subject_id, present in last.items() if present}:
                found[key] = sought
        return found
