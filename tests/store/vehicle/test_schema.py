"""The migrations make the very tables that the code describes."""

from __future__ import annotations

from services.vehicle.checks import tables as checks
from services.vehicle.metadata import METADATA
from services.vehicle.registry import tables as registry
from services.vehicle.seizures import tables as seizures
from services.vehicle.sightings import tables as sightings
from services.vehicle.violations import tables as violations
from tests.store.schema import differences

DESCRIBED = (registry.VEHICLES, seizures.SEIZURES, violations.VIOLATIONS, checks.DEALINGS, sightings.SIGHTINGS)
"""Of each feature one table: with it all of the feature's are described."""


def test_migrations_and_tables_agree(vehicle_url):
    assert all(table.metadata is METADATA for table in DESCRIBED)
    assert differences(vehicle_url, METADATA) == []
