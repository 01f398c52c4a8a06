"""Start of the log: what agrees is served, what does not is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.ledger.domain import Record
from services.ledger.log import Log
from services.ledger.recovery import recover
from tests.unit.ledger.fakes import MemoryHighWater, MemoryStore, id_of, record, signer
from tests.unit.proof import rfc9162
from xiezhi.errors import DataLoss, Reason
from xiezhi.proof.merkle import EMPTY_ROOT, leaf_hash

COUNT = 9


class Disk:
    """What a stopped log leaves behind."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.high_water = MemoryHighWater()

    async def start(self, **changes: object) -> Log:
        arguments = {"signer": signer(), "high_water": self.high_water, "id_of": id_of, **changes}
        return await recover(self.store, **arguments)  # type: ignore[arg-type]

    def sign(self, size: int) -> None:
        """Signs the store's first entries anew, as only the holder of the key can."""
        root = rfc9162.root([leaf_hash(r.raw) for r in self.store.entries[:size]])
        self.store.head = signer().sign(size, root, after=None)


@pytest.fixture
async def disk() -> Disk:
    disk = Disk()
    log = await disk.start()
    for number in range(COUNT):
        await log.append([record(number)])
    return disk


async def test_an_empty_store_begins_a_log() -> None:
    disk = Disk()
    log = await disk.start()
    assert (log.shown.head.size, log.shown.head.root) == (0, EMPTY_ROOT)
    assert disk.high_water.head == disk.store.head == log.shown.head


async def test_a_log_goes_on_where_it_stopped(disk: Disk) -> None:
    log = await disk.start()
    assert log.shown.head == disk.store.head
    appended = await log.append([record(50), record(3)])
    assert appended.indexes == (COUNT, 3)


async def test_a_crash_between_commit_and_file_is_no_damage(disk: Disk) -> None:
    leaves = [r.leaf_hash for r in disk.store.entries]
    disk.high_water.head = signer().sign(4, rfc9162.root(leaves[:4]), after=None)
    log = await disk.start()
    assert log.shown.head.size == COUNT
    assert disk.high_water.head == log.shown.head


async def test_a_crash_in_the_very_first_start_is_no_damage() -> None:
    disk = Disk()
    await disk.start()
    disk.high_water.head = None
    assert (await disk.start()).shown.head.size == 0


def _flip(disk: Disk) -> None:
    entry = disk.store.entries[4]
    disk.store.entries[4] = Record(entry.entry_id, entry.raw[:-1] + b"X", entry.leaf_hash)


def _flip_and_rehash(disk: Disk) -> None:
    entry = disk.store.entries[4]
    disk.store.entries[4] = Record.of(entry.entry_id, entry.raw[:-1] + b"X")


def _flip_rehash_and_sign(disk: Disk) -> None:
    _flip_and_rehash(disk)
    disk.sign(COUNT)


def _rename(disk: Disk) -> None:
    entry = disk.store.entries[4]
    disk.store.entries[4] = Record(record(99).entry_id, entry.raw, entry.leaf_hash)


def _drop_middle(disk: Disk) -> None:
    del disk.store.entries[4]


def _drop_last(disk: Disk) -> None:
    del disk.store.entries[-1]


def _swap(disk: Disk) -> None:
    entries = disk.store.entries
    entries[2], entries[3] = entries[3], entries[2]


def _add(disk: Disk) -> None:
    disk.store.entries.append(record(60))


def _roll_back(disk: Disk) -> None:
    del disk.store.entries[5:]
    disk.sign(5)


def _lose_high_water(disk: Disk) -> None:
    disk.high_water.head = None


def _lose_store(disk: Disk) -> None:
    disk.store = MemoryStore()


def _lose_store_and_file(disk: Disk) -> None:
    disk.store.head = None
    disk.high_water.head = None


def _foreign_head(disk: Disk) -> None:
    head = disk.store.head
    assert head is not None
    disk.store.head = signer(seed=2).sign(head.size, head.root, after=None)


def _foreign_mark(disk: Disk) -> None:
    head = disk.store.head
    assert head is not None
    disk.high_water.head = signer(seed=2).sign(head.size, head.root, after=None)


def _mark_of_another_tree(disk: Disk) -> None:
    disk.high_water.head = signer().sign(5, bytes(32), after=None)


DAMAGES: dict[str, tuple[Callable[[Disk], None], str]] = {
    "a byte of an entry": (_flip, "entry 4 is not the one"),
    "a byte and its hash": (_flip_and_rehash, "do not hash"),
    "a byte, its hash and the head": (_flip_rehash_and_sign, "do not hash"),
    "an entry's id": (_rename, "another id"),
    "an entry in the middle": (_drop_middle, "8 entries"),
    "the last entry": (_drop_last, "8 entries"),
    "the order": (_swap, "do not hash"),
    "an entry too many": (_add, "10 entries"),
    "set back": (_roll_back, "has 5 entries and had signed for 9"),
    "no high-water file": (_lose_high_water, "high-water file"),
    "an empty store": (_lose_store, "is empty and had signed for 9"),
    "no head and no file": (_lose_store_and_file, "entries and no head"),
    "a head of another key": (_foreign_head, "not signed by"),
    "a file of another key": (_foreign_mark, "not signed by"),
    "a file of another tree": (_mark_of_another_tree, "signed for 5"),
}


@pytest.mark.parametrize("case", DAMAGES)
async def test_what_does_not_agree_is_not_served(disk: Disk, case: str) -> None:
    damage, message = DAMAGES[case]
    damage(disk)
    with pytest.raises(DataLoss, match=message) as caught:
        await disk.start()
    assert caught.value.reason is Reason.LEDGER_DAMAGED
    assert "does not agree" in caught.value.message


async def test_another_name_for_the_log_is_refused(disk: Disk) -> None:
    with pytest.raises(DataLoss, match="another log"):
        await disk.start(signer=signer(origin="xiezhi.test/other"))
