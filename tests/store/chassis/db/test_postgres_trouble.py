"""PostgreSQL that cannot be used: killed, restarted, connections ended, too slow, locked; and its recovery."""

import asyncio
import threading
import time

import psycopg
import pytest
from sqlalchemy import make_url, text

from xiezhi.errors import Reason, XiezhiError

pytestmark = pytest.mark.postgres


async def refused(awaitable, words):
    with pytest.raises(XiezhiError, match=words) as told:
        await awaitable
    assert told.value.reason is Reason.STORE_UNAVAILABLE
    assert told.value.retry_after
    return told.value


def connect(url):
    parsed = make_url(url)
    return psycopg.connect(
        host=parsed.query["host"], user=parsed.username, dbname=parsed.database, autocommit=True, connect_timeout=5
    )


def end_connections(url):
    with connect(url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'xiezhi'"
        )
        while connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'xiezhi'"
        ).fetchone() != (0,):
            time.sleep(0.002)


async def test_a_killed_server_is_refused_and_used_again_when_it_is_back(own_postgres_server, opened, notes):
    server = own_postgres_server
    database = opened(server.create_database())
    await database.write(notes.add(1))
    await database.read(notes.numbers)
    await asyncio.to_thread(server.kill)
    results = await asyncio.gather(*(database.write(notes.add(number)) for number in (2, 3)), return_exceptions=True)
    assert [result.reason for result in results] == [Reason.STORE_UNAVAILABLE] * 2
    await refused(database.read(notes.numbers), "connection to it is lost")
    await refused(database.check(), "connection to it is lost")
    await asyncio.to_thread(server.start)
    assert await database.write(notes.add(4)) == 4
    assert await database.read(notes.numbers) == [1, 4]
    await database.check()


async def test_a_server_killed_within_a_write_fails_the_group(own_postgres_server, opened, notes):
    server = own_postgres_server
    database = opened(server.create_database())
    entered, leave = threading.Event(), threading.Event()

    def hold(connection):
        notes.add(1)(connection)
        entered.set()
        assert leave.wait(20)

    holding = asyncio.ensure_future(database.write(hold))
    await asyncio.to_thread(entered.wait, 10)
    await asyncio.to_thread(server.kill)
    leave.set()
    await refused(holding, "connection to it is lost")
    await asyncio.to_thread(server.start)
    assert await database.read(notes.numbers) == []
    assert await database.write(notes.add(1)) == 1


async def test_connections_ended_while_idle_cost_no_caller_anything(postgres_url, opened, notes):
    database = opened(postgres_url, readers=1)
    for number in range(3):
        assert await database.write(notes.add(number)) == number
        assert await database.read(notes.numbers, snapshot=False) == list(range(number + 1))
        await asyncio.to_thread(end_connections, postgres_url)
        assert await database.read(notes.numbers) == list(range(number + 1))
        await asyncio.to_thread(end_connections, postgres_url)


async def test_a_connection_lost_within_a_group_fails_all_of_it(postgres_url, opened, notes):
    database = opened(postgres_url)
    called = []

    def lose(connection):
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    async def one(work):
        try:
            return await database.write(work)
        except XiezhiError as failure:
            called.append(failure.reason)
            return None

    entered, leave = threading.Event(), threading.Event()

    def hold(connection):
        entered.set()
        assert leave.wait(10)

    holding = asyncio.ensure_future(database.write(hold))
    await asyncio.to_thread(entered.wait, 10)
    group = [asyncio.ensure_future(one(work)) for work in (notes.add(1), lose, notes.add(2))]
    await asyncio.sleep(0.01)
    leave.set()
    await holding
    assert await asyncio.gather(*group) == [None] * 3
    assert called == [Reason.STORE_UNAVAILABLE] * 3
    assert await database.read(notes.numbers) == []
    assert await database.write(notes.add(3)) == 3


async def test_a_locked_row_is_waited_for_up_to_the_limit(postgres_url, opened, notes):
    database = opened(postgres_url)
    await database.write(notes.add(1))
    with connect(postgres_url) as other:
        other.execute("BEGIN")
        other.execute("LOCK TABLE notes IN EXCLUSIVE MODE")
        await refused(database.write(notes.add(2)), "locked by another writer")
        assert await database.read(notes.numbers) == [1]
        other.execute("ROLLBACK")
    assert await database.write(notes.add(2)) == 2


async def test_a_statement_that_takes_too_long_is_ended(postgres_url, opened, notes):
    database = opened(postgres_url)
    await refused(database.read(lambda c: c.execute(text("SELECT pg_sleep(30)"))), "took too long")
    assert await database.read(notes.numbers) == []


async def test_commits_are_durable_even_where_the_server_says_otherwise(postgres_url, opened):
    with connect(postgres_url) as other:
        other.execute(f"ALTER DATABASE {make_url(postgres_url).database} SET synchronous_commit = off")
        try:
            database = opened(postgres_url)
            setting = await database.write(lambda c: c.execute(text("SHOW synchronous_commit")).scalar_one())
        finally:
            other.execute(f"ALTER DATABASE {make_url(postgres_url).database} RESET synchronous_commit")
    assert setting == "on"


async def test_values_stay_out_of_the_errors_of_the_driver(postgres_url, opened, notes):
    database = opened(postgres_url)
    await database.write(notes.add(1, "one"))
    with pytest.raises(Exception) as failed:
        await database.write(notes.add(1, "secret-word"))
    assert "SQLSTATE 23505, constraint notes_pkey" in str(failed.value)
    assert "secret-word" not in repr(failed.value.orig) + str(failed.value.orig)
    assert "(1)" not in str(failed.value)
