"""Tables of checks: what is kept for a time of those that leave anything, and leases of the key.

In clear are only random ids, keyed digests, fingerprints of systems, and instants.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Table

from services.alerts.tables import define_leases
from services.chassis.db import Instant
from services.vehicle.metadata import METADATA

DEALINGS = Table(
    "dealings",
    METADATA,
    Column("request_digest", LargeBinary(32), primary_key=True),
    Column("content_digest", LargeBinary(32), nullable=False),
    Column("at", Instant, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("plate_digest", LargeBinary(32)),
    Column("vin_digest", LargeBinary(32)),
    Column("record", LargeBinary),
    Index("dealings_at", "at"),
    Index("dealings_of_plate", "plate_digest"),
    Index("dealings_of_vin", "vin_digest"),
)
"""Checks of the last 72 hours that left anything, with their answers; what was seen but for controls on the road."""

LEASES = define_leases(METADATA)
"""Leases of the key."""
