"""A log of former code, brought to what this code needs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

import services.ledger
from services.chassis import migrations
from services.ledger.domain import Kept
from tests.store.ledger.disk import Disk
from tests.unit.ledger.fakes import record

COUNT = 40


@pytest.fixture
async def former(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    """A log of the second version, with entries."""
    versions = tmp_path / "former" / "versions"
    versions.mkdir(parents=True)
    for script in (Path(services.ledger.__file__).parent / "migrations/versions").glob("000[12]_*.py"):
        shutil.copy(script, versions)
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "_script", lambda package: ScriptDirectory(str(versions.parent)))
        disk = Disk.make(database_url, tmp_path)
    async with disk.start() as log:
        await log.append([record(number) for number in range(COUNT)])
    return disk


def _unique(url: str) -> set[tuple[str, ...]]:
    engine = create_engine(url, poolclass=NullPool)
    return {tuple(found["column_names"]) for found in inspect(engine).get_unique_constraints("entries")}


async def test_the_log_goes_on_as_the_same_without_the_index_of_hashes(former: Disk, tmp_path: Path) -> None:
    assert _unique(former.url) == {("entry_id",), ("leaf_hash",)}
    async with former.start() as log:
        before = log.shown.head
    disk = Disk.make(former.url, tmp_path)
    assert _unique(disk.url) == {("entry_id",)}
    async with disk.start() as log:
        assert log.shown.head == before
        assert await log._store.read(0, 2 * COUNT) == [Kept(n, record(n)) for n in range(COUNT)]
        assert (await log.append([record(3), record(COUNT)])).indexes == (3, COUNT)


@pytest.mark.parametrize("statement", ["UPDATE entries SET entry = leaf_hash", "DELETE FROM entries"])
async def test_the_database_refuses_to_change_entries_still(former: Disk, tmp_path: Path, statement: str) -> None:
    disk = Disk.make(former.url, tmp_path)
    engine = create_engine(disk.url, poolclass=NullPool)
    with pytest.raises(DBAPIError, match="only ever appended"), engine.begin() as connection:
        connection.execute(text(statement))
