"""Following: everything, in order, only one's own, from where one was, whatever stops meanwhile."""

import asyncio
import threading
import uuid
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, select, update

from services.chassis.clock import ManualClock
from services.chassis.feed import cursor_of, read_cursor
from services.chassis.sealing import SealError
from tests.store.chassis.feed.desk import PATIENCE, TABLES, Desk, create_tables, until, words
from xiezhi.errors import Reason, XiezhiError

START = datetime(2026, 11, 24, 9, tzinfo=UTC)


async def each(desk, words):
    """Writes notices, each in a transaction of its own."""
    for word in words:
        await desk.tell(word)


async def test_notices_come_in_order_with_everything_that_was_written(desk, clock):
    first = desk.notice("one", traceparent=f"00-{'ab' * 16}-{'cd' * 8}-01", subject=b"s1")
    await desk.write(first, desk.notice("two"))
    await desk.tell("three")
    taken = await desk.take(3)
    assert words(taken) == ["one", "two", "three"]
    assert [notice.number for notice in taken] == [1, 2, 3]
    kept = taken[0]
    assert (kept.notice_id, kept.addressee, kept.topic, kept.subject) == (first.notice_id, "a", "test.told", b"s1")
    assert (kept.traceparent, kept.made_at) == (first.traceparent, clock.now())
    assert (kept.ack_due_at, kept.acked_at) == (None, None)


async def test_a_notice_is_written_once_under_its_id_and_leaves_no_gap(desk):
    first, second = desk.notice("one"), desk.notice("two")
    assert await desk.write(first, first) == [True, False]
    assert await desk.write(first, second) == [False, True]
    assert [(notice.number, notice.payload) for notice in await desk.take(2)] == [(1, b"one"), (2, b"two")]


async def test_the_id_of_another_addressees_notice_is_refused(desk):
    notice = desk.notice("one")
    await desk.write(notice)
    with pytest.raises(ValueError, match="one addressee"):
        await desk.write(desk.notice("two", "b", notice_id=notice.notice_id))
    assert await desk.all_told("a", "b") == {"a": ["one"], "b": []}


async def test_a_change_that_fails_tells_nobody_and_takes_no_number(desk):
    def failing(connection):
        desk.feed.write(connection, desk.notice("never"))
        raise KeyError

    outcomes = await asyncio.gather(
        desk.tell("one"), desk.database.write(failing), desk.tell("two"), return_exceptions=True
    )
    assert isinstance(outcomes[1], KeyError)
    assert [(notice.number, notice.payload) for notice in await desk.take(2)] == [(1, b"one"), (2, b"two")]


async def test_a_follower_that_waits_is_woken_by_the_commit_of_its_process(feed_url, open_desk):
    desk = open_desk(feed_url, poll=timedelta(seconds=PATIENCE))
    async with asyncio.timeout(PATIENCE / 2), aclosing(desk.feed.follow("a", after=None)) as groups:
        waiting = asyncio.ensure_future(anext(groups))
        await until(lambda: desk.feed._lookout._watched)
        await desk.tell("one")
        assert words(await waiting) == ["one"]
        waiting = asyncio.ensure_future(anext(groups))
        await desk.tell("two", "three")
        assert words(await waiting) == ["two", "three"]


async def test_a_follower_finds_what_another_process_writes(desk, other):
    async with asyncio.timeout(PATIENCE), aclosing(desk.feed.follow("a", after=None)) as groups:
        for word in ("one", "two"):
            waiting = asyncio.ensure_future(anext(groups))
            await other.tell(word)
            assert words(await waiting) == [word]


async def test_groups_are_bounded(desk):
    await desk.tell(*(f"{number}" for number in range(250)))
    async with asyncio.timeout(PATIENCE), aclosing(desk.feed.follow("a", after=0)) as groups:
        sizes = [len(await anext(groups)) for _ in range(3)]
    assert sizes == [100, 100, 50]


