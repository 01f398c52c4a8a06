"""SQLite that cannot be used: full, locked, gone, replaced, unwritable, damaged; refused each time, nothing lost."""

import asyncio
import shutil
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import make_url

from services.chassis.db.readers import VERIFY
from xiezhi.errors import Reason, XiezhiError

BIG = "x" * 200_000


@pytest.fixture
def path(sqlite_url):
    return Path(make_url(sqlite_url).database)


@pytest.fixture
def database(sqlite_url, opened):
    return opened(sqlite_url, readers=1)


async def refused(awaitable, words):
    with pytest.raises(XiezhiError, match=words) as told:
        await awaitable
    assert told.value.reason is Reason.STORE_UNAVAILABLE
    assert told.value.retry_after
    return told.value


async def forget_what_was_verified():
    await asyncio.sleep(VERIFY.total_seconds() * 1.2)


def move(path, place):
    path.rename(place)


def is_there(path):
    return path.exists()


def fill(connection):
    """Lets the file not grow any more, as a full disk does."""
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")


async def test_a_full_disk_refuses_what_does_not_fit_and_keeps_the_rest(database, notes):
    await database.write(notes.add(1))
    await database.write(fill)
    results = await asyncio.gather(
        database.write(notes.add(2)),
        database.write(notes.add(3, BIG)),
        database.write(notes.add(4)),
        return_exceptions=True,
    )
    assert isinstance(results[1], XiezhiError)
    assert "disk is full" in results[1].message
    succeeded = [result for result in results if isinstance(result, int)]
    assert await database.read(notes.numbers) == [1, *succeeded]
    # A new connection has no such limit: the disk has space again.
    await database.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count=1000000"))
    assert await database.write(notes.add(5, BIG)) == 5


async def test_a_full_disk_fails_the_whole_commit_if_sqlite_gives_the_transaction_up(database, notes):
    """SQLite may roll back by itself (sqlite.org/lang_transaction.html, 3.1); here a function does in its place."""

    def give_up(connection):
        notes.add(2)(connection)
        connection.connection.driver_connection.execute("ROLLBACK")
        full = sqlite3.OperationalError("database or disk is full")
        full.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise full

    results = await asyncio.gather(
        database.write(notes.add(1)), database.write(give_up), database.write(notes.add(3)), return_exceptions=True
    )
    assert "disk is full" in str(results[1])
    assert await database.read(notes.numbers) == [result for result in results if isinstance(result, int)]
    assert await database.write(notes.add(9)) == 9


async def test_the_check_sees_a_disk_that_is_full(database, notes):
    await database.check()

    def leave_nothing(connection):
        connection.exec_driver_sql("PRAGMA query_only=ON")

    await database.write(leave_nothing)
    await refused(database.check(), "takes no writes")


async def test_a_locked_database_refuses_writes_and_serves_reads(database, notes, path):
    await database.write(notes.add(1))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await refused(database.write(notes.add(2)), "locked by another writer")
    await refused(database.check(), "locked by another writer")
    assert await database.read(notes.numbers) == [1]
    other.execute("ROLLBACK")
    other.close()
    assert await database.write(notes.add(3)) == 3
    assert await database.read(notes.numbers) == [1, 3]


async def test_a_lock_that_ends_in_time_is_waited_for(database, notes, path):
    await database.write(notes.add(1))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.ensure_future(database.write(notes.add(2)))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    other.execute("COMMIT")
    other.close()
    assert await waiting == 2


@pytest.mark.parametrize("suffix", ["", "-wal"])
async def test_a_file_that_is_gone_is_not_written_to_nor_read_nor_made_again(database, notes, path, suffix):
    await database.write(notes.add(1))
    await database.read(notes.numbers)
    gone = Path(f"{path}{suffix}")
    kept = path.with_name("moved")
    move(gone, kept)
    await forget_what_was_verified()
    await refused(database.write(notes.add(2)), "not where it was")
    await refused(database.read(notes.numbers), "not where it was")
    await refused(database.check(), "not where it was")
    assert not is_there(gone)
    move(kept, gone)
    assert await database.write(notes.add(3)) == 3
    assert 3 in await database.read(notes.numbers)
    await database.check()


async def test_another_file_in_its_place_is_not_used(database, notes, path):
    await database.write(notes.add(1))
    copy = path.with_name("copy")
    shutil.copy(path, copy)
    copy.rename(path)
    await forget_what_was_verified()
    await refused(database.read(notes.numbers), "not where it was")
    await refused(database.write(notes.add(2)), "not where it was")


async def test_a_file_that_never_was_is_refused(sqlite_url, opened, notes, path):
    database = opened(sqlite_url)
    path.unlink()
    await refused(database.read(notes.numbers), "not where it was")
    await refused(database.write(notes.add(1)), "not where it was")
    assert not path.exists()


async def test_a_file_that_comes_later_is_used(sqlite_url, opened, notes, path, create):
    database = opened(sqlite_url)
    path.unlink()
    await refused(database.check(), "not where it was")
    path.touch()
    create(sqlite_url)
    assert await database.write(notes.add(1)) == 1


async def test_what_is_no_database_is_refused_without_being_touched(sqlite_url, opened, notes, path):
    database = opened(sqlite_url)
    content = b"no database " * 1000
    path.write_bytes(content)
    await refused(database.write(notes.add(1)), "storage fails")
    await refused(database.read(notes.numbers), "storage fails")
    assert path.read_bytes() == content


async def test_every_commit_is_synchronous(database):
    """2 is FULL: the log is flushed to the disk before a commit returns (sqlite.org/pragma.html#pragma_synchronous)."""

    def settings(connection):
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names]

    assert await database.write(settings) == ["wal", 2, 1]


async def test_foreign_keys_are_enforced(database):
    def work(connection):
        connection.exec_driver_sql("CREATE TABLE a (n INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE b (n REFERENCES a (n))")
        connection.exec_driver_sql("INSERT INTO b VALUES (1)")

    with pytest.raises(Exception, match="FOREIGN KEY"):
        await database.write(work)


@pytest.mark.parametrize("snapshot", [True, False])
async def test_a_result_not_read_to_its_end_does_not_hold_the_past(database, notes, snapshot):
    """An open cursor would keep its reader at the state it began with."""

    def read_one(connection):
        return connection.execute(notes.table.select()).fetchone().number

    await database.write(notes.add(1))
    await database.write(notes.add(2))
    assert await database.read(read_one, snapshot=snapshot) == 1
    await database.write(notes.add(3))
    assert await database.read(notes.numbers, snapshot=snapshot) == [1, 2, 3]
