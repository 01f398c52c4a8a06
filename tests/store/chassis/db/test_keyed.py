"""Queries by lists of keys: right for every number of keys, with few statements prepared."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Uuid,
    create_engine,
    event,
    insert,
    literal,
    select,
)

from services.chassis.db import Instant, KeyedQuery

METADATA = MetaData()
MARKS = Table(
    "marks",
    METADATA,
    Column("number", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False, index=True),
    Column("made_at", Instant, nullable=False),
)
NAMES = Table("names", METADATA, Column("name", String(40), primary_key=True))
MADE = datetime(2026, 11, 24, 9, 30, 0, 123456, tzinfo=UTC)


def digest(number):
    return bytes([number % 256]) * 32


@pytest.fixture
def engine(database_url):
    engine = create_engine(database_url)
    METADATA.create_all(engine)
    with engine.begin() as connection:
        connection.execute(
            insert(MARKS),
            [{"number": n, "digest": digest(n // 2), "made_at": MADE} for n in range(40)],
        )
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine):
    with engine.connect() as connection:
        yield connection


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 8, 9, 20])
def test_rows_come_by_key_whatever_the_number_of_keys(connection, count):
    query = KeyedQuery(select(MARKS.c.number).order_by(MARKS.c.number), MARKS.c.digest, sizes=(1, 2, 4))
    keys = [digest(n) for n in range(count)]
    found = query.rows(connection, keys)
    assert {key: [row.number for row in rows] for key, rows in found.items()} == {
        digest(n): [2 * n, 2 * n + 1] for n in range(count)
    }


def test_keys_that_are_not_there_are_left_out_and_repeated_ones_do_no_harm(connection):
    query = KeyedQuery(select(MARKS), MARKS.c.number, sizes=(1, 2))
    found = query.row(connection, [5, 500, 5, 6, 5])
    assert {key: row.number for key, row in found.items()} == {5: 5, 6: 6}
    assert found[5].made_at == MADE
    assert [len(rows) for rows in query.rows(connection, [5, 6, 7, 5]).values()] == [1, 1, 1]


def test_the_key_need_not_be_selected_and_the_statement_keeps_its_own_condition(connection):
    query = KeyedQuery(select(MARKS.c.made_at).where(MARKS.c.number < 6), MARKS.c.number)
    assert set(query.row(connection, range(3, 9))) == {3, 4, 5}


def test_the_key_may_be_of_another_table_than_the_columns(connection):
    other = MARKS.alias()
    statement = select(MARKS.c.number).join(other, other.c.digest == MARKS.c.digest)
    query = KeyedQuery(statement.order_by(MARKS.c.number), other.c.number)
    assert [row.number for row in query.rows(connection, [8])[8]] == [8, 9]


def test_a_statement_s_own_conditions_may_stand_on_both_sides_of_the_keys(connection):
    number = MARKS.c.number + literal(100)
    query = KeyedQuery(select(number.label("shown")).where(MARKS.c.made_at <= MADE).limit(3), MARKS.c.number)
    assert sorted(row.shown for row in query.row(connection, range(20)).values()) == [100, 101, 102]


def test_few_statements_are_sent_and_compiled_for_many_numbers_of_keys(engine, connection):
    sent = set()

    @event.listens_for(engine, "before_cursor_execute")
    def note(conn, cursor, statement, parameters, context, many):
        sent.add(statement)

    if engine.dialect.name == "sqlite":
        # What the driver itself is given; it fills in what the parameters are.
        connection.connection.driver_connection.set_trace_callback(lambda text: sent.add(text.lower().count("x'")))
    query = KeyedQuery(select(MARKS.c.number), MARKS.c.digest, sizes=(1, 4, 16))
    for count in range(1, 40):
        query.rows(connection, [digest(n) for n in range(count)])
    # PostgreSQL takes the many as one array.
    assert len(sent) == (4 if engine.dialect.name == "postgresql" else 3)


def test_many_keys_find_what_few_do_whatever_they_say(connection):
    query = KeyedQuery(select(NAMES.c.name), NAMES.c.name)
    names = [f"{number} \"\\{{}}, NULL'" for number in range(40)]
    connection.execute(NAMES.insert(), [{"name": name} for name in names[::2]])
    assert {*query.row(connection, names)} == {*names[::2]}


@pytest.mark.parametrize("sizes", [(), (0, 1), (2, 1), (1, 1)])
def test_sizes_ascend(sizes):
    with pytest.raises(ValueError, match="ascend"):
        KeyedQuery(select(MARKS), MARKS.c.number, sizes=sizes)


@pytest.fixture(scope="module")
def quick():
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as connection:
        connection.execute(
            insert(MARKS), [{"number": n, "digest": digest(n), "made_at": MADE} for n in range(0, 60, 2)]
        )
        yield connection
    engine.dispose()


@given(keys=st.lists(st.integers(0, 70), max_size=40))
@settings(max_examples=100, deadline=None)
def test_any_list_of_keys_finds_what_a_plain_query_finds(quick, keys):
    query = KeyedQuery(select(MARKS), MARKS.c.number, sizes=(1, 3, 8))
    plain = {row.number for row in quick.execute(select(MARKS).where(MARKS.c.number.in_(keys)))}
    found = query.rows(quick, keys)
    assert set(found) == plain
    assert all([row.number for row in rows] == [key] for key, rows in found.items())


def test_uuids_may_be_keys(connection):
    table = Table("things", MetaData(), Column("id", Uuid, primary_key=True))
    assert KeyedQuery(select(table), table.c.id).rows(connection, []) == {}
