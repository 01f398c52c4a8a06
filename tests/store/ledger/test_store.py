"""The log in SQL: what is appended is there, and nothing that is there changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import NullPool, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from services.chassis.db import Database
from services.chassis.db.keyed import SIZES
from services.ledger.domain import Kept
from services.ledger.store import SqlLog, SqlTransaction
from services.ledger.tables import METADATA
from tests.store.ledger.disk import Disk
from tests.unit.ledger.fakes import record, signer
from xiezhi.proof.merkle import EMPTY_ROOT

FIRST = signer().sign(0, EMPTY_ROOT, after=None)
SECOND = signer().sign(2, bytes(32), after=FIRST)


@pytest.fixture
async def store(disk: Disk) -> AsyncIterator[SqlLog]:
    database = Database.open(disk.url)
    yield SqlLog(database)
    database.close()


def _append(transaction: SqlTransaction) -> bool:
    replaced = transaction.replace_head(FIRST, SECOND)
    transaction.insert(0, [record(0), record(1)])
    return replaced


async def test_an_empty_store_has_no_head(store: SqlLog) -> None:
    assert await store.read_head() is None
    assert await store.count() == 0
    assert await store.read(0, 10) == []


async def test_what_is_written_is_read_again(store: SqlLog) -> None:
    await store.begin(FIRST)
    assert await store.read_head() == FIRST
    assert await store.commit(_append)
    assert await store.read_head() == SECOND
    assert await store.count() == 2
    assert await store.read(0, 10) == [Kept(0, record(0)), Kept(1, record(1))]
    assert await store.read(1, 1) == [Kept(1, record(1))]


async def test_entries_are_found_by_their_ids_however_many_are_asked_for(store: SqlLog) -> None:
    await store.begin(FIRST)
    await store.commit(_append)
    ids = [record(n).entry_id for n in range(2 * SIZES[-1] + 1)]
    found = await store.commit(lambda transaction: transaction.find(ids))
    assert found == {record(n).entry_id: (n, record(n).leaf_hash) for n in range(2)}
    assert await store.commit(lambda transaction: transaction.find(())) == {}


async def test_only_the_newest_head_is_replaced(store: SqlLog) -> None:
    await store.begin(FIRST)
    assert not await store.commit(lambda transaction: transaction.replace_head(SECOND, SECOND))
    assert await store.read_head() == FIRST


async def test_of_two_that_replace_the_same_head_one_loses(disk: Disk, store: SqlLog) -> None:
    await store.begin(FIRST)
    database = Database.open(disk.url)
    other = SqlLog(database)
    results = await asyncio.gather(
        *(one.commit(lambda transaction: transaction.replace_head(FIRST, SECOND)) for one in (store, other))
    )
    database.close()
    assert sorted(results) == [False, True]


async def test_there_is_one_head(disk: Disk, store: SqlLog) -> None:
    await store.begin(FIRST)
    with pytest.raises(DBAPIError):
        await store.begin(FIRST)
    with pytest.raises(DBAPIError):
        disk.tamper("INSERT INTO head SELECT 2, origin, tree_size, root_hash, time_ms, key_id, signature FROM head")


@pytest.mark.parametrize("statement", ["UPDATE entries SET leaf_index = 7", "DELETE FROM entries"])
async def test_the_database_refuses_to_change_entries(disk: Disk, store: SqlLog, statement: str) -> None:
    await store.begin(FIRST)
    await store.commit(_append)
    engine = create_engine(disk.url, poolclass=NullPool)
    with pytest.raises(DBAPIError, match="only ever appended"), engine.begin() as connection:
        connection.execute(text(statement))
    assert await store.count() == 2


def test_the_migration_makes_the_tables_that_the_store_uses(disk: Disk) -> None:
    engine = create_engine(disk.url, poolclass=NullPool)
    found = inspect(engine)
    for table in METADATA.tables.values():
        made = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
        assert made == {column.name: column.nullable for column in table.columns}
        unique = {tuple(one["column_names"]) for one in found.get_unique_constraints(table.name)}
        assert unique == {(column.name,) for column in table.columns if column.unique}
