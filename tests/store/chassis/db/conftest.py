"""A table of numbered notes, and a database open on it."""

from datetime import timedelta

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, create_engine, insert, select

from services.chassis.db import Database
from services.chassis.db.stores import Timeouts

METADATA = MetaData()
NOTES = Table("notes", METADATA, Column("number", Integer, primary_key=True), Column("word", Text, nullable=False))
SHORT = Timeouts(lock=timedelta(milliseconds=200), statement=timedelta(seconds=2), connect=timedelta(seconds=1))


class Notes:
    """What the tests do with the table."""

    table = NOTES

    @staticmethod
    def add(number, word="a"):
        def work(connection):
            connection.execute(insert(NOTES), {"number": number, "word": word})
            return number

        return work

    @staticmethod
    def numbers(connection):
        return list(connection.execute(select(NOTES.c.number).order_by(NOTES.c.number)).scalars())


@pytest.fixture
def notes():
    return Notes()


@pytest.fixture
def create():
    """Creates the tables in a database."""

    def make(url):
        engine = create_engine(url)
        METADATA.create_all(engine)
        engine.dispose()

    return make


@pytest.fixture
def opened(create):
    """Opens databases and closes them after the test."""
    databases = []

    def make(url, **options):
        create(url)
        options.setdefault("timeouts", SHORT)
        databases.append(Database.open(url, **options))
        return databases[-1]

    yield make
    for database in databases:
        database.close()


@pytest.fixture
def seen():
    """Measurements, in the order in which they were made."""
    return []


@pytest.fixture
def database(database_url, opened, seen):
    return opened(database_url, observer=lambda name, value: seen.append((name, value)))
