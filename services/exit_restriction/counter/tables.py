"""The table of the leases of the counters' key."""

from __future__ import annotations

from services.alerts.tables import define_leases
from services.exit_restriction.metadata import METADATA

LEASES = define_leases(METADATA, name="counter_leases")
