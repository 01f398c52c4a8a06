"""Calendars: adopted once, kept in all versions, and read by whoever computes deadlines."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select

from services.referral.calendars.rows import CalendarRows
from services.referral.calendars.tables import CALENDARS as TABLE
from services.referral.domain import Calendar, Calendars
from services.referral.published import published_calendars
from tests.unit.referral.domain.referred import at, on
from xiezhi.errors import Reason, XiezhiError

NOTICE = Calendar(2027, "国办发明电〔2026〕7号", frozenset({on("2027-01-01")}), frozenset({on("2027-01-02")}), "通知")


@pytest.fixture
def adopt(supervised, database):
    """Adopts a calendar as a call does."""

    async def adopt(calendar):
        return await database.write(partial(supervised.calendars.adopt, calendar=calendar, clock=supervised.clock))

    return adopt


async def read(supervised):
    return await supervised.database.read(supervised.calendars.read)


async def test_those_that_come_with_it_count_from_the_beginning_and_once(supervised):
    assert (await read(supervised)).versions == published_calendars()
    assert await supervised.start() == 0
    assert [c.adopted_at for c in (await read(supervised)).versions] == [None] * len(published_calendars())


async def test_what_a_newer_version_of_the_software_brings_counts_from_then_on(supervised, clock):
    renamed = tuple(replace(c, version=f"{c.version}-newer") for c in published_calendars())
    brought = Calendar(2027, "chinesecalendar-2", NOTICE.off, NOTICE.work, "通知")
    clock.set(at("2026-11-20"))
    assert await supervised.start((*renamed, brought)) == 1
    assert (await read(supervised)).of(2027) == replace(brought, adopted_at=at("2026-11-20"))
    assert await supervised.start((*renamed, brought)) == 0


async def test_a_year_that_an_operator_brought_is_not_replaced_by_the_software(supervised, adopt):
    kept = await adopt(NOTICE)
    assert await supervised.start([Calendar(2027, "chinesecalendar-2", frozenset(), frozenset(), "通知")]) == 0
    assert (await read(supervised)).of(2027) == kept.calendar


async def test_an_adopted_one_counts_from_now_on_and_the_older_version_before(supervised, adopt, clock):
    first = await adopt(NOTICE)
    clock.set(at("2026-12-20"))
    second = await adopt(replace(NOTICE, version="更正", off=frozenset()))
    assert (first.sequence + 1, second.is_imported) == (second.sequence, True)
    calendars = await read(supervised)
    assert calendars.of(2027).version == "更正"
    assert calendars.as_of(at("2026-12-19")).of(2027).version == NOTICE.version
    assert calendars.of(2027, NOTICE.version).off == NOTICE.off


async def test_one_that_is_there_stays_as_it_was(supervised, adopt, clock):
    first = await adopt(NOTICE)
    clock.set(at("2026-12-20"))
    assert await adopt(NOTICE) == first


@pytest.mark.parametrize(
    "wrong",
    [
        replace(NOTICE, off=frozenset()),
        replace(NOTICE, version="chinesecalendar-9"),
        replace(NOTICE, version="provisional-2027"),
    ],
)
async def test_a_version_has_one_set_of_days_and_a_name_of_its_own(supervised, adopt, wrong):
    await adopt(NOTICE)
    before = await read(supervised)
    with pytest.raises(XiezhiError) as refusal:
        await adopt(wrong)
    assert refusal.value.reason is Reason.CALENDAR_INVALID
    assert await read(supervised) == before


async def test_a_process_learns_what_another_one_adopted(supervised, adopt, database):
    other = CalendarRows()
    assert (await database.read(other.read)).of(2027).is_provisional
    await adopt(NOTICE)
    assert not (await database.read(other.read)).of(2027).is_provisional
    assert (await database.write(other.share)) == await read(supervised)


async def test_rows_are_only_added(supervised, adopt, database):
    before = await database.read(lambda c: c.execute(select(TABLE).order_by(TABLE.c.sequence)).all())
    await adopt(NOTICE)
    after = await database.read(lambda c: c.execute(select(TABLE).order_by(TABLE.c.sequence)).all())
    assert after[:-1] == before
    assert Calendars((*published_calendars(),)).versions == (await read(supervised)).versions[:-1]
