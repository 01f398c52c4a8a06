"""Coalesced point reads: one query for those of a turn, the next one for those that came meanwhile."""

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from services.chassis.db import BatchReader, KeyedQuery
from xiezhi.errors import Reason, XiezhiError


class Fetch:
    """Reads words by number and remembers each query's numbers; held back where it is told to."""

    def __init__(self, table):
        self._query = KeyedQuery(select(table.c.word), table.c.number)
        self.queries = []
        self.entered = threading.Event()
        self.held = None

    def __call__(self, connection, keys):
        self.queries.append(list(keys))
        self.entered.set()
        if self.held is not None:
            assert self.held.wait(10)
        if any(key == "bad" for key in keys):
            raise ValueError("a bad key")
        return {key: row.word for key, row in self._query.row(connection, keys).items()}


@pytest.fixture
def fetch(notes):
    return Fetch(notes.table)


@pytest.fixture
def database(database_url, opened, seen):
    """A database whose reads by key go to a thread, where a test can hold them back."""
    return opened(database_url, observer=lambda name, value: seen.append((name, value)), hands_over=True)


@pytest.fixture
async def reader(database, fetch, notes):
    for number in range(10):
        await database.write(notes.add(number, f"word {number}"))
    return BatchReader(database, fetch)


async def test_reads_of_one_turn_are_one_query(reader, fetch, seen):
    words = await asyncio.gather(*(reader.get(number) for number in (3, 1, 3, 77)))
    assert words == ["word 3", "word 1", "word 3", None]
    assert fetch.queries == [[3, 1, 77]]
    assert ("db.batch.keys", 3) in seen
    assert sum(name == "db.read.seconds" for name, _ in seen) == 4


async def test_what_comes_while_a_query_runs_gathers_for_the_next(reader, fetch):
    fetch.held = threading.Event()
    first = asyncio.ensure_future(reader.get(1))
    await asyncio.to_thread(fetch.entered.wait, 10)
    later = [asyncio.ensure_future(reader.get(number)) for number in (1, 2)]
    await asyncio.sleep(0.01)
    assert fetch.queries == [[1]]
    fetch.held.set()
    assert await asyncio.gather(first, *later) == ["word 1", "word 1", "word 2"]
    assert fetch.queries == [[1], [1, 2]]


async def test_a_read_sees_what_was_committed_before_it(reader, fetch, database, notes):
    fetch.held = threading.Event()
    early = asyncio.ensure_future(reader.get(50))
    await asyncio.to_thread(fetch.entered.wait, 10)
    await database.write(notes.add(50, "fresh"))
    late = asyncio.ensure_future(reader.get(50))
    await asyncio.sleep(0)
    fetch.held.set()
    assert await late == "fresh"
    assert await early in {None, "fresh"}


async def test_several_keys_at_once(reader, fetch):
    assert await reader.get_many([5, 99, 2, 5]) == {5: "word 5", 2: "word 2"}
    assert list(await reader.get_many([5, 99, 2, 5])) == [5, 2]
    assert fetch.queries == [[5, 99, 2]] * 2
    assert await reader.get_many([]) == {}


async def test_more_keys_than_allowed_take_several_queries(database, fetch, reader):
    small = BatchReader(database, fetch, max_keys=4)
    assert len(await small.get_many(range(10))) == 10
    assert [len(query) for query in fetch.queries] == [4, 4, 2]


async def test_a_bad_key_fails_alone(reader, fetch):
    results = await asyncio.gather(reader.get(1), reader.get("bad"), reader.get("bad"), return_exceptions=True)
    assert results[0] == "word 1"
    assert [type(result) for result in results[1:]] == [RuntimeError] * 2
    assert isinstance(results[1].__cause__, ValueError)
    assert results[1] is not results[2]
    assert await reader.get(2) == "word 2"


