"""The log in SQL, on SQLite and PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from services.chassis.db import Database, KeyedQuery, after_commit, insert_columns
from services.ledger.domain import Kept, Record, SignedHead, damaged
from services.ledger.tables import ENTRIES, HEAD

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

_HEAD = select(HEAD)
_COUNT = select(func.count()).select_from(ENTRIES)
_PLACES = KeyedQuery(select(ENTRIES.c.entry_id, ENTRIES.c.leaf_index, ENTRIES.c.leaf_hash), ENTRIES.c.entry_id)
_PAGE = (
    select(ENTRIES)
    .where(ENTRIES.c.leaf_index >= bindparam("start"))
    .order_by(ENTRIES.c.leaf_index)
    .limit(bindparam("most"))
)
_FIRST_HEAD = insert(HEAD)
_REPLACE_HEAD = update(HEAD).where(
    HEAD.c.id == 1, HEAD.c.tree_size == bindparam("old_size"), HEAD.c.root_hash == bindparam("old_root")
)


class SqlTransaction:
    """What a group of appends does within one commit.

    Args:
        connection: The writer's.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, entry_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[int, bytes]]:
        """Returns place and leaf hash of those entries that are in the log."""
        found = _PLACES.row(self._connection, [entry_id.bytes for entry_id in entry_ids])
        return {uuid.UUID(bytes=bytes(raw_id)): (row.leaf_index, bytes(row.leaf_hash)) for raw_id, row in found.items()}

    def replace_head(self, old: SignedHead, new: SignedHead) -> bool:
        """Replaces the newest head, which also keeps out every other writer until the commit.

        Returns:
            False if the newest head is not the old one; then nothing is replaced.
        """
        values = _head_values(new) | {"old_size": old.size, "old_root": old.root}
        return self._connection.execute(_REPLACE_HEAD, values).rowcount == 1

    def insert(self, start: int, records: Sequence[Record]) -> None:
        """Adds entries from a place on."""
        insert_columns(
            self._connection,
            ENTRIES,
            {
                "leaf_index": [*range(start, start + len(records))],
                "entry_id": [record.entry_id.bytes for record in records],
                "leaf_hash": [record.leaf_hash for record in records],
                "entry": [record.raw for record in records],
            },
        )


class SqlLog:
    """The log's database.

    Args:
        database: Its database, migrated.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read_head(self) -> SignedHead | None:
        """Returns the newest head, None before there is one.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        return await self._database.read(_read_head)

    async def count(self) -> int:
        """Returns the number of entries.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        return await self._database.read(lambda connection: int(connection.execute(_COUNT).scalar_one()))

    async def read(self, start: int, most: int) -> list[Kept]:
        """Returns entries in order.

        Args:
            start: The first place.
            most: How many at the most.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        return await self._database.read(
            lambda connection: [_kept(row) for row in connection.execute(_PAGE, {"start": start, "most": most})]
        )

    async def begin(self, head: SignedHead) -> None:
        """Keeps the first head, of the empty tree.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        await self._database.write(lambda connection: connection.execute(_FIRST_HEAD, _head_values(head) | {"id": 1}))

    async def commit(
        self, work: Callable[[SqlTransaction], T], *, then: Callable[[T], None] = lambda result: None
    ) -> T:
        """Runs a function in a transaction; returns its result when that is durable.

        Args:
            work: The function.
            then: Given the result in the same thread, once it is durable; must not raise.

        Raises:
            Unavailable: STORE_UNAVAILABLE; whether the transaction took effect is then not known.
        """

        def write(connection: Connection) -> T:
            result = work(SqlTransaction(connection))
            after_commit(connection, lambda: then(result))
            return result

        return await self._database.write(write)


def _read_head(connection: Connection) -> SignedHead | None:
    row = connection.execute(_HEAD).one_or_none()
    if row is None:
        return None
    return SignedHead(
        origin=row.origin,
        size=row.tree_size,
        root=bytes(row.root_hash),
        time=_EPOCH + row.time_ms * _MILLISECOND,
        key_id=bytes(row.key_id),
        signature=bytes(row.signature),
    )


def _head_values(head: SignedHead) -> dict[str, Any]:
    return {
        "origin": head.origin,
        "tree_size": head.size,
        "root_hash": head.root,
        "time_ms": (head.time - _EPOCH) // _MILLISECOND,
        "key_id": head.key_id,
        "signature": head.signature,
    }


def _kept(row: Row[Any]) -> Kept:
    try:
        entry_id = uuid.UUID(bytes=bytes(row.entry_id))
    except ValueError:
        raise damaged(f"entry {row.leaf_index} is kept under no id") from None
    return Kept(row.leaf_index, Record(entry_id, bytes(row.entry), bytes(row.leaf_hash)))
