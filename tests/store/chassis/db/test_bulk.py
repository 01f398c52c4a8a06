"""Many rows at once, of every type that tables have here."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import BigInteger, Boolean, Column, Date, LargeBinary, MetaData, String, Table, bindparam, select
from sqlalchemy.exc import IntegrityError

from services.chassis.db import Alike, Instant, alike, execute_many, insert_columns, insert_many
from services.chassis.db.bulk import FEW, MANY
from services.chassis.db.database import make_store
from services.chassis.db.stores import Timeouts

THINGS = Table(
    "things",
    MetaData(),
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("content", LargeBinary),
    Column("name", String(40)),
    Column("at", Instant),
    Column("day", Date),
    Column("is_there", Boolean),
)
NOW = datetime(2018, 8, 3, 4, 0, 0, 1, tzinfo=UTC)


def thing(key):
    return {
        "key": key,
        "content": bytes(range(256)) if key % 2 else None,
        "name": '一"\\{}, %s' if key % 3 else None,
        "at": NOW if key % 5 else None,
        "day": date(2018, 8, 3) if key % 7 else None,
        "is_there": (None, True, False)[key % 3],
    }


@pytest.fixture
def within(database_url):
    """Runs a function on a connection in a transaction of its own."""
    store = make_store(database_url, Timeouts())
    link = store.connect(writes=True)

    def within(fn):
        store.begin(link)
        with link.connection.begin():
            return fn(link.connection)

    within(THINGS.create)
    yield within
    link.close()
    store.close()


def test_what_goes_in_comes_out(within):
    rows = [thing(key) for key in range(1_000)]
    within(lambda connection: insert_many(connection, THINGS, rows))
    found = within(lambda connection: connection.execute(select(THINGS).order_by(THINGS.c.key)).mappings().all())
    assert [dict(row) for row in found] == rows


def test_columns_that_are_left_out_stay_empty(within):
    def write(connection):
        insert_many(connection, THINGS, [{"name": "a", "key": 1}, {"name": "b", "key": 2}])
        insert_many(connection, THINGS, [])
        return connection.execute(select(THINGS.c.key, THINGS.c.name, THINGS.c.at).order_by(THINGS.c.key)).all()

    assert within(write) == [(1, "a", None), (2, "b", None)]


def test_a_column_is_given_by_its_key_whatever_its_name_is(within):
    renamed = Table("renamed", MetaData(), Column("name", BigInteger, key="known_as"))
    within(renamed.create)
    within(lambda connection: insert_many(connection, renamed, [{"known_as": 1}, {"known_as": 2}]))
    assert sorted(within(lambda connection: connection.execute(select(renamed.c.known_as)).scalars().all())) == [1, 2]


def test_a_row_that_contradicts_takes_all_with_it_and_is_not_repeated(within):
    rows = [thing(1), {**thing(1), "name": "秘密"}]
    with pytest.raises(IntegrityError) as failure:
        within(lambda connection: insert_many(connection, THINGS, rows))
    assert "秘密" not in str(failure.value)
    assert within(lambda connection: connection.execute(select(THINGS)).all()) == []


def test_rows_whose_key_is_taken_are_passed_over_where_that_is_wanted(within):
    within(lambda connection: insert_many(connection, THINGS, [thing(1)]))
    again = {**thing(1), "name": "another"}
    within(lambda connection: insert_many(connection, THINGS, [again, thing(2)], leave_taken=True))
    kept = within(lambda connection: connection.execute(select(THINGS).order_by(THINGS.c.key)).all())
    assert [row.name for row in kept] == [thing(1)["name"], thing(2)["name"]]


@pytest.mark.parametrize("count", [FEW, FEW + 1, MANY - 1, MANY + 1, 2 * MANY + FEW + 3])
def test_all_rows_arrive_and_are_counted_however_many_go_together(within, count):
    columns = {key: [thing(number)[key] for number in range(count)] for key in thing(0)}
    assert within(lambda connection: insert_columns(connection, THINGS, columns)) == count
    longer = {key: [*values, thing(count)[key]] for key, values in columns.items()}
    assert within(lambda connection: insert_columns(connection, THINGS, longer, leave_taken=True)) == 1
    kept = within(lambda connection: connection.execute(select(THINGS).order_by(THINGS.c.key)).mappings().all())
    assert kept == [thing(number) for number in range(count + 1)]


def test_a_statement_is_executed_for_each_row_and_for_none_not_at_all(within):
    within(lambda connection: insert_many(connection, THINGS, [thing(key) for key in range(4)]))
    forget = THINGS.delete().where(THINGS.c.key == bindparam("which"))
    for rows in ([{"which": 1}, {"which": 3}], []):
        within(lambda connection, rows=rows: execute_many(connection, forget, rows))
    assert sorted(within(lambda connection: connection.execute(select(THINGS.c.key)).scalars().all())) == [0, 2]


def test_columns_that_are_alike_say_the_same_in_every_row(within):
    columns = {"key": [1, 2, 3], "name": Alike('一"\\{}, %s'), "at": alike([NOW, NOW, NOW]), "day": Alike(None)}
    assert within(lambda connection: insert_columns(connection, THINGS, columns)) == 3
    found = within(lambda connection: connection.execute(select(THINGS).order_by(THINGS.c.key)).all())
    assert [(row.key, row.name, row.at, row.day) for row in found] == [(n, '一"\\{}, %s', NOW, None) for n in (1, 2, 3)]


def test_it_is_told_how_many_rows_were_inserted(within):
    def add(*keys):
        columns = {"key": [*keys], "name": Alike("a")}
        return within(lambda connection: insert_columns(connection, THINGS, columns, leave_taken=True))

    assert (add(1, 2), add(), add(2, 3, 4), add(1)) == (2, 0, 2, 0)


def test_a_column_is_alike_where_all_its_values_are_the_same():
    assert alike([NOW, NOW]) == Alike(NOW)
    assert alike([1, 2]) == [1, 2]
