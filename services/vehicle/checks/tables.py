"""Tables of checks: what is kept for a time of those that leave anything, leases of the key, and the way to alerts.

In clear are only random ids, keyed digests, fingerprints of systems, and instants.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table

from services.chassis.db import Instant
from services.vehicle.metadata import METADATA
from services.vehicle.seizures.tables import ALERTS

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
"""Checks of the last 72 hours that left anything, with their answers; of inspections and transfers what was seen."""

LEASES = Table(
    "check_leases",
    METADATA,
    Column("lease_id", String(36), primary_key=True),
    Column("system", LargeBinary(32), nullable=False),
    Column("key_id", BigInteger, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("check_leases_of_system", "system", "expires_at"),
)
"""Leases of the key, each of the system with one certificate."""

Index("alerts_of_hash", ALERTS.c.hash)
