"""One process writes a log."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from services.chassis.migrations import upgrade
from services.ledger.lock import WriterLock
from xiezhi.errors import Reason, Unavailable


@pytest.mark.parametrize("same", ["both", "database", "file"])
async def test_a_second_writer_is_refused(database_url: str, tmp_path: Path, same: str) -> None:
    other_url = database_url if same != "file" else f"sqlite:///{tmp_path / 'other.db'}"
    other_file = tmp_path / ("high-water" if same != "database" else "other")
    first, second = WriterLock(database_url, tmp_path / "high-water"), WriterLock(other_url, other_file)
    first.acquire()
    with pytest.raises(Unavailable, match="Another process") as caught:
        second.acquire()
    assert caught.value.reason is Reason.STORE_UNAVAILABLE
    await first.check()
    first.release()
    second.acquire()
    second.release()


def test_the_lock_does_not_hold_up_migrations(database_url: str, tmp_path: Path) -> None:
    lock = WriterLock(database_url, tmp_path / "high-water")
    upgrade(database_url, package="services.ledger")
    lock.acquire()
    started = time.monotonic()
    upgrade(database_url, package="services.ledger")
    assert time.monotonic() - started < 5
    lock.release()


@pytest.mark.postgres
async def test_a_lock_lost_with_its_connection_is_taken_again(postgres_url: str, tmp_path: Path) -> None:
    lock = WriterLock(postgres_url, tmp_path / "high-water")
    lock.acquire()
    _end_holder(postgres_url)
    await lock.check()
    other = WriterLock(postgres_url, tmp_path / "other")
    with pytest.raises(Unavailable, match="Another process"):
        other.acquire()
    _end_holder(postgres_url)
    other.acquire()
    with pytest.raises(Unavailable, match="Another process"):
        await lock.check()
    other.release()
    await lock.check()
    lock.release()


def _end_holder(url: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    ask = text("SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'")
    with engine.connect() as connection:
        assert all(connection.execute(ask).scalars())


def test_a_database_that_does_not_answer_is_told(tmp_path: Path) -> None:
    lock = WriterLock(f"postgresql+psycopg://nobody@/none?host={tmp_path}", tmp_path / "high-water")
    with pytest.raises(Unavailable, match="does not answer"):
        lock.acquire()
