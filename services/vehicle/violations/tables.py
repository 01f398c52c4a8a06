"""Tables of violations: sealed records under keyed digests, and under which sales they were cleared."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table

from services.chassis.db import Instant
from services.vehicle.metadata import KEY, METADATA

VIOLATIONS = Table(
    "violations",
    METADATA,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("vehicle_id", KEY, ForeignKey("vehicles.vehicle_id"), nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("cleared_at", Instant),
    Index("violations_of_vehicle", "vehicle_id"),
)
"""Violations by the keyed digest of the record's number."""

CLEARINGS = Table(
    "clearings",
    METADATA,
    Column("seizure_id", String(36), ForeignKey("disposals.seizure_id"), primary_key=True),
    Column("request_digest", LargeBinary(32), nullable=False),
    Column("cleared_at", Instant, nullable=False),
)
"""Sales under which violations were cleared, and by which request: one clearing for each."""
