"""The migrations make the very tables that the code describes."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from services.vehicle.checks import tables as checks
from services.vehicle.metadata import METADATA
from services.vehicle.registry import tables as registry
from services.vehicle.seizures import tables as seizures
from services.vehicle.sightings import tables as sightings
from services.vehicle.violations import tables as violations

DESCRIBED = (registry.VEHICLES, seizures.SEIZURES, violations.VIOLATIONS, checks.DEALINGS, sightings.SIGHTINGS)
"""Of each feature one table: with it all of the feature's are described."""


def test_migrations_and_tables_agree(vehicle_url):
    engine = create_engine(vehicle_url)
    try:
        with engine.connect() as connection:
            opts = {"include_name": lambda name, kind, _: kind != "table" or not name.startswith("version_of_")}
            found = compare_metadata(MigrationContext.configure(connection, opts=opts), METADATA)
    finally:
        engine.dispose()
    assert all(table.metadata is METADATA for table in DESCRIBED)
    assert found == []
