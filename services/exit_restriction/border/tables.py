"""Tables of checks: the answers of those that hit, kept for a time, and leases of the key.

In clear are only random ids, keyed digests, fingerprints of systems, and instants.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Table

from services.alerts.tables import define_leases
from services.chassis.db import Instant
from services.exit_restriction.metadata import METADATA

CHECKS = Table(
    "border_checks",
    METADATA,
    Column("request_digest", LargeBinary(32), primary_key=True),
    Column("content_digest", LargeBinary(32), nullable=False),
    Column("at", Instant, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Index("border_checks_at", "at"),
)
"""Checks of the last 72 hours that hit, with their answers."""

LEASES = define_leases(METADATA)
"""Leases of the key."""
