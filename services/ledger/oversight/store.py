"""The index in SQL: filled from the log by its own cursor, and searched."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table, and_, bindparam, not_, select, update

from services.chassis.db import Database, KeyedQuery, insert_many
from services.ledger.oversight.domain import By, Indexed, Key, Search, Spot
from services.ledger.tables import ENTRIES, INDEX_CURSOR, INDEXED_CALLS, INDEXED_SUBJECTS

SUBJECTS_AT_ONCE = 10_000
"""Data subjects that are indexed in one transaction, but for those of one entry more; an entry names 20,000 at most."""
ROWS_AT_ONCE = 2_000
"""Rows of one statement: SQLite takes 32,766 values."""

Read = Callable[[int, bytes], Indexed]
"""Reads what is to be indexed out of the exact bytes of an entry at a place."""

_CURSOR = select(INDEX_CURSOR.c.next_index)
_MOVE = (
    update(INDEX_CURSOR)
    .where(INDEX_CURSOR.c.id == 1, INDEX_CURSOR.c.next_index == bindparam("old"))
    .values(next_index=bindparam("new"))
)
_FRESH = (
    select(ENTRIES.c.leaf_index, ENTRIES.c.entry)
    .where(ENTRIES.c.leaf_index >= bindparam("start"), ENTRIES.c.leaf_index < bindparam("end"))
    .order_by(ENTRIES.c.leaf_index)
)
_ENTRIES = KeyedQuery(select(ENTRIES.c.leaf_index, ENTRIES.c.entry), ENTRIES.c.leaf_index)


class SqlIndex:
    """The index's tables, beside those of the log.

    Args:
        database: The log's database, migrated.
        read: Reads entries.
    """

    def __init__(self, database: Database, read: Read) -> None:
        self._database = database
        self._read = read

    async def next_index(self) -> int:
        """Returns the place of the first entry that is not indexed yet.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        return await self._database.read(_read_cursor, snapshot=False)

    async def advance(self, start: int, end: int) -> int:
        """Indexes some of the entries of a row; of those whose transaction fails, none.

        Args:
            start: The first place, that of the cursor.
            end: The place after the last.

        Returns:
            The place of the first entry that is not indexed then; another than was written here, where the cursor was
            not at the first place.

        Raises:
            Unavailable: STORE_UNAVAILABLE; whether the entries are indexed is then not known.
            DataLoss: LEDGER_DAMAGED, if an entry is missing or is none.
        """
        fresh = await self._database.read(lambda connection: self._gather(connection, start, end), snapshot=False)
        return await self._database.write(lambda connection: _take(connection, start, fresh)) if fresh else start

    def _gather(self, connection: Connection, start: int, end: int) -> list[Indexed]:
        found: list[Indexed] = []
        subjects = 0
        for row in connection.execute(_FRESH, {"start": start, "end": end}):
            found.append(self._read(row.leaf_index, bytes(row.entry)))
            subjects += len(found[-1].subjects)
            if subjects > SUBJECTS_AT_ONCE:
                break
        return found

    async def find(self, search: Search, *, size: int) -> list[Spot]:
        """Finds indexed entries, newest first.

        Args:
            search: What for; one more than its page may hold are found, if there are.
            size: Size of the tree in which they are.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        after = search.after or Spot(search.period.end, -1)
        values = {
            "start": search.period.start,
            "end": search.period.end,
            "after_time": after.time,
            "after_index": after.leaf_index,
            "size": size,
            "most": search.size + 1,
        }
        ways = [*((search.by, key) for key in search.keys), *((By.SUBJECT, key) for key in search.sought)]

        def read(connection: Connection) -> list[Spot]:
            # One query each: the database takes those of one key in the order of the index.
            found = [_spots(connection, _FINDING[by], values | {"key": key}) for by, key in ways]
            return heapq.nlargest(search.size + 1, {spot for spots in found for spot in spots}, key=_order)

        return await self._database.read(read)

    async def entries(self, places: Sequence[int]) -> dict[int, bytes]:
        """Returns the exact bytes of entries by their places.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        return await self._database.read(
            lambda connection: {place: bytes(row.entry) for place, row in _ENTRIES.row(connection, places).items()}
        )


def _read_cursor(connection: Connection) -> int:
    return int(connection.execute(_CURSOR).scalar_one())


def _take(connection: Connection, start: int, fresh: Sequence[Indexed]) -> int:
    """Writes what is indexed, unless it was already."""
    end = fresh[-1].leaf_index + 1
    if connection.execute(_MOVE, {"old": start, "new": end}).rowcount != 1:
        return _read_cursor(connection)
    _insert(connection, INDEXED_CALLS, [_values(one) for one in fresh])
    subjects = [
        {"subject": subject, "time_us": one.time, "leaf_index": one.leaf_index}
        for one in fresh
        for subject in one.subjects
    ]
    for first in range(0, len(subjects), ROWS_AT_ONCE):
        _insert(connection, INDEXED_SUBJECTS, subjects[first : first + ROWS_AT_ONCE])
    return end


def _insert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Inserts rows by one statement.

    On SQLite the driver lets go of the interpreter at every statement, and here appends wait for the writer meanwhile.
    """
    if connection.dialect.name != "sqlite":
        insert_many(connection, table, rows)
        return
    marks = f"({', '.join('?' * len(table.columns))})"
    names = ", ".join(column.name for column in table.columns)
    connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({names}) VALUES {', '.join([marks] * len(rows))}",  # noqa: S608 - names are ours
        tuple(row[column.key] for row in rows for column in table.columns),
    )


def _values(one: Indexed) -> dict[str, Any]:
    return {
        "leaf_index": one.leaf_index,
        "time_us": one.time,
        "kind": one.kind,
        "step": int(one.step),
        "actor": one.actor,
        "organisation": one.organisation,
        "approval": one.approval,
        "case_index": one.case_index,
    }


def _finding(by: By) -> Select[Any]:
    calls, subjects = INDEXED_CALLS.c, INDEXED_SUBJECTS.c
    of = subjects if by is By.SUBJECT else calls
    key = {By.ACTOR: calls.actor, By.CASE: calls.case_index, By.SUBJECT: subjects.subject, By.APPROVAL: calls.approval}
    time, place = of.time_us, of.leaf_index
    return (
        select(time, place)
        .where(
            key[by] == bindparam("key"),
            time >= bindparam("start"),
            time < bindparam("end"),
            time <= bindparam("after_time"),
            not_(and_(time == bindparam("after_time"), place >= bindparam("after_index"))),
            place < bindparam("size"),
        )
        .order_by(time.desc(), place.desc())
        .limit(bindparam("most"))
    )


_FINDING = {by: _finding(by) for by in By}


def _spots(connection: Connection, statement: Select[Any], values: dict[str, Key | int]) -> list[Spot]:
    return [Spot(row.time_us, row.leaf_index) for row in connection.execute(statement, values).all()]


def _order(spot: Spot) -> tuple[int, int]:
    return spot.time, spot.leaf_index
