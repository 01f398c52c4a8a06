"""The index over the log: everything is found by what it is about, in order, in pages, and made anew from nothing."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest

from services.ledger.oversight.domain import By, Period, approval_key
from services.ledger.oversight.indexer import AT_ONCE, Indexer
from services.ledger.oversight.store import SUBJECTS_AT_ONCE
from tests.store.ledger.disk import Disk
from tests.store.ledger.indexed import Office
from tests.unit.ledger.entries import (
    APPROVE,
    BEGIN_US,
    CHIEF,
    JUDGE,
    REFUSAL,
    SECOND,
    SUBMIT,
    WORKFLOW,
    approval,
    digest,
    entry,
)
from xiezhi.errors import DataLoss
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.proof import merkle

STORY = (
    entry(0, WORKFLOW, SUBMIT, about=1, case=5),
    entry(60, WORKFLOW, APPROVE, actor=CHIEF, about=1, case=5),
    entry(120, about=1, case=5, subjects=(7, 8)),
    # Kept while the ledger was away and appended later.
    entry(90, REFUSAL, case=6, subjects=(7,)),
    entry(120, about=1, case=5, subjects=(7, 7)),
    entry(200, actor="", court=""),
)


@pytest.fixture
async def office(disk: Disk) -> AsyncIterator[Office]:
    async with Office.open(disk) as opened:
        yield opened


FOUND = (
    (By.ACTOR, JUDGE, [4, 2, 3, 0]),
    (By.ACTOR, CHIEF, [1]),
    (By.ACTOR, "GAN0103-J001", []),
    (By.CASE, digest(5), [4, 2, 1, 0]),
    (By.CASE, digest(6), [3]),
    (By.SUBJECT, digest(7), [4, 2, 3]),
    (By.SUBJECT, digest(8), [2]),
    (By.SUBJECT, digest(5), []),
    (By.APPROVAL, uuid.UUID(int=1, version=4).bytes, [4, 2, 1, 0]),
    (By.APPROVAL, uuid.UUID(int=2, version=4).bytes, []),
)
SOUGHT = (CHIEF, digest(7), [4, 2, 3, 1])
"""Whose calls are searched for, what is kept of searches for that officer, and what is found."""
PERIODS = ((0, 120, [3, 0]), (120, 121, [4, 2]), (121, 9_999, []), (90, 91, [3]), (0, 200, [4, 2, 3, 0]))


async def test_of_an_officer_the_searches_for_that_officer_are_found_too(office: Office) -> None:
    await office.append(*STORY)
    officer, digested, places = SOUGHT
    page = await office.find(By.ACTOR, officer, sought=(digested,))
    assert [one.place.index for one in page.found] == places
    first = await office.find(By.ACTOR, officer, sought=(digested,), size=3)
    rest = await office.find(By.ACTOR, officer, sought=(digested,), after=first.after)
    assert [one.place.index for one in (*first.found, *rest.found)] == places


async def test_entries_are_found_by_what_they_are_about_newest_first(office: Office) -> None:
    await office.append(*STORY)
    for by, key, places in FOUND:
        assert await office.places(by, key) == places, (by, key)


async def test_each_entry_comes_with_its_bytes_and_a_proof_to_the_one_head(office: Office) -> None:
    await office.append(*STORY)
    page = await office.find(By.ACTOR, JUDGE)
    for one in page.found:
        assert ledger_pb2.Entry.FromString(one.raw) == STORY[one.place.index]
        leaf = merkle.leaf_hash(one.raw)
        assert merkle.verify_inclusion(leaf, one.place.index, page.head.size, path=one.place.path, root=page.head.root)
    assert page.head == office.log.shown.head


async def test_periods_are_half_open(office: Office) -> None:
    await office.append(*STORY)
    for start, end, places in PERIODS:
        period = Period(BEGIN_US + start * SECOND, BEGIN_US + end * SECOND)
        assert await office.places(By.ACTOR, JUDGE, period=period) == places, (start, end)


async def test_pages_follow_one_another_without_a_gap(office: Office) -> None:
    await office.append(*STORY)
    newest = [4, 2, 3, 0]
    for size in range(1, 5):
        found: list[int] = []
        page = await office.find(By.ACTOR, JUDGE, size=size)
        found += [one.place.index for one in page.found]
        # What comes in meanwhile is newer, and changes nothing of the pages that follow.
        newest.insert(0, office.log.shown.head.size)
        await office.append(entry(500 + size))
        while page.after is not None:
            page = await office.find(By.ACTOR, JUDGE, size=size, after=page.after)
            assert len(page.found) <= size
            found += [one.place.index for one in page.found]
        assert found == newest[1:]


async def test_an_entry_of_very_many_subjects_is_indexed_whole(office: Office) -> None:
    await office.append(entry(0, subjects=range(SUBJECTS_AT_ONCE + 1)), entry(1, subjects=(0,)))
    assert await office.index.advance(0, 2) == 1
    assert await office.places(By.SUBJECT, digest(0)) == [1, 0]
    assert await office.places(By.SUBJECT, digest(SUBJECTS_AT_ONCE)) == [0]


async def test_digests_under_several_keys_are_found_together(office: Office) -> None:
    await office.append(entry(0, case=1), entry(2, case=2), entry(1, case=1))
    assert await office.places(By.CASE, digest(1), digest(2)) == [1, 2, 0]


async def test_what_is_appended_is_found_at_once(office: Office) -> None:
    for number in range(3):
        await office.append(entry(number))
        assert len(await office.places(By.ACTOR, JUDGE)) == number + 1


async def test_all_of_a_long_log_is_indexed_by_several_who_search_at_once(office: Office) -> None:
    count = AT_ONCE + 5
    await office.append(*(entry(number, case=1) for number in range(count)))
    pages = await asyncio.gather(*(office.find(By.CASE, digest(1), size=200) for _ in range(4)))
    assert {tuple(one.place.index for one in page.found) for page in pages} == {
        tuple(range(count - 1, count - 201, -1))
    }
    assert await office.rows(["SELECT count(*) FROM indexed_calls"]) == [(count,)]


async def test_two_that_index_the_same_entries_index_them_once(office: Office) -> None:
    await office.append(*STORY)
    assert await office.index.advance(0, 4) == 4
    assert await office.index.advance(0, 6) == 4
    assert await office.index.advance(4, 6) == 6
    assert await office.rows(["SELECT count(*) FROM indexed_calls"]) == [(6,)]


async def test_a_restart_goes_on_where_the_index_was(disk: Disk) -> None:
    async with Office.open(disk) as office:
        await office.append(*STORY)
        await office.index.advance(0, 3)
    async with Office.open(disk) as office:
        assert await office.index.next_index() == 3
        assert await office.places(By.CASE, digest(5)) == [4, 2, 1, 0]


async def test_an_index_that_was_emptied_is_made_anew(disk: Disk) -> None:
    async with Office.open(disk) as office:
        await office.append(*STORY)
        await office.places(By.CASE, digest(5))
    disk.tamper("DELETE FROM indexed_calls", "DELETE FROM indexed_subjects", "UPDATE index_cursor SET next_index = 0")
    async with Office.open(disk) as office:
        assert await office.places(By.SUBJECT, digest(7)) == [4, 2, 3]


async def test_an_index_of_entries_that_are_not_there_is_damage(disk: Disk) -> None:
    async with Office.open(disk) as office:
        await office.append(*STORY)
        await office.places(By.CASE, digest(5))
        disk.tamper("DELETE FROM entries WHERE leaf_index = 2")
        with pytest.raises(DataLoss):
            await office.find(By.CASE, digest(5))


async def test_bytes_that_are_no_entry_are_damage(office: Office, disk: Disk) -> None:
    await office.append(*STORY)
    disk.tamper("UPDATE entries SET entry = leaf_hash WHERE leaf_index = 2")
    with pytest.raises(DataLoss):
        await Indexer(office.index, office.log).catch_up(6)


async def test_a_name_that_names_no_approval_is_indexed_without_it(office: Office) -> None:
    odd = entry(0)
    odd.approval = "approvals/none"
    await office.append(odd, entry(1, about=1))
    assert approval_key("seizures/7") is None
    assert await office.places(By.APPROVAL, uuid.UUID(approval(1).removeprefix("approvals/")).bytes) == [1]
    assert await office.places(By.ACTOR, JUDGE) == [1, 0]
