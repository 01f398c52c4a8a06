"""Grouped writes: one commit, each function on its own, nothing told before it is durable."""

import asyncio
import threading

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, create_engine, insert, text
from sqlalchemy.exc import IntegrityError

from services.chassis.db import after_commit, before_commit, handed_in
from xiezhi.errors import Reason, XiezhiError


class Failing(Exception):
    pass


class Gate:
    """A write function that holds the writer's thread until it is let go, so that what comes after it is one group."""

    def __init__(self):
        self.entered = threading.Event()
        self.leave = threading.Event()

    def __call__(self, connection):
        del connection
        self.entered.set()
        assert self.leave.wait(10)


@pytest.fixture
async def gate():
    gate = Gate()
    yield gate
    gate.leave.set()


async def settle():
    for _ in range(3):
        await asyncio.sleep(0)


async def as_group(database, gate, *functions):
    """Has functions run as one group and returns what came of each."""
    holding = asyncio.ensure_future(database.write(gate))
    await asyncio.to_thread(gate.entered.wait, 10)
    tasks = [asyncio.ensure_future(database.write(function)) for function in functions]
    await settle()
    gate.leave.set()
    await holding
    return await asyncio.gather(*tasks, return_exceptions=True)


def failing_after(work):
    def run(connection):
        work(connection)
        raise Failing

    return run


async def test_what_is_written_can_be_read(database, notes):
    assert await database.write(notes.add(1)) == 1
    assert await database.read(notes.numbers) == [1]


async def test_waiting_writes_share_a_commit(database, notes, gate, seen):
    await as_group(database, gate, *(notes.add(number) for number in range(20)))
    assert await database.read(notes.numbers) == list(range(20))
    database.close()
    assert [value for name, value in seen if name == "db.commit.writes"] == [1, 20]


async def test_a_group_is_no_larger_than_allowed(database_url, opened, notes, gate):
    sizes = []
    database = opened(
        database_url, max_group=4, observer=lambda n, v: sizes.append(v) if n == "db.commit.writes" else None
    )
    await as_group(database, gate, *(notes.add(number) for number in range(10)))
    database.close()
    assert sizes == [1, 4, 4, 2]


@pytest.mark.parametrize("place", [0, 1, 2, 3])
async def test_one_that_fails_leaves_nothing_and_does_not_undo_its_neighbours(database, notes, gate, place):
    functions = [notes.add(number) for number in range(4)]
    functions[place] = failing_after(functions[place])
    results = await as_group(database, gate, *functions)
    assert isinstance(results[place], Failing)
    rest = [number for number in range(4) if number != place]
    assert [result for number, result in enumerate(results) if number != place] == rest
    assert await database.read(notes.numbers) == rest


async def test_the_same_function_twice_has_two_outcomes(database, notes, gate):
    work = notes.add(1)
    results = await as_group(database, gate, work, work, notes.add(2))
    assert results[0] == 1
    assert isinstance(results[1], IntegrityError)
    assert results[2] == 2
    assert await database.read(notes.numbers) == [1, 2]


async def test_all_but_one_may_fail(database, notes, gate):
    functions = [failing_after(notes.add(number)) for number in range(6)]
    functions.insert(3, notes.add(7))
    results = await as_group(database, gate, *functions)
    assert [isinstance(result, Failing) for result in results] == [True, True, True, False, True, True, True]
    assert await database.read(notes.numbers) == [7]


async def test_a_statement_that_fails_and_is_caught_fails_the_function_where_the_database_says_so(
    database, notes, gate, database_url
):
    def careless(connection):
        notes.add(5)(connection)
        try:
            notes.add(5)(connection)
        except IntegrityError:
            return "went on"

    results = await as_group(database, gate, notes.add(1), careless, notes.add(2))
    if database_url.startswith("sqlite"):
        assert results == [1, "went on", 2]
        assert await database.read(notes.numbers) == [1, 2, 5]
    else:
        assert isinstance(results[1], RuntimeError)
        assert await database.read(notes.numbers) == [1, 2]


