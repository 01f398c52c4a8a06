"""What somebody sees who has the database and not the keys."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import MetaData, create_engine, select


def tables(url):
    """Returns the tables that there are, as the database itself tells them."""
    engine = create_engine(url)
    try:
        found = MetaData()
        found.reflect(engine)
        return found.tables
    finally:
        engine.dispose()


def rows(url, table):
    """Returns all rows of a table."""
    return _read(url, table)[table]


def contents(url, *names):
    """Returns the rows of tables, of all where none is named."""
    return {name: set(found) for name, found in _read(url, *names).items()}


def _read(url, *names):
    engine = create_engine(url)
    try:
        found = MetaData()
        found.reflect(engine, only=names or None)
        with engine.connect() as connection:
            return {name: connection.execute(select(found.tables[name])).all() for name in names or found.tables}
    finally:
        engine.dispose()


def everything(url):
    """Returns every byte of a database: of its files, or of all values in all its tables."""
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        return b"".join(part.read_bytes() for part in sorted(file.parent.glob(f"{file.name}*")))
    values = [value for table in _read(url).values() for row in table for value in row]
    return b"\0".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in values)
