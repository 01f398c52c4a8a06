"""A service's database: SQLite in one file or PostgreSQL, called from an event loop and run in threads of its own."""

from services.chassis.db.batch import BatchReader
from services.chassis.db.bulk import Alike, Columns, alike, execute_many, insert_columns, insert_many
from services.chassis.db.columns import Instant
from services.chassis.db.database import Database
from services.chassis.db.insertion import insert_new
from services.chassis.db.keyed import KeyedQuery
from services.chassis.db.writer import after_commit, before_commit, handed_in

__all__ = [
    "Alike",
    "BatchReader",
    "Columns",
    "Database",
    "Instant",
    "KeyedQuery",
    "after_commit",
    "alike",
    "before_commit",
    "execute_many",
    "handed_in",
    "insert_columns",
    "insert_many",
    "insert_new",
]