async def test_a_nested_transaction_undoes_a_statement_that_may_fail(database, notes, gate):
    def careful(connection):
        notes.add(5)(connection)
        try:
            with connection.begin_nested():
                notes.add(5)(connection)
        except IntegrityError:
            return "went on"

    assert await as_group(database, gate, notes.add(1), careful, notes.add(2)) == [1, "went on", 2]
    assert await database.read(notes.numbers) == [1, 2, 5]


@pytest.mark.parametrize("ending", ["commit", "rollback", "begin_nested"])
async def test_a_function_that_ends_the_transaction_is_told_and_the_others_may_repeat(database, notes, gate, ending):
    def ends(connection):
        getattr(connection, ending)()

    results = await as_group(database, gate, notes.add(1), ends, notes.add(2))
    assert isinstance(results[1], RuntimeError)
    for result in (results[0], results[2]):
        assert isinstance(result, XiezhiError)
        assert result.reason is Reason.STORE_UNAVAILABLE
        assert result.retry_after
    assert results[0] is not results[2]
    assert await database.write(notes.add(3)) == 3


async def test_nothing_is_told_before_the_commit(database, notes, gate):
    told = []
    holding = asyncio.ensure_future(database.write(gate))
    await asyncio.to_thread(gate.entered.wait, 10)
    second = Gate()
    first = asyncio.ensure_future(database.write(notes.add(1)))
    first.add_done_callback(lambda _: told.append("first"))
    last = asyncio.ensure_future(database.write(second))
    await settle()
    gate.leave.set()
    await holding
    await asyncio.to_thread(second.entered.wait, 10)
    # The first function of the group has run, the last one is running.
    await asyncio.sleep(0.02)
    assert told == []
    assert await database.read(notes.numbers) == []
    second.leave.set()
    await last
    assert told == ["first"]
    assert await database.read(notes.numbers) == [1]


@pytest.fixture
def deferred(database_url):
    """Two tables of which one refers to the other, checked only by the commit."""
    metadata = MetaData()
    parents = Table("parents", metadata, Column("number", Integer, primary_key=True))
    children = Table(
        "children",
        metadata,
        Column("number", Integer, primary_key=True),
        Column("parent", ForeignKey(parents.c.number, deferrable=True, initially="DEFERRED"), nullable=False),
    )
    engine = create_engine(database_url)
    metadata.create_all(engine)
    engine.dispose()
    return lambda connection: connection.execute(insert(children), {"number": 1, "parent": 9}) and None


async def test_a_commit_that_fails_fails_everyone(database, notes, gate, deferred):
    called = []

    def hooked(connection):
        after_commit(connection, lambda: called.append(1))
        notes.add(1)(connection)

    results = await as_group(database, gate, hooked, deferred, failing_after(notes.add(2)))
    assert [getattr(result, "reason", None) for result in results] == [Reason.STORE_UNAVAILABLE] * 2 + [None]
    assert isinstance(results[2], Failing)
    assert called == []
    assert await database.read(notes.numbers) == []
    assert await database.write(notes.add(3)) == 3


async def test_a_commit_of_one_that_fails_tells_why(database, deferred):
    with pytest.raises(IntegrityError):
        await database.write(deferred)


async def test_a_caller_that_went_away_has_nothing_run(database, notes, gate):
    holding = asyncio.ensure_future(database.write(gate))
    await asyncio.to_thread(gate.entered.wait, 10)
    gone = asyncio.ensure_future(database.write(notes.add(1)))
    stays = asyncio.ensure_future(database.write(notes.add(2)))
    await settle()
    gone.cancel()
    await settle()
    gate.leave.set()
    await holding
    assert await stays == 2
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert await database.read(notes.numbers) == [2]


