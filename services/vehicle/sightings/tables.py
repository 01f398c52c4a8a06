"""Tables of sightings, of the notices of them, and of what is due later.

In clear are only ids, which have no meaning, a keyed digest, the occasion, and when seized vehicles were seen.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from services.chassis.db import Instant
from services.chassis.feed import define_feed
from services.chassis.outbox import define_outbox
from services.vehicle.metadata import KEY, METADATA

FEED, OUTBOX = define_feed(METADATA), define_outbox(METADATA)

SIGHTINGS = Table(
    "sightings",
    METADATA,
    Column("sighting_id", String(36), primary_key=True),
    Column("vehicle_id", KEY, ForeignKey("vehicles.vehicle_id"), nullable=False),
    Column("trigger", Integer, nullable=False),
    Column("matter", LargeBinary(32), nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("times", Integer, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Index("sightings_of_vehicle", "vehicle_id", "last_at"),
)
"""Sightings; the matter is the keyed digest of all in which two must agree to be one."""