async def test_without_a_cursor_one_begins_with_the_first_that_is_not_acknowledged(desk):
    ids = await desk.tell("one", "two", "three")
    await desk.acknowledge(ids[0], ids[2])
    taken = await desk.take(2, after=None)
    assert words(taken) == ["two", "three"]
    assert [notice.acked_at is None for notice in taken] == [True, False]
    await desk.acknowledge(ids[1])
    waiting = asyncio.ensure_future(desk.take(1, after=None))
    await desk.tell("four")
    assert words(await waiting) == ["four"]


async def test_one_resumes_by_cursor_without_loss_or_repetition(desk, other):
    numbers = [str(number) for number in range(30)]
    taken, cursor = [], ""
    telling = asyncio.ensure_future(each(other, numbers))
    while len(taken) < len(numbers):
        async with (
            asyncio.timeout(PATIENCE),
            aclosing(desk.feed.follow("a", after=read_cursor(cursor, addressee="a") or 0)) as groups,
        ):
            # The first notice of a group only: the connection breaks then, and the rest comes again.
            notice = (await anext(groups))[0]
        taken.append(notice.payload.decode())
        cursor = cursor_of(notice)
    await telling
    assert taken == numbers


async def test_a_cursor_that_the_stream_has_not_reached_is_refused(desk):
    await desk.tell("one")
    for after in (2, -1):
        with pytest.raises(XiezhiError) as refused:
            await desk.take(1, after=after)
        assert refused.value.reason is Reason.PAGE_TOKEN_INVALID


async def test_two_followers_each_receive_everything(desk, other):
    numbers = [str(number) for number in range(40)]
    following = [asyncio.ensure_future(one.take(40)) for one in (desk, desk, other)]
    await asyncio.gather(each(desk, numbers[:20]), each(desk, numbers[20:]))
    first, *rest = [words(taken) for taken in await asyncio.gather(*following)]
    assert sorted(first) == sorted(numbers)
    assert all(taken == first for taken in rest)


async def test_order_and_numbers_hold_under_concurrent_writers(desk, other):
    async def write_all(one, name):
        for number in range(15):
            await one.write(*(one.notice(f"{name}{number:02}", addressee) for addressee in "abc"))

    # SQLite belongs to one process: a second writer may wait for its lock for as long as it likes.
    second = other if desk.url.startswith("postgresql") else desk
    await asyncio.gather(*(write_all(one, name) for one, name in zip((desk, second) * 3, "uvwxyz", strict=True)))
    for addressee in "abc":
        taken = await desk.take(90, addressee)
        assert [notice.number for notice in taken] == list(range(1, 91))
        for name in "uvwxyz":
            of_writer = [word for word in words(taken) if word[0] == name]
            assert of_writer == [f"{name}{number:02}" for number in range(15)]


@pytest.mark.postgres
async def test_a_reader_never_skips_what_commits_later(postgres_url, open_desk):
    """Two transactions write in one order and commit in the other, while a third process follows."""
    slow, quick, reader = (open_desk(create_tables(postgres_url)) for _ in range(3))
    written, leave = threading.Event(), threading.Event()

    def hold(connection):
        slow.feed.write(connection, slow.notice("early"))
        written.set()
        assert leave.wait(PATIENCE)

    holding = asyncio.ensure_future(slow.database.write(hold))
    await asyncio.to_thread(written.wait, PATIENCE)
    await quick.tell("late")
    async with asyncio.timeout(PATIENCE), aclosing(reader.feed.follow("a", after=0)) as groups:
        assert words(await anext(groups)) == ["late"]
        leave.set()
        await holding
        (notice,) = await anext(groups)
    assert (notice.number, notice.payload) == (2, b"early")