async def test_a_caller_that_goes_away_meanwhile_does_not_disturb_the_others(database, notes):
    gate = Gate()

    def slow(connection):
        notes.add(1)(connection)
        gate(connection)

    gone = asyncio.ensure_future(database.write(slow))
    await asyncio.to_thread(gate.entered.wait, 10)
    gone.cancel()
    await settle()
    gate.leave.set()
    assert await database.write(notes.add(2)) == 2
    assert await database.read(notes.numbers) == [1, 2]


async def test_a_group_of_callers_that_all_went_away_is_no_group(database, notes, gate):
    holding = asyncio.ensure_future(database.write(gate))
    await asyncio.to_thread(gate.entered.wait, 10)
    gone = [asyncio.ensure_future(database.write(notes.add(number))) for number in range(3)]
    await settle()
    for task in gone:
        task.cancel()
    await settle()
    gate.leave.set()
    await holding
    assert await database.write(notes.add(9)) == 9
    assert await database.read(notes.numbers) == [9]


async def test_a_hook_is_called_after_the_commit_of_those_that_succeeded(database, notes, gate, database_url, opened):
    other = opened(database_url)
    called = []

    def hooked(number, *, fails):
        def run(connection):
            notes.add(number)(connection)
            after_commit(connection, lambda: called.append(number))
            if fails:
                raise Failing

        return run

    await as_group(database, gate, hooked(1, fails=False), hooked(2, fails=True), hooked(3, fails=False))
    assert called == [1, 3]
    assert await other.read(notes.numbers) == [1, 3]
    await database.write(notes.add(4))
    assert called == [1, 3]


