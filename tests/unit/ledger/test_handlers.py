"""The use cases: what each proves and refuses."""

from __future__ import annotations

import asyncio

import pytest

from services.ledger import handlers
from services.ledger.log import Log
from services.ledger.recovery import recover
from tests.unit.ledger.fakes import MemoryHighWater, MemoryStore, id_of, record, signer
from tests.unit.proof import rfc9162
from xiezhi.errors import NotFound, OutOfRange, Reason
from xiezhi.proof import merkle

COUNT = 6
LEAVES = [record(n).leaf_hash for n in range(COUNT)]


@pytest.fixture
async def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
async def log(store: MemoryStore) -> Log:
    log = await recover(store, signer=signer(), high_water=MemoryHighWater(), id_of=id_of)
    await log.append([record(n) for n in range(COUNT)])
    return log


async def test_an_append_proves_places_and_growth(log: Log) -> None:
    result = await handlers.append([record(10), record(2)], 4, log=log)
    head = result.head
    assert [place.index for place in result.places] == [COUNT, 2]
    for place, number in zip(result.places, (10, 2), strict=True):
        leaf = record(number).leaf_hash
        assert merkle.verify_inclusion(leaf, place.index, head.size, path=place.path, root=head.root)
    first_root = rfc9162.root(LEAVES[:4])
    assert merkle.verify_consistency(4, head.size, result.consistency, first_root=first_root, second_root=head.root)


async def test_a_writer_who_knows_more_than_the_log_is_told_and_nothing_is_appended(
    log: Log, store: MemoryStore
) -> None:
    with pytest.raises(OutOfRange) as caught:
        await handlers.append([record(10)], COUNT + 1, log=log)
    assert caught.value.reason is Reason.LEDGER_RANGE
    assert len(store.entries) == COUNT


async def test_a_leaf_is_proven_by_place_and_by_hash(log: Log) -> None:
    by_place = await handlers.prove_inclusion(2, 0, log=log)
    by_hash = await handlers.prove_inclusion(LEAVES[2], 0, log=log)
    assert by_place == by_hash
    assert by_place.head == log.shown.head
    assert list(by_place.place.path) == rfc9162.path(2, LEAVES)


async def test_a_hash_is_looked_for_a_part_at_a_time(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "SEARCHED_AT_ONCE", 4)
    looking = asyncio.ensure_future(handlers.prove_inclusion(LEAVES[5], 0, log=log))
    await asyncio.sleep(0)
    assert not looking.done()
    assert (await looking).place.index == 5


async def test_a_leaf_is_proven_in_an_earlier_tree_without_its_head(log: Log) -> None:
    found = await handlers.prove_inclusion(2, 5, log=log)
    assert (found.size, found.head) == (5, None)
    assert list(found.place.path) == rfc9162.path(2, LEAVES[:5])


@pytest.mark.parametrize(("leaf", "size"), [(COUNT, 0), (3, 3), (0, COUNT + 1), (2**64 - 1, 0)])
async def test_a_place_beyond_the_tree_is_refused(log: Log, leaf: int, size: int) -> None:
    with pytest.raises(OutOfRange) as caught:
        await handlers.prove_inclusion(leaf, size, log=log)
    assert caught.value.reason is Reason.LEDGER_RANGE


@pytest.mark.parametrize(("leaf", "size"), [(bytes(32), 0), (LEAVES[4], 4)])
async def test_a_hash_that_the_tree_has_not_is_not_found(log: Log, leaf: bytes, size: int) -> None:
    with pytest.raises(NotFound) as caught:
        await handlers.prove_inclusion(leaf, size, log=log)
    assert caught.value.reason is Reason.NOT_FOUND


def test_growth_is_proven_between_any_two_trees(log: Log) -> None:
    newest = handlers.prove_consistency(3, 0, log=log)
    assert (newest.size, newest.head) == (COUNT, log.shown.head)
    assert list(newest.path) == rfc9162.proof(3, LEAVES)
    earlier = handlers.prove_consistency(3, 5, log=log)
    assert (earlier.size, earlier.head) == (5, None)
    assert list(earlier.path) == rfc9162.proof(3, LEAVES[:5])


@pytest.mark.parametrize(("first", "second"), [(COUNT + 1, 0), (4, 3), (1, COUNT + 1)])
def test_trees_that_are_not_there_are_refused(log: Log, first: int, second: int) -> None:
    with pytest.raises(OutOfRange) as caught:
        handlers.prove_consistency(first, second, log=log)
    assert caught.value.reason is Reason.LEDGER_RANGE


async def test_entries_are_read_page_by_page(log: Log, store: MemoryStore) -> None:
    page = await handlers.list_entries(1, 2, log=log, store=store)
    assert page.entries == (record(1).raw, record(2).raw)
    assert page.next_index == 3
    rest = await handlers.list_entries(3, 0, log=log, store=store)
    assert (len(rest.entries), rest.next_index) == (3, COUNT)
    assert await handlers.list_entries(COUNT, 0, log=log, store=store) == handlers.Page((), COUNT)
    with pytest.raises(OutOfRange):
        await handlers.list_entries(COUNT + 1, 0, log=log, store=store)


async def test_a_page_is_no_longer_than_a_client_takes(
    log: Log, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handlers, "PAGE_BYTES", len(record(0).raw) * 2)
    page = await handlers.list_entries(0, 5, log=log, store=store)
    assert (len(page.entries), page.next_index) == (2, 2)
    monkeypatch.setattr(handlers, "PAGE_BYTES", 1)
    assert len((await handlers.list_entries(0, 5, log=log, store=store)).entries) == 1