@pytest.mark.postgres
async def test_writers_of_the_same_addressees_in_any_order_never_wait_in_a_circle(postgres_url, open_desk):
    desks = [open_desk(create_tables(postgres_url)) for _ in range(2)]

    async def write_all(one, addressees):
        for _ in range(30):
            await asyncio.gather(*(one.tell("x", addressee=addressee) for addressee in addressees))

    await asyncio.gather(write_all(desks[0], "abcd"), write_all(desks[1], "dcba"))
    for addressee in "abcd":
        assert [notice.number for notice in await desks[0].take(60, addressee)] == list(range(1, 61))


async def test_what_was_written_before_a_kill_is_delivered_by_the_next_process(desk, other):
    await desk.tell("one")
    desk.database.close()
    await other.tell("two")
    assert words(await other.take(2, after=None)) == ["one", "two"]


async def test_a_follower_of_a_closed_database_ends(desk):
    following = asyncio.ensure_future(desk.take(1))
    await until(lambda: desk.feed._lookout._watched)
    desk.database.close()
    with pytest.raises(XiezhiError) as ended:
        await following
    assert ended.value.reason is Reason.SHUTTING_DOWN


@pytest.mark.postgres
async def test_a_database_that_is_away_is_waited_for(own_postgres_server, open_desk):
    desk = open_desk(create_tables(own_postgres_server.create_database()))
    following = asyncio.ensure_future(desk.take(2))
    await desk.tell("one")
    own_postgres_server.kill()
    late = asyncio.ensure_future(desk.take(1))
    await asyncio.sleep(0.1)
    assert not late.done()
    await asyncio.to_thread(own_postgres_server.start)
    while True:
        try:
            await desk.tell("two")
        except XiezhiError:
            continue
        break
    assert words(await following)[:2] == ["one", "two"]
    assert words(await late)[0] == "one"


async def test_a_payload_is_sealed_and_opens_only_for_its_addressee(desk):
    await desk.tell("in private")
    row = await desk.database.read(lambda c: c.execute(select(TABLES.notices)).one())
    assert b"private" not in bytes(row.payload)

    def move(connection):
        connection.execute(update(TABLES.notices).values(addressee="b"))
        connection.execute(update(TABLES.heads).values(addressee="b"))

    await desk.database.write(move)
    with pytest.raises(SealError):
        await desk.take(1, "b")


async def test_a_thousand_idle_followers_cost_one_query_a_look(desk):
    addressees = [f"{number}|post" for number in range(1000)]
    await desk.write(*(desk.notice("old", addressee) for addressee in addressees))
    followers = [asyncio.ensure_future(desk.take(1, addressee, after=1)) for addressee in addressees]
    sent = []

    def is_look(statement):
        return statement.startswith("SELECT feed_heads.addressee")

    def note(connection, cursor, statement, parameters, context, many):
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        await until(lambda: len(sent) > 1000 and sum(map(is_look, sent[-5:])) == 5)
        sent.clear()
        await until(lambda: len(sent) >= 5)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert all(is_look(statement) for statement in sent)
    for follower in followers:
        follower.cancel()
    await asyncio.gather(*followers, return_exceptions=True)
    assert not desk.feed._lookout._watched


@given(told=st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 99)), max_size=40), data=st.data())
@settings(max_examples=25, deadline=None)
def test_only_the_addressees_notices_are_ever_delivered(tmp_path_factory, keyring, told, data):
    size = data.draw(st.integers(1, 10))

    async def run(desk):
        for start in range(0, len(told), size):
            await desk.write(*(desk.notice(f"{a}{n}", a) for a, n in told[start : start + size]))
        for addressee in "abcdefgh":
            expected = [f"{a}{n}" for a, n in told if a == addressee]
            taken = await desk.take(len(expected), addressee)
            assert words(taken) == expected
            assert all(notice.addressee == addressee for notice in taken)

    path = tmp_path_factory.mktemp("feed") / f"{uuid.uuid4()}.db"
    path.touch(mode=0o600)
    desk = Desk(create_tables(f"sqlite:///{path}"), keyring=keyring, clock=ManualClock(START))
    try:
        asyncio.run(run(desk))
    finally:
        desk.database.close()
