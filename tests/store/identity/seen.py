"""What somebody sees who has the database and not the keys."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, select

from services.identity.tables import METADATA

NOW = datetime(2018, 8, 3, 4, 0, tzinfo=UTC)


def rows(url, table):
    """Returns all rows of a table."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return connection.execute(select(METADATA.tables[table])).all()
    finally:
        engine.dispose()


def execute(url, statement):
    """Executes a statement, as somebody with the database in their hands would."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            return connection.execute(statement)
    finally:
        engine.dispose()


def everything(url):
    """Returns every byte of a database: of its files, or of all values in all its tables."""
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        return b"".join(part.read_bytes() for part in sorted(file.parent.glob(f"{file.name}*")))
    values = [value for table in METADATA.tables for row in rows(url, table) for value in row]
    return b"\0".join(v if isinstance(v, bytes) else str(v).encode() for v in values)