async def test_a_caller_that_went_away_is_not_read_for(reader, fetch):
    fetch.held = threading.Event()
    first = asyncio.ensure_future(reader.get(1))
    await asyncio.to_thread(fetch.entered.wait, 10)
    gone, stays = asyncio.ensure_future(reader.get(2)), asyncio.ensure_future(reader.get(3))
    alone = asyncio.ensure_future(reader.get(4))
    shared = asyncio.ensure_future(reader.get(3))
    await asyncio.sleep(0)
    gone.cancel()
    alone.cancel()
    shared.cancel()
    first.cancel()
    await asyncio.sleep(0)
    fetch.held.set()
    assert await stays == "word 3"
    assert fetch.queries == [[1], [3]]


async def test_a_query_for_which_nobody_waits_any_more_is_not_sent(reader, fetch):
    gone = asyncio.ensure_future(reader.get(2))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0.01)
    assert await reader.get(3) == "word 3"
    assert [2] not in fetch.queries


async def test_each_caller_is_told_of_a_closed_database(reader, database):
    database.close()
    results = await asyncio.gather(*(reader.get(number) for number in range(3)), return_exceptions=True)
    assert [result.reason for result in results] == [Reason.SHUTTING_DOWN] * 3
    assert len({id(result) for result in results}) == 3
    with pytest.raises(XiezhiError):
        await reader.get(1)


@pytest.mark.postgres
async def test_each_caller_is_told_of_a_lost_database_and_reads_again_later(own_postgres_server, opened, notes, fetch):
    database = opened(own_postgres_server.create_database())
    await database.write(notes.add(1, "kept"))
    reader = BatchReader(database, fetch)
    assert await reader.get(1) == "kept"
    await asyncio.to_thread(own_postgres_server.stop)
    results = await asyncio.gather(*(reader.get(number) for number in (1, 1, 2)), return_exceptions=True)
    assert [result.reason for result in results] == [Reason.STORE_UNAVAILABLE] * 3
    assert len({id(result) for result in results}) == 3
    await asyncio.to_thread(own_postgres_server.start)
    assert await reader.get(1) == "kept"


class Places(Fetch):
    """Remembers in which thread each query ran."""

    def __init__(self, table):
        super().__init__(table)
        self.threads = []

    def __call__(self, connection, keys):
        self.threads.append(threading.current_thread())
        return super().__call__(connection, keys)


@pytest.fixture
async def local(sqlite_url, opened, notes):
    """A database at hand, with ten words."""
    database = opened(sqlite_url)
    for number in range(10):
        await database.write(notes.add(number, f"word {number}"))
    return database


async def test_a_database_at_hand_is_read_without_a_thread(local, notes):
    places = Places(notes.table)
    reader = BatchReader(local, places, max_keys=4)
    words = await asyncio.gather(*map(reader.get, [*range(10), "bad"]), return_exceptions=True)
    assert words[:10] == [f"word {number}" for number in range(10)]
    assert isinstance(words[10].__cause__, ValueError)
    assert {thread is threading.current_thread() for thread in places.threads} == {True}
    await local.write(notes.add(50, "fresh"))
    assert await reader.get(50) == "fresh"


async def test_a_locked_database_at_hand_is_waited_for_in_a_thread(local, notes):
    loop_thread, places = threading.current_thread(), Places(notes.table)

    def fetch(connection, keys):
        if threading.current_thread() is loop_thread:
            failure = sqlite3.OperationalError("database is locked")
            failure.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise failure
        return places(connection, keys)

    assert await BatchReader(local, fetch).get_many([2, 3]) == {2: "word 2", 3: "word 3"}
    assert len(places.threads) == 1
    assert loop_thread not in places.threads


async def test_a_database_at_hand_that_is_gone_is_refused(local, notes, sqlite_url):
    reader = BatchReader(local, Fetch(notes.table))
    assert await reader.get(1) == "word 1"
    await asyncio.to_thread(Path(sqlite_url.removeprefix("sqlite:///")).unlink)
    await asyncio.sleep(0.1)
    results = await asyncio.gather(reader.get(1), reader.get(2), return_exceptions=True)
    assert [result.reason for result in results] == [Reason.STORE_UNAVAILABLE] * 2
    local.close()
    with pytest.raises(XiezhiError, match="stops"):
        await reader.get(1)
