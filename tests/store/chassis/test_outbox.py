"""Events: one commit with their change, delivered at least once and in order, taken over, given up, replayed."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, func, insert, select

from services.chassis.clock import ManualClock
from services.chassis.db import Database
from services.chassis.ids import SequenceIds
from services.chassis.outbox import LEASE, MOST_ATTEMPTS, Event, Outbox, define_outbox, pause
from services.chassis.relay import Relay

START = datetime(2026, 11, 24, 9, tzinfo=UTC)
METADATA = MetaData()
OUTBOX = define_outbox(METADATA)
CHANGES = Table("changes", METADATA, Column("number", Integer, primary_key=True))


class Failing(Exception):
    pass


class Consumer:
    """Takes events, except those it is told to refuse."""

    def __init__(self):
        self.taken = []
        self.refuses = set()
        self.came = asyncio.Event()

    async def __call__(self, event):
        if event.event_id in self.refuses:
            raise Failing("with a text that nobody may see")
        self.taken.append(event.event_id)
        self.came.set()


@pytest.fixture
def clock():
    return ManualClock(START)


@pytest.fixture
def database(database_url):
    engine = create_engine(database_url)
    METADATA.create_all(engine)
    engine.dispose()
    database = Database.open(database_url)
    yield database
    database.close()


@pytest.fixture
def outbox():
    return Outbox(OUTBOX)


@pytest.fixture
def consumer():
    return Consumer()


@pytest.fixture
async def relay(outbox, database, consumer, clock):
    return Relay(outbox, database=database, deliver=consumer, clock=clock, ids=SequenceIds(1))


def event(name, subject=b"s", due=START):
    return Event(name, "test.topic", subject, b"payload of " + name.encode(), "", due)


async def put(database, outbox, *events):
    def work(connection):
        for item in events:
            outbox.write(connection, item)

    await database.write(work)


async def left(database):
    return await database.read(lambda c: c.execute(select(func.count()).select_from(OUTBOX)).scalar_one())


async def test_an_event_is_delivered_once_it_is_written_and_then_forgotten(database, outbox, relay, consumer):
    await put(database, outbox, event("a"))
    assert await relay.step()
    assert consumer.taken == ["a"]
    assert await left(database) == 0
    assert not await relay.step()


async def test_a_change_that_fails_leaves_no_event(database, outbox, relay, consumer):
    def work(connection):
        connection.execute(insert(CHANGES), {"number": 1})
        outbox.write(connection, event("a"))
        raise Failing

    with pytest.raises(Failing):
        await database.write(work)
    assert not await relay.step()
    assert await left(database) == 0


async def test_events_of_one_subject_wait_for_each_other_and_those_of_others_do_not(
    database, outbox, relay, consumer, clock
):
    await put(database, outbox, event("a1", b"a"), event("a2", b"a"), event("b1", b"b"))
    consumer.refuses = {"a1"}
    await relay.step()
    assert consumer.taken == ["b1"]
    consumer.refuses = set()
    assert not await relay.step()
    clock.advance(pause(1))
    while await relay.step():
        pass
    assert consumer.taken == ["b1", "a1", "a2"]


async def test_an_event_is_not_delivered_before_it_is_due(database, outbox, relay, consumer, clock):
    await put(database, outbox, event("a", due=START + timedelta(hours=1)))
    assert not await relay.step()
    clock.advance(timedelta(hours=1))
    assert await relay.step()
    assert consumer.taken == ["a"]


async def test_a_relay_that_dies_is_taken_over_when_its_lease_ends(database, outbox, relay, consumer, clock):
    await put(database, outbox, event("a"))
    claimed = await database.write(lambda c: outbox.claim(c, lease="dead", now=clock.now()))
    assert [e.event_id for _, e in claimed] == ["a"]
    assert not await relay.step()
    clock.advance(LEASE)
    assert await relay.step()
    assert consumer.taken == ["a"]


async def test_a_relay_whose_lease_was_taken_over_forgets_nothing(database, outbox, clock):
    await put(database, outbox, event("a"))
    await database.write(lambda c: outbox.claim(c, lease="slow", now=clock.now()))
    clock.advance(LEASE)
    await database.write(lambda c: outbox.claim(c, lease="quick", now=clock.now()))
    await database.write(lambda c: outbox.delivered(c, ["a"], lease="slow"))
    assert await left(database) == 1


async def test_what_fails_too_often_is_a_dead_letter_until_it_is_replayed(database, outbox, relay, consumer, clock):
    await put(database, outbox, event("a", b"a"), event("later", b"a"))
    consumer.refuses = {"a"}
    for _ in range(MOST_ATTEMPTS):
        assert await relay.step()
        clock.advance(timedelta(hours=1))
    assert not await relay.step()
    (letter,) = await database.read(outbox.dead_letters)
    assert (letter.event_id, letter.attempts, letter.error) == ("a", MOST_ATTEMPTS, "Failing")
    assert consumer.taken == []
    consumer.refuses = set()
    assert not await database.write(lambda c: outbox.replay(c, "none", now=clock.now()))
    assert await database.write(lambda c: outbox.replay(c, "a", now=clock.now()))
    while await relay.step():
        pass
    assert consumer.taken == ["a", "later"]


async def test_a_running_relay_is_woken_by_the_commit(database, outbox, consumer, clock):
    relay = Relay(
        outbox,
        database=database,
        deliver=consumer,
        clock=clock,
        ids=SequenceIds(1),
        poll=timedelta(minutes=1),
    )
    running = asyncio.ensure_future(relay.run())
    await asyncio.sleep(0.05)
    await put(database, outbox, event("a"))
    async with asyncio.timeout(5):
        await consumer.came.wait()
    running.cancel()
    assert consumer.taken == ["a"]


async def test_two_relays_deliver_everything_once_and_in_order(database, outbox, consumer, clock):
    names = [f"{subject}{number:02}" for number in range(20) for subject in "abc"]
    await put(database, outbox, *(event(name, name[0].encode()) for name in names))
    relays = [
        Relay(outbox, database=database, deliver=consumer, clock=clock, ids=SequenceIds(space)) for space in (1, 2)
    ]
    while any(await asyncio.gather(*(relay.step() for relay in relays))):
        pass
    for subject in "abc":
        of_subject = [name for name in consumer.taken if name[0] == subject]
        assert of_subject == sorted(name for name in names if name[0] == subject)


def test_pauses_grow_up_to_a_limit():
    pauses = [pause(attempt) for attempt in range(1, 40)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=1)
    assert pauses[-1] == timedelta(minutes=5)
