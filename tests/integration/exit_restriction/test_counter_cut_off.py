"""A counter whose exchange is away holds nobody a moment longer, and catches up when the exchange is back."""

from __future__ import annotations

import asyncio
import threading
import warnings
from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.clock import ManualClock
from services.chassis.db import Database
from services.chassis.migrations import upgrade
from services.chassis.sealing import Keyring
from services.codes.terms import end_of
from services.exit_restriction.loader import SubjectLoader
from tests.integration.exit_restriction.served import Ledger, Served, until
from tests.store.exit_restriction.office import COUNTER_LEASE, Office
from tests.unit.exit_restriction.told import LAST_DAY
from tests.unit.exit_restriction.travellers import person
from xiezhi.client import Credentials, connect
from xiezhi.client.counter import CounterCopy, Decision
from xiezhi.client.follower import Follower
from xiezhi.exit_restriction.v1 import counter_pb2_grpc
from xiezhi.pki import InsecureDevelopmentKeys, InsecureDevelopmentKeysWarning

PASS, RESTRICTED, MANUAL = Decision
PEOPLE = ENDING, LASTING, LATER = person(1), person(2), person(3)
ENDS = end_of(LAST_DAY)
TICK = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def keys(tmp_path):
    made = InsecureDevelopmentKeys(tmp_path / "keys")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureDevelopmentKeysWarning)
        made.create(now=datetime.now(UTC))
    return made


@pytest.fixture
def clock():
    return ManualClock(ENDS - 12 * MINUTE)


@pytest.fixture
async def office(tmp_path, clock):
    url, ring = f"sqlite:///{tmp_path / 'exit.db'}", Keyring.create(tmp_path / "ring.json")
    upgrade(url, package="services.exit_restriction")
    with SubjectLoader(url, keyring=ring, clock=clock) as loader:
        loader.add(PEOPLE)
    database = Database.open(url)
    yield Office(database, keyring=ring, clock=clock)
    database.close()


@pytest.fixture
async def served(office, keys):
    made = Served(office.counter, keys.tls("gateway"), Ledger())
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def copy(served, keys, clock):
    files = keys.tls("police")
    credentials = Credentials.from_files(ca=files.authority, certificate=files.certificate, key=files.key)
    made = CounterCopy()
    with connect(served.address, credentials=credentials, token="t0ken", log_key=served.ledger.log.key) as client:
        stub = counter_pb2_grpc.ApplicationCounterServiceStub(client.channel)
        follower = Follower(made, stub, now=clock.now, pause=timedelta(milliseconds=20))
        thread = threading.Thread(target=follower.follow)
        thread.start()
        yield made
        follower.stop()
        await asyncio.to_thread(thread.join, 20)
        assert not thread.is_alive()


@pytest.mark.clause("R-1.10", "R-1.13")
async def test_a_counter_that_is_cut_off_holds_nobody_longer(office, served, copy, clock):
    def said(*people):
        return [copy.decide(one.numbers[0], clock.now()).decision for one in people]

    await office.file(ENDING)
    await office.file(LASTING, last_day=LAST_DAY + timedelta(days=365))
    await until(lambda: said(*PEOPLE) == [RESTRICTED, RESTRICTED, PASS])

    # It is away for a moment only: the counter goes on where it was, and misses nothing.
    await served.stop()
    clock.advance(MINUTE)
    await office.file(LATER, last_day=LAST_DAY + timedelta(days=365))
    assert said(*PEOPLE) == [RESTRICTED, RESTRICTED, PASS]
    await served.start()
    await until(lambda: said(LATER) == [RESTRICTED])
    lease_end = copy.lease_end
    assert lease_end == ENDS - 11 * MINUTE + COUNTER_LEASE

    # It is away over the end of a term, and over the lease.
    await served.stop()
    clock.set(ENDS - TICK)
    assert said(*PEOPLE) == [RESTRICTED] * 3
    clock.set(ENDS)
    assert said(*PEOPLE) == [PASS, RESTRICTED, RESTRICTED]
    clock.set(lease_end - TICK)
    assert said(*PEOPLE) == [PASS, RESTRICTED, RESTRICTED]
    clock.set(lease_end)
    assert said(*PEOPLE) == [MANUAL] * 3
    assert len(copy) == 0

    await served.start()
    await until(lambda: said(*PEOPLE) == [PASS, RESTRICTED, RESTRICTED])
