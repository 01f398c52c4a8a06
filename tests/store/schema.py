"""What migrations make, beside what the code describes."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine


def differences(url, metadata):
    """Returns how the tables of a migrated database differ from those of a description, but for its versions' own."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            opts = {"include_name": lambda name, kind, _: kind != "table" or not name.startswith("version_of_")}
            return compare_metadata(MigrationContext.configure(connection, opts=opts), metadata)
    finally:
        engine.dispose()
