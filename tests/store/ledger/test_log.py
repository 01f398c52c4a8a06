"""The running log on a real database, over restarts, damages and sudden deaths."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from services.ledger.high_water import SLOT, SLOTS, HighWater
from tests.store.ledger.disk import Disk
from tests.unit.ledger.fakes import record
from tests.unit.proof import rfc9162
from xiezhi.errors import DataLoss, Reason
from xiezhi.proof import merkle

COUNT = 20


async def _fill(disk: Disk, *, start: int = 0) -> None:
    async with disk.start() as log:
        for number in range(start, start + COUNT, 2):
            await asyncio.gather(log.append([record(number)]), log.append([record(number + 1)]))


async def test_concurrent_appends_are_proven_and_survive_a_restart(disk: Disk) -> None:
    async with disk.start() as log:
        results = await asyncio.gather(*(log.append([record(3 * n + k) for k in range(3)]) for n in range(100)))
        for number, appended in enumerate(results):
            head, view = appended.shown.head, appended.shown.view
            for offset, index in enumerate(appended.indexes):
                leaf = record(3 * number + offset).leaf_hash
                path = view.inclusion(index)
                assert merkle.verify_inclusion(leaf, index, head.size, path=path, root=head.root)
        before = log.shown.head
    async with disk.start() as log:
        assert log.shown.head == before
        again = await log.append([record(0), record(299)])
        assert again.indexes == (results[0].indexes[0], results[99].indexes[2])
        assert again.shown.head == before


async def test_the_trees_of_all_runs_are_one_log(disk: Disk) -> None:
    heads = []
    for run in range(3):
        await _fill(disk, start=run * COUNT)
        async with disk.start() as log:
            heads.append(log.shown.head)
            for head in heads:
                assert merkle.verify_consistency(
                    head.size,
                    log.shown.head.size,
                    log.shown.view.consistency(head.size),
                    first_root=head.root,
                    second_root=log.shown.head.root,
                )
    assert [head.size for head in heads] == [COUNT, 2 * COUNT, 3 * COUNT]


DAMAGES: dict[str, tuple[str, str]] = {
    "a byte of an entry": ("UPDATE entries SET entry = {zeros} WHERE leaf_index = 7", "entry 7 is not the one"),
    "the hash of a leaf": ("UPDATE entries SET leaf_hash = {zeros} WHERE leaf_index = 7", "entry 7 is not the one"),
    "an id": ("UPDATE entries SET entry_id = {id} WHERE leaf_index = 7", "another id"),
    "an id that is none": ("UPDATE entries SET entry_id = {zeros} WHERE leaf_index = 7", "no id"),
    "an entry in the middle": ("DELETE FROM entries WHERE leaf_index = 7", "entry 7 is missing"),
    "the last entry": ("DELETE FROM entries WHERE leaf_index = 19", "has 19 entries"),
    "all entries": ("DELETE FROM entries", "has 0 entries"),
    "the head": ("DELETE FROM head", "is empty and had signed for 20"),
    "the head's size": ("UPDATE head SET tree_size = 19", "not signed by"),
    "the head's root": ("UPDATE head SET root_hash = {zeros}", "not signed by"),
}


@pytest.mark.parametrize("case", DAMAGES)
async def test_a_damaged_store_is_not_served(disk: Disk, case: str) -> None:
    statement, message = DAMAGES[case]
    await _fill(disk)
    blob = "'\\x{}'::bytea" if disk.url.startswith("postgresql") else "x'{}'"
    disk.tamper(statement.format(zeros=blob.format("00" * 32), id=blob.format("00" * 16)))
    with pytest.raises(DataLoss, match=message) as caught:
        async with disk.start():
            pass
    assert caught.value.reason is Reason.LEDGER_DAMAGED


async def test_a_store_damaged_while_it_serves_is_found_at_the_next_append(disk: Disk) -> None:
    await _fill(disk)
    async with disk.start() as log:
        disk.tamper("DELETE FROM entries WHERE leaf_index >= 10", "UPDATE head SET tree_size = 10")
        with pytest.raises(DataLoss, match="written last"):
            await log.append([record(50)])
        with pytest.raises(DataLoss):
            log.require_sound()


def _set_back(file: Path, copy: Path) -> None:
    for left in file.parent.glob(f"{file.name}*"):
        left.unlink()
    shutil.copy(copy, file)


async def test_a_store_set_back_to_an_older_copy_is_not_served(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    disk = Disk.make(f"sqlite:///{file}", tmp_path)
    await _fill(disk)
    shutil.copy(file, tmp_path / "copy.db")
    await _fill(disk, start=COUNT)
    _set_back(file, tmp_path / "copy.db")
    with pytest.raises(DataLoss, match="has 20 entries and had signed for 40"):
        async with disk.start():
            pass


def _remove(path: Path) -> None:
    path.unlink()


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _scramble(path: Path) -> None:
    path.write_bytes(b"\xff" + path.read_bytes())


def _flip(path: Path) -> None:
    _spoil(path, 0, 1)


def _spoil(path: Path, *slots: int) -> None:
    raw = bytearray(path.read_bytes())
    for slot in slots:
        raw[slot * SLOT + 50] ^= 1
    path.write_bytes(raw)


@pytest.mark.parametrize("change", [_remove, _empty, _scramble, _flip])
async def test_without_its_high_water_file_the_log_is_not_served(disk: Disk, change: Callable[[Path], None]) -> None:
    await _fill(disk)
    change(disk.high_water)
    with pytest.raises(DataLoss):
        async with disk.start():
            pass


@pytest.mark.parametrize("slot", range(SLOTS))
async def test_a_head_that_was_being_written_when_the_power_failed_leaves_the_former_one(disk: Disk, slot: int) -> None:
    await _fill(disk)
    whole = HighWater(disk.high_water).read()
    _spoil(disk.high_water, slot)
    high_water = HighWater(disk.high_water)
    left = high_water.read()
    assert whole is not None
    assert left is not None
    assert COUNT - 2 <= left.size <= whole.size == COUNT
    high_water.keep(whole)
    assert HighWater(disk.high_water).read() == whole
    _spoil(disk.high_water, slot)
    async with disk.start() as log:
        assert log.shown.head == whole
    assert HighWater(disk.high_water).read() == whole


async def test_a_high_water_file_that_is_lost_meanwhile_is_made_anew(disk: Disk) -> None:
    async with disk.start() as log:
        disk.high_water.unlink()
        await log.append([record(0)])
    await _fill(disk, start=1)


async def test_a_high_water_file_that_cannot_be_written_stops_answers_only(disk: Disk) -> None:
    await _fill(disk)
    async with disk.start() as log:
        aside = disk.high_water.rename(disk.high_water.with_name("aside"))
        disk.high_water.mkdir()
        with pytest.raises(Exception, match="high-water"):
            await log.append([record(50)])
        assert log.shown.head.size == COUNT
        disk.high_water.rmdir()
        aside.rename(disk.high_water)
        assert (await log.append([record(50)])).indexes == (COUNT,)


def _append_and_die(folder: Path, start: int, lines: int) -> list[str]:
    """Kills a process that appends once it has answered a few times; returns all that it answered."""
    command = [sys.executable, "-m", "tests.store.ledger.appender", str(folder), str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(lines)]
        process.kill()
        told += process.stdout.readlines()
    return [line for line in told if line.endswith("\n")]


async def test_a_killed_process_leaves_a_log_that_continues_what_it_answered(tmp_path: Path) -> None:
    disk = Disk.make(f"sqlite:///{tmp_path / 'ledger.db'}", tmp_path)
    answered: list[tuple[int, str]] = []
    for run, lines in enumerate((1, 7, 40)):
        told = _append_and_die(tmp_path, run * 100_000, lines)
        answered += [(int(size), root) for size, root in map(str.split, told)]
        async with disk.start() as log:
            for size, root in answered:
                assert log.view(size).root.hex() == root
            assert not answered or log.shown.head.size >= answered[-1][0]
    async with disk.start() as log:
        leaves = [kept.record.leaf_hash for kept in await log._store.read(0, 100_000)]
        assert log.shown.head.root == rfc9162.root(leaves)
