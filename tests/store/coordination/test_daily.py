"""The daily look: organisations are told of what is missing and of what expires, by keys that stay the same."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from services.chassis.feed import Feed
from services.chassis.outbox import Outbox
from services.chassis.sealing import Sealer
from services.coordination.changes import NO_DEPARTMENT, ChangeKind
from services.coordination.daily import DailyLook
from services.coordination.metadata import METADATA
from services.coordination.notices.convert import describe
from services.coordination.notices.tables import FEED, OUTBOX
from services.coordination.notices.telling import Telling
from tests.store.coordination.conftest import COURT, POLICE, PROVINCE, TODAY, appoint, card

TRAFFIC = 4


@pytest.fixture
def look(replica, keyring, clock):
    return DailyLook(replica.database, keyring=keyring, tell=replica.tell, clock=clock)


def of(replica, kind, court=COURT):
    return [one for one in replica.told if one.kind is kind and one.told == (court,)]


async def test_faults_are_told_with_since_when(replica, look, clock):
    await replica.ask(appoint("L-001"))
    await replica.ask(appoint("L-002", last=TODAY))
    await look.look()
    assert not of(replica, ChangeKind.DIRECTORY_FAULT)
    assert await look.look() == 0
    clock.advance(timedelta(days=1))
    await look.look()
    (fault,) = of(replica, ChangeKind.DIRECTORY_FAULT)
    assert (fault.subject, fault.organisation, fault.key) == ("", COURT, f"faults/{COURT}/0/GAP/2026-11-25")
    clock.advance(timedelta(days=1))
    await look.look()
    assert {one.key for one in of(replica, ChangeKind.DIRECTORY_FAULT)} == {fault.key}


@pytest.mark.clause("R-4.2", "R-4.4")
async def test_gaps_of_police_departments_reach_their_command_centre_or_the_provinces(replica, look, clock):
    def told(organisation):
        found = [one for one in replica.told if one.organisation == organisation]
        return {one.department: one.told for one in found}

    await replica.ask(appoint("P-001", POLICE, department=TRAFFIC), POLICE)
    await look.look()
    # Nobody is at the command centre, so the province's is told too.
    assert told(POLICE) == dict.fromkeys((1, 2, 3, 5, 6), (POLICE, PROVINCE))
    assert told("360103000000") == {NO_DEPARTMENT: ("360103000000", PROVINCE)}
    await replica.ask(appoint("P-002", POLICE, department=1), POLICE)
    replica.told.clear()
    clock.advance(timedelta(days=1))
    await look.look()
    assert told(POLICE) == dict.fromkeys((2, 3, 5, 6), (POLICE,))


@pytest.mark.parametrize(
    ("last", "told"), [(TODAY + timedelta(days=31), False), (TODAY + timedelta(days=30), True), (TODAY, True)]
)
async def test_credentials_that_expire_soon(replica, look, last, told):
    name = (await replica.ask(card("GAN0102-J001", "W-1", first=date(2026, 1, 1), last=last))).credential.name
    await look.look()
    found = [(one.subject, one.key) for one in of(replica, ChangeKind.CREDENTIAL_EXPIRING)]
    assert found == ([(name, f"{name}/expiring")] if told else [])


async def test_written_as_notices_each_is_told_once_by_however_many_replicas(open_replica, keyring, clock):
    replicas = [open_replica(), open_replica()]
    for replica in replicas:
        outbox = Outbox(OUTBOX)
        feed = Feed(FEED, database=replica.database, outbox=outbox, sealer=Sealer(keyring), clock=clock)
        tell = Telling(feed, describe=describe, acknowledge_within=timedelta(hours=24))
        assert await DailyLook(replica.database, keyring=keyring, tell=tell, clock=clock).look() > 100
    count = select(func.count()).select_from(METADATA.tables["feed_notices"])
    told = select(func.count(METADATA.tables["feed_notices"].c.notice_id.distinct()))
    numbers = await replicas[0].database.read(lambda c: (c.execute(count).scalar_one(), c.execute(told).scalar_one()))
    assert numbers[0] == numbers[1] > 100
