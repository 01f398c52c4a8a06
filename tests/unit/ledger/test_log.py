"""The running log: what it shows, what it refuses, and what a failing store or disk does to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from services.ledger import log as module
from services.ledger.log import Appended, Log
from services.ledger.recovery import recover
from tests.unit.ledger.fakes import MemoryHighWater, MemoryStore, id_of, record, signer
from tests.unit.proof import rfc9162
from xiezhi.errors import AlreadyExists, DataLoss, OutOfRange, Reason, Unavailable
from xiezhi.proof import merkle


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def high_water() -> MemoryHighWater:
    return MemoryHighWater()


@pytest.fixture
async def log(store: MemoryStore, high_water: MemoryHighWater) -> Log:
    return await recover(store, signer=signer(), high_water=high_water, id_of=id_of)


def _require_agreement(log: Log, store: MemoryStore, high_water: MemoryHighWater) -> None:
    """What is shown is in the file, and what is in the file is in the store."""
    leaves = [r.leaf_hash for r in store.entries]
    shown, kept = log.shown.head, high_water.head
    assert kept is not None
    assert store.head is not None
    assert shown.size <= kept.size <= store.head.size == len(leaves)
    for head in (shown, kept, store.head):
        assert head.root == rfc9162.root(leaves[: head.size])
        signer().require_own(head)


def _proves(appended: Appended, *numbers: int) -> bool:
    head, view = appended.shown.head, appended.shown.view
    return all(
        merkle.verify_inclusion(record(n).leaf_hash, index, head.size, path=view.inclusion(index), root=head.root)
        for n, index in zip(numbers, appended.indexes, strict=True)
    )


async def _outcome(work: Awaitable[Any]) -> Any:
    try:
        return await work
    except Exception as failure:  # noqa: BLE001 - the test looks at it
        return failure


async def test_an_appended_entry_is_proven(log: Log, store: MemoryStore, high_water: MemoryHighWater) -> None:
    for number in range(5):
        appended = await log.append([record(number)])
        assert appended.indexes == (number,)
        assert appended.shown.head.size == number + 1
        assert _proves(appended, number)
        _require_agreement(log, store, high_water)


async def test_concurrent_appends_share_a_commit_and_a_head(log: Log, store: MemoryStore) -> None:
    results = await asyncio.gather(*(log.append([record(n), record(100 + n)]) for n in range(50)))
    assert store.commits <= 2
    assert {i for a in results for i in a.indexes} == set(range(100))
    assert all(_proves(a, n, 100 + n) for n, a in enumerate(results))


async def test_appending_again_changes_nothing(log: Log, store: MemoryStore) -> None:
    first = await log.append([record(0), record(1)])
    again = await log.append([record(1), record(0)])
    assert again.indexes == (1, 0)
    assert again.shown.head == first.shown.head
    assert len(store.entries) == 2


async def test_another_entry_of_the_same_id_is_refused(log: Log, store: MemoryStore) -> None:
    await log.append([record(0)])
    good, bad = await asyncio.gather(log.append([record(1)]), _outcome(log.append([record(2), record(0, "changed")])))
    assert good.indexes == (1,)
    assert isinstance(bad, AlreadyExists)
    assert bad.reason is Reason.REQUEST_ID_REUSED
    assert len(store.entries) == 2


@pytest.mark.parametrize("failure", ["before", "after", "later"])
async def test_a_commit_that_fails_is_not_shown_and_can_be_repeated(
    log: Log, store: MemoryStore, high_water: MemoryHighWater, failure: str
) -> None:
    await log.append([record(0)])
    store.failures.append(failure)
    with pytest.raises(Unavailable) as caught:
        await log.append([record(1)])
    assert caught.value.reason is Reason.STORE_UNAVAILABLE
    assert log.shown.head.size == 1
    _require_agreement(log, store, high_water)
    appended = await log.append([record(2), record(1)])
    assert _proves(appended, 2, 1)
    assert sorted(appended.indexes) == [1, 2]
    _require_agreement(log, store, high_water)


@pytest.mark.parametrize("failures", [["after", "before"], ["before", "before", "after"], ["later", "before", "after"]])
async def test_failures_one_after_another_leave_one_log(
    log: Log, store: MemoryStore, high_water: MemoryHighWater, failures: list[str]
) -> None:
    store.failures.extend(failures)
    for number in range(len(failures)):
        await _outcome(log.append([record(number)]))
    appended = await log.append([record(n) for n in range(5)])
    assert _proves(appended, *range(5))
    assert len(store.entries) == 5
    _require_agreement(log, store, high_water)


async def test_a_store_that_is_away_is_told_and_forgiven(log: Log, store: MemoryStore) -> None:
    store.failures.append("after")
    await _outcome(log.append([record(0)]))
    store.away = True
    for number in range(3):
        assert isinstance(await _outcome(log.append([record(number)])), Unavailable)
    store.away = False
    assert (await log.append([record(2)])).indexes == (1,)


async def test_nothing_is_shown_before_the_high_water_file_has_it(
    log: Log, store: MemoryStore, high_water: MemoryHighWater
) -> None:
    high_water.full = True
    with pytest.raises(Unavailable, match="high-water"):
        await log.append([record(0)])
    assert log.shown.head.size == 0
    with pytest.raises(OutOfRange):
        log.view(1)
    with pytest.raises(Unavailable, match="high-water"):
        await log.append([record(0)])
    high_water.full = False
    appended = await log.append([record(0)])
    assert appended.indexes == (0,)
    assert len(store.entries) == 1
    _require_agreement(log, store, high_water)


def _roll_back(store: MemoryStore) -> None:
    store.entries, store.head = store.entries[:1], signer().sign(1, store.entries[0].leaf_hash, after=None)


def _append_elsewhere(store: MemoryStore) -> None:
    store.entries.append(record(77))
    store.head = signer().sign(3, rfc9162.root([r.leaf_hash for r in store.entries]), after=None)


def _lose_head(store: MemoryStore) -> None:
    store.head = None


def _exchange_entry(store: MemoryStore) -> None:
    changed = record(0, "changed")
    store.entries[0] = changed


@pytest.mark.parametrize("change", [_roll_back, _append_elsewhere, _lose_head, _exchange_entry])
async def test_a_store_changed_behind_its_back_ends_the_service(log: Log, store: MemoryStore, change: Any) -> None:
    await log.append([record(0), record(1)])
    change(store)
    with pytest.raises(DataLoss) as caught:
        await log.append([record(2), record(0)])
    assert caught.value.reason is Reason.LEDGER_DAMAGED
    for use in (log.require_sound, lambda: log.shown, lambda: log.view(1)):
        with pytest.raises(DataLoss):
            use()
    with pytest.raises(DataLoss):
        await log.append([record(3)])


async def test_a_catch_up_that_finds_other_entries_ends_the_service(log: Log, store: MemoryStore) -> None:
    store.failures.append("after")
    await _outcome(log.append([record(0)]))
    store.entries[0] = record(5)
    with pytest.raises(DataLoss, match="hash"):
        await log.append([record(1)])


async def test_a_catch_up_that_finds_none_ends_the_service(log: Log, store: MemoryStore) -> None:
    store.failures.append("after")
    await _outcome(log.append([record(0)]))
    store.entries.clear()
    with pytest.raises(DataLoss, match="missing"):
        await log.append([record(1)])


async def test_only_trees_that_were_shown_are_shown(log: Log) -> None:
    await log.append([record(n) for n in range(5)])
    assert log.view(0).size == log.view(5).size == 5
    assert log.view(3).root == rfc9162.root([record(n).leaf_hash for n in range(3)])
    with pytest.raises(OutOfRange) as caught:
        log.view(6)
    assert caught.value.reason is Reason.LEDGER_RANGE


async def test_a_caller_who_goes_away_before_the_commit_leaves_nothing(log: Log, store: MemoryStore) -> None:
    first = asyncio.ensure_future(log.append([record(0)]))
    await asyncio.sleep(0)
    gone = asyncio.ensure_future(log.append([record(1)]))
    await asyncio.sleep(0)
    gone.cancel()
    await first
    await log.append([record(2)])
    assert [r.entry_id for r in store.entries] == [record(0).entry_id, record(2).entry_id]


async def test_too_much_at_once_is_refused(log: Log, store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING_BYTES", 100)
    results = await asyncio.gather(*(_outcome(log.append([record(n)])) for n in range(50)))
    refused = [r for r in results if isinstance(r, Unavailable)]
    assert refused
    assert len(store.entries) == 50 - len(refused)
    assert (await log.append([record(99)])).indexes == (len(store.entries) - 1,)


async def test_a_group_has_its_limits(log: Log, store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GROUP_ENTRIES", 4)
    await asyncio.gather(*(log.append([record(2 * n), record(2 * n + 1)]) for n in range(8)))
    assert store.commits == 4


async def test_closing_finishes_what_is_under_way(log: Log, store: MemoryStore) -> None:
    work = asyncio.ensure_future(log.append([record(0)]))
    await asyncio.sleep(0)
    await log.close()
    assert len(store.entries) == 1
    assert (await work).indexes == (0,)
    await log.close()
