"""Insertions that leave what is there, in the words of either database."""

from __future__ import annotations

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(connection: Connection, table: Table) -> Insert:
    """Makes an insertion that does nothing where a key of the row is taken, after waiting for whoever is taking it.

    The result's `rowcount` says how many rows were inserted.

    Args:
        connection: Tells the database's dialect.
        table: The table.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    inserted: Insert = dialect.insert(table).on_conflict_do_nothing()
    # SQLAlchemy lets go of the number of inserted rows otherwise.
    return inserted.execution_options(preserve_rowcount=True)
