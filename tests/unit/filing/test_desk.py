"""The desk: what is looked at before anything changes, in which order, and what each paper is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.clock import ManualClock
from services.chassis.ids import SequenceIds
from services.filing.desk import Desk, take
from services.filing.domain import DocumentKind, Paper
from tests.unit.filing.handed import COURT, NOW, filing, sealed
from tests.unit.filing.memory import MemoryStore
from tests.unit.filing.papers import paper, verify
from xiezhi.errors import XiezhiError

DECISION, NOTICE, OTHER = (
    DocumentKind.EXIT_RESTRICTION_DECISION,
    DocumentKind.ASSISTANCE_NOTICE,
    DocumentKind.OTHER,
)
HANDED = filing(sealed(DECISION, "限制出境", "张三"), sealed(NOTICE, "协助", "张三", "李四"))


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def clock():
    return ManualClock(NOW)


@pytest.fixture
def told():
    return []


@pytest.fixture
def take_in(store, clock, told):
    """Takes a filing in, and keeps what the use case is told."""

    async def take_in(handed=HANDED, *, verify=verify, **texts):
        def act(accepted, files):
            told.append((accepted, files))
            return b"answer %d" % len(told)

        return await take(handed, act, desk=Desk(store, verify, clock, SequenceIds()), **texts)

    return take_in


async def test_each_paper_is_asked_for_its_own_texts(take_in, told):
    assert await take_in(sought={0: ("张三", "李四"), 1: ["李四", "王五"]}) == b"answer 1"
    ((accepted, files),) = told
    assert (accepted.filing, files, accepted.now) == (HANDED, "files", NOW)
    assert [(d.kind, d.number) for d in accepted.documents] == [(DECISION, "0"), (NOTICE, "1")]
    assert accepted.mentioned == ({"张三"}, {"李四"})
    assert accepted.mentions(0, "张三")
    assert not accepted.mentions(0, "李四")
    assert accepted.mentions_any(1, ["王五", "李四"])
    assert not accepted.mentions_any(1, [])


@pytest.mark.parametrize(
    ("place", "text"),
    [
        pytest.param(1, "张三", id="sought in the other paper only"),
        pytest.param(0, "限制出境", id="sought in none"),
        pytest.param(2, "张三", id="no such paper"),
        pytest.param(-1, "李四", id="no place counted from the end"),
    ],
)
async def test_what_was_not_sought_in_a_paper_counts_as_not_mentioned(take_in, told, place, text):
    await take_in(sought={0: ["张三"], 1: ["李四"], 2: ["张三"]})
    ((accepted, _),) = told
    assert not accepted.mentions(place, text)
    assert not accepted.mentions_any(place, [text])


async def test_texts_that_are_looked_up_are_sought_beside_those_given(take_in, told):
    async def look_up():
        return {0: frozenset({"张三"}), 1: ("张三",)}

    await take_in(sought={1: ["李四"]}, look_up=look_up)
    assert told[0][0].mentioned == ({"张三"}, {"张三", "李四"})


async def test_several_files_of_a_kind_are_asked_each_by_itself(take_in, told):
    evidence = [sealed(OTHER, name) for name in ("甲", "乙", "丙")]
    await take_in(filing(*evidence), sought=dict.fromkeys(range(3), ("甲", "丙")))
    assert told[0][0].mentioned == ({"甲"}, frozenset(), {"丙"})


async def test_what_was_answered_is_answered_again_without_a_look_at_anything(take_in, store):
    assert await take_in() == b"answer 1"

    def broken(pdf, *, organisation, now):
        raise AssertionError

    async def look_up():
        raise AssertionError

    assert await take_in(verify=broken, look_up=look_up) == b"answer 1"
    assert store.changes == 1
    with pytest.raises(XiezhiError, match="REQUEST_ID_REUSED"):
        await take_in(replace(HANDED, key=replace(HANDED.key, sha256=b"\x01" * 32)))


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(
    ("pdf", "reason"), [(b"UNSEALED", "DOCUMENT_UNSEALED"), (paper("赣01", "张三"), "SEAL_OF_ANOTHER_COURT")]
)
async def test_one_paper_that_does_not_hold_changes_nothing(take_in, store, told, *, place, pdf, reason):
    papers = list(HANDED.papers)
    papers[place] = Paper(papers[place].kind, pdf)
    with pytest.raises(XiezhiError, match="DOCUMENT_NOT_LISTED"):
        await take_in(replace(HANDED, papers=tuple(papers)))
    with pytest.raises(XiezhiError, match=reason):
        await take_in(filing(*papers))
    assert (store.changes, told) == (0, [])


async def test_the_order_counts_from_when_it_is_written_down(take_in, clock, told):
    def slow(pdf, *, organisation, now):
        clock.advance(timedelta(seconds=1))
        return verify(pdf, organisation=organisation, now=now)

    await take_in(verify=slow)
    assert told[0][0].now == NOW + timedelta(seconds=len(HANDED.papers))
    assert told[0][0].filing.author.court_code == COURT
