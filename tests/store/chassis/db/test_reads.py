"""Reads: they cannot write, see one state, and are measured where they are awaited."""

import asyncio
import contextvars
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from xiezhi.errors import Reason, XiezhiError

CALLER = contextvars.ContextVar("caller", default="nobody")


@pytest.mark.parametrize("snapshot", [True, False])
async def test_a_read_cannot_write(database, notes, snapshot):
    with pytest.raises((XiezhiError, DBAPIError)) as refused:
        await database.read(notes.add(1), snapshot=snapshot)
    assert getattr(refused.value, "reason", Reason.STORE_UNAVAILABLE) is Reason.STORE_UNAVAILABLE
    assert await database.read(notes.numbers) == []


async def test_a_snapshot_sees_one_state_throughout(database, notes):
    entered, leave = threading.Event(), threading.Event()

    def twice(connection):
        first = notes.numbers(connection)
        entered.set()
        assert leave.wait(10)
        return first, notes.numbers(connection)

    await database.write(notes.add(1))
    reading = asyncio.ensure_future(database.read(twice))
    await asyncio.to_thread(entered.wait, 10)
    await database.write(notes.add(2))
    leave.set()
    assert await reading == ([1], [1])
    assert await database.read(notes.numbers) == [1, 2]


async def test_without_a_snapshot_each_statement_sees_what_is_committed(database, notes):
    entered, leave = threading.Event(), threading.Event()

    def twice(connection):
        first = notes.numbers(connection)
        entered.set()
        assert leave.wait(10)
        return first, notes.numbers(connection)

    reading = asyncio.ensure_future(database.read(twice, snapshot=False))
    await asyncio.to_thread(entered.wait, 10)
    await database.write(notes.add(2))
    leave.set()
    assert await reading == ([], [2])


async def test_reads_run_side_by_side(database_url, opened):
    database = opened(database_url, readers=3)
    together = threading.Barrier(3, timeout=10)
    await asyncio.gather(*(database.read(lambda connection: together.wait()) for _ in range(3)))


@pytest.mark.parametrize("snapshot", [True, False])
async def test_a_read_that_fails_leaves_its_connection_fit_for_the_next(database_url, opened, notes, snapshot):
    database = opened(database_url, readers=1)
    for _ in range(3):
        with pytest.raises(DBAPIError):
            await database.read(lambda c: c.execute(text("SELECT nothing FROM nowhere")), snapshot=snapshot)
    assert await database.read(notes.numbers, snapshot=snapshot) == []
    await database.write(notes.add(1))
    assert await database.read(notes.numbers, snapshot=snapshot) == [1]


async def test_a_failure_shows_no_value(database, notes):
    await database.write(notes.add(1, "secret-word"))
    for way in (database.write, database.read):
        with pytest.raises(Exception) as failed:
            await way(notes.add(1, "secret-word"))
        shown = [failed.value, failed.value.__cause__, failed.value.__context__]
        assert all("secret-word" not in f"{one!s}{one!r}" for one in shown)


async def test_a_caller_that_went_away_has_nothing_read(database_url, opened, notes):
    database = opened(database_url, readers=1)
    entered, leave, run = threading.Event(), threading.Event(), []

    def hold(connection):
        entered.set()
        assert leave.wait(10)

    holding = asyncio.ensure_future(database.read(hold))
    await asyncio.to_thread(entered.wait, 10)
    gone = asyncio.ensure_future(database.read(run.append))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    leave.set()
    await holding
    await database.read(notes.numbers)
    assert run == []


async def test_times_are_measured_in_the_caller_s_own_context(database_url, opened, notes):
    seen = []
    database = opened(
        database_url, observer=lambda name, value: seen.append((name, CALLER.get())) if "commit" not in name else None
    )

    async def call(name):
        CALLER.set(name)
        await database.write(notes.add(len(name)))
        await database.read(notes.numbers)

    await asyncio.gather(call("a"), call("bb"))
    assert sorted(seen) == [
        ("db.read.seconds", "a"),
        ("db.read.seconds", "bb"),
        ("db.write.seconds", "a"),
        ("db.write.seconds", "bb"),
    ]


async def test_the_check_reads_and_writes(database, seen):
    await database.check()
    names = {name for name, _ in seen}
    assert {"db.read.seconds", "db.write.seconds"} <= names


async def test_reads_are_refused_when_too_many_wait(database_url, opened, notes):
    database = opened(database_url, readers=1, max_waiting=1)
    entered, leave = threading.Event(), threading.Event()

    def hold(connection):
        entered.set()
        assert leave.wait(10)

    holding = asyncio.ensure_future(database.read(hold))
    await asyncio.to_thread(entered.wait, 10)
    waiting = asyncio.ensure_future(database.read(notes.numbers))
    await asyncio.sleep(0)
    with pytest.raises(XiezhiError, match="too much work"):
        await database.read(notes.numbers)
    leave.set()
    await holding
    assert await waiting == []
