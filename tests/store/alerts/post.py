"""The alerts of a service that knows nothing but alerts, as one of its processes has them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import MetaData, create_engine, insert

from services.alerts.feed import AlertFeed
from services.alerts.hashing import CAPITALS_AND_DIGITS, Alphabet, TextHasher
from services.alerts.keys import AlertHasher, CheckKey
from services.alerts.leases import LeaseBook
from services.alerts.rows import AlertRows
from services.alerts.tables import define_alerts, define_leases
from services.alerts.watch import AlertWatch
from services.chassis.ids import RandomIds

METADATA = MetaData()
ALERTS = define_alerts(METADATA)
LEASES = define_leases(METADATA)
KEY = CheckKey(7, b"k" * 16)
HASHER = TextHasher(KEY.key, alphabet=Alphabet(CAPITALS_AND_DIGITS, "write numbers in digits and capitals"))
BOUND = timedelta(seconds=5)
LEASE = timedelta(hours=12)


def create_tables(url):
    engine = create_engine(url)
    METADATA.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(ALERTS.head), {"id": 1, "last": 0})
    engine.dispose()
    return url


class Post:
    """What one process has of alerts.

    Args:
        database: The database, which has the tables.
        clock: Source of now.
        key_id: Id of the key that its hashes are said to be under.
        portion: Changes of the feed that are read at once.
    """

    def __init__(self, database, *, clock, key_id=KEY.key_id, portion=3):
        self.database = database
        self.rows = AlertRows(ALERTS, key_id=key_id)
        self.watch = AlertWatch(database, rows=self.rows, clock=clock, bound=BOUND, portion=portion)
        self.feed = AlertFeed(ALERTS, hasher=AlertHasher(key_id, HASHER))
        self.feed.on_commit(self.watch.wake)
        key = CheckKey(key_id, KEY.key)
        self.leases = LeaseBook(LEASES, database=database, key=key, duration=LEASE, clock=clock, ids=RandomIds())

    async def follow(self):
        """Has the index follow the feed to its end."""
        while await self.watch.step():
            pass

    async def write(self, *texts, present=True):
        """Writes alerts: ids of what is sought with their texts."""
        await self.database.write(lambda connection: self.feed.write(connection, texts, present=present))