async def test_a_hook_that_raises_does_not_make_a_durable_write_fail(database, notes, caplog):
    called = []

    def hooked(connection):
        notes.add(1)(connection)
        after_commit(connection, lambda: 1 // 0)
        after_commit(connection, lambda: called.append(1))

    await database.write(hooked)
    assert called == [1]
    assert "ZeroDivisionError" in caplog.text


async def test_an_ending_runs_once_after_all_writes_of_the_commit_and_is_part_of_it(database, notes, gate):
    seen = []

    def ending(connection):
        seen.append(notes.numbers(connection))
        after_commit(connection, lambda: seen.append("committed"))
        notes.add(10 + len(seen))(connection)

    def ended(number, *, fails=False):
        def run(connection):
            before_commit(connection, ending)
            notes.add(number)(connection)
            if fails:
                raise Failing

        return run

    results = await as_group(database, gate, ended(1), ended(2, fails=True), ended(3))
    assert [results[0], results[2]] == [None, None]
    assert isinstance(results[1], Failing)
    assert seen == [[1, 3], "committed"]
    assert await database.read(notes.numbers) == [1, 3, 11]
    await database.write(notes.add(4))
    assert len(seen) == 2


async def test_endings_run_in_an_order_that_all_processes_have(database, notes, gate):
    seen = []

    def first(connection):
        seen.append("first")

    def second(connection):
        seen.append("second")

    def ended(*endings):
        def run(connection):
            for ending in endings:
                before_commit(connection, ending)

        return run

    await as_group(database, gate, ended(second), ended(first, second))
    assert seen == ["first", "second"]


async def test_an_ending_that_fails_keeps_nothing_of_its_commit(database, notes, gate):
    def ended(connection):
        before_commit(connection, notes.add(1))
        notes.add(2)(connection)

    await database.write(notes.add(1))
    results = await as_group(database, gate, ended, notes.add(3))
    assert [result.reason for result in results] == [Reason.STORE_UNAVAILABLE] * 2
    with pytest.raises(IntegrityError):
        await database.write(ended)
    assert await database.read(notes.numbers) == [1]
    assert await database.write(notes.add(3)) == 3


@pytest.mark.parametrize("hook", [after_commit, before_commit])
async def test_only_a_write_has_a_commit_to_wait_for(database, hook):
    with pytest.raises(RuntimeError, match=r"Database\.write"):
        await database.read(lambda connection: hook(connection, print))


@pytest.mark.parametrize("way", ["read", "write"])
async def test_a_function_may_raise_what_futures_refuse(database, way):
    def stops(connection):
        return next(iter(()))

    with pytest.raises(RuntimeError, match="StopIteration"):
        await getattr(database, way)(stops)
    await database.check()


async def test_an_observer_that_raises_costs_nobody_an_answer(database_url, opened, notes):
    def observer(name, value):
        raise Failing

    database = opened(database_url, observer=observer)
    assert await database.write(notes.add(1)) == 1
    assert await database.read(notes.numbers) == [1]


async def test_several_loops_may_use_one_database(database, notes):
    def elsewhere(number):
        return asyncio.run(database.write(notes.add(number)))

    numbers = await asyncio.gather(*(asyncio.to_thread(elsewhere, number) for number in range(8)))
    assert await database.read(notes.numbers) == numbers


async def test_a_loop_that_was_closed_is_not_waited_for(database, notes):
    gate = Gate()

    def leave_early():
        loop = asyncio.new_event_loop()
        task = loop.create_task(database.write(gate))
        loop.run_until_complete(asyncio.sleep(0.01))
        task.cancel()
        loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
        loop.close()

    await asyncio.to_thread(leave_early)
    gate.leave.set()
    assert await database.write(notes.add(1)) == 1


async def test_many_writers_at_once_lose_nothing(database, notes):
    async def one(number):
        work = notes.add(number)
        with_failure = failing_after(work) if number % 7 == 3 else work
        try:
            return await database.write(with_failure)
        except Failing:
            return None

    results = await asyncio.gather(*(one(number) for number in range(300)))
    expected = [number for number in range(300) if number % 7 != 3]
    assert [result for result in results if result is not None] == expected
    assert await database.read(notes.numbers) == expected


async def test_the_database_refuses_more_than_may_wait(database_url, opened, notes, gate):
    database = opened(database_url, max_waiting=2)
    holding = asyncio.ensure_future(database.write(gate))
    await asyncio.to_thread(gate.entered.wait, 10)
    waiting = [asyncio.ensure_future(database.write(notes.add(number))) for number in range(2)]
    await settle()
    with pytest.raises(XiezhiError, match="too much work") as refused:
        await database.write(notes.add(9))
    assert refused.value.reason is Reason.STORE_UNAVAILABLE
    gate.leave.set()
    await holding
    assert await asyncio.gather(*waiting) == [0, 1]


async def test_closing_runs_what_waits_and_refuses_the_rest(database, notes):
    waiting = [asyncio.ensure_future(database.write(notes.add(number))) for number in range(5)]
    await settle()
    database.close()
    database.close()
    assert await asyncio.gather(*waiting) == list(range(5))
    for refused in (database.read(notes.numbers), database.write(notes.add(9)), database.check()):
        with pytest.raises(XiezhiError) as told:
            await refused
        assert told.value.reason is Reason.SHUTTING_DOWN


async def test_closing_leaves_no_thread(database_url, opened, notes):
    before = set(threading.enumerate())
    database = opened(database_url)
    await database.write(notes.add(1))
    await database.read(notes.numbers)
    database.close()
    assert {thread for thread in threading.enumerate() if thread.name.startswith("db-")} <= before


async def test_a_write_is_durable_for_others_at_once(database, database_url, notes):
    await database.write(notes.add(1))
    engine = create_engine(database_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT number FROM notes")).scalar_one() == 1
    engine.dispose()


async def test_an_ending_finds_what_was_handed_in_and_nothing_of_a_write_that_failed(database, notes, gate):
    seen = []

    def ending(connection):
        seen.append(handed_in(connection, ending))

    def other(connection):
        seen.append(handed_in(connection, other))

    def handing(number, *, fails=False):
        def run(connection):
            before_commit(connection, ending, number, number + 1)
            notes.add(number)(connection)
            if fails:
                raise Failing

        return run

    def quiet(connection):
        before_commit(connection, other)

    await as_group(database, gate, handing(1), handing(3, fails=True), quiet, handing(5))
    await database.write(handing(7))
    assert seen == [[1, 2, 5, 6], [], [7, 8]]
