"""The change feed of alerts as checks read it: for the index, and by hash."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, bindparam, func, select

from services.chassis.db import KeyedQuery
from services.vehicle.alerts.hashing import Hashes
from services.vehicle.seizures.tables import ALERTS

_AFTER = (
    select(ALERTS.c.number, ALERTS.c.hash, ALERTS.c.key_id, ALERTS.c.present)
    .where(ALERTS.c.number > bindparam("after"))
    .order_by(ALERTS.c.number)
    .limit(bindparam("size"))
)
_COLUMNS = 4
_HEAD = select(func.coalesce(func.max(ALERTS.c.number), 0))
# By sequence: what the running transaction has added itself has no number yet.
_OF_HASH = select(ALERTS.c.hash, ALERTS.c.vehicle_id, ALERTS.c.present).order_by(ALERTS.c.sequence)


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
        removed: Hashes that alerts went from; others may still stand under them, see `AlertRows.vehicles`.
    """

    count: int
    position: int
    added: Hashes
    removed: Hashes


class AlertRows:
    """Reads alerts within a transaction of whoever calls.

    Args:
        key_id: Id of the key that all hashes are made under.
    """

    def __init__(self, key_id: int) -> None:
        self._key_id = key_id
        self._of_hash = KeyedQuery(_OF_HASH, ALERTS.c.hash)

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
        found = connection.execute(_AFTER, {"after": after, "size": size}).cursor.fetchall()
        rows = np.array(found, np.int64).reshape(-1, _COLUMNS)
        if not len(rows):
            if connection.execute(_HEAD).scalar_one() < after:
                raise FeedWentBackError("the feed of alerts ends before what was read of it")
            return Changes(0, after, as_hashes(()), as_hashes(()))
        numbers, hashes, keys, present = rows.T
        if (keys != self._key_id).any():
            raise ForeignKeyError("alerts are kept under another key: fill them anew under the current one")
        is_present = present.astype(np.bool_)
        unsigned = hashes.astype(np.uint64)
        return Changes(len(rows), int(numbers[-1]), unsigned[is_present], unsigned[~is_present])

    def vehicles(self, connection: Connection, hashes: Collection[int]) -> dict[int, set[int]]:
        """Returns the vehicles that there are alerts for, by hash; a hash without one is left out.

        Args:
            connection: The connection.
            hashes: Hashes as signed numbers.
        """
        found: dict[int, set[int]] = {}
        for key, rows in self._of_hash.rows(connection, [*hashes]).items():
            last = {row.vehicle_id: row.present for row in rows}
            if sought := {vehicle_id for vehicle_id, present in last.items() if present}:
                found[key] = sought
        return found


def as_hashes(numbers: Collection[int]) -> Hashes:
    """Turns the signed numbers of databases into hashes."""
    return np.fromiter(numbers, np.int64, len(numbers)).view(np.uint64)


def as_numbers(hashes: Hashes) -> list[int]:
    """Turns hashes into the signed numbers of databases."""
    numbers: list[int] = hashes.view(np.int64).tolist()
    return numbers
