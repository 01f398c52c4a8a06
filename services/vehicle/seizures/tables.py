"""Tables of seizures: facts, which are added to and never changed, sealed papers, and the change feed of alerts.

In clear are only ids, which have no meaning, keyed digests, instants of facts, and terms.
"""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table

from services.alerts.tables import define_alerts
from services.chassis.db import Instant
from services.filing.tables import define_filing
from services.vehicle.metadata import KEY, METADATA

SEIZURES = Table(
    "seizures",
    METADATA,
    Column("sequence", KEY, primary_key=True, autoincrement=True),
    Column("seizure_id", String(36), nullable=False, unique=True),
    Column("vehicle_id", KEY, ForeignKey("vehicles.vehicle_id"), nullable=False),
    Column("case_digest", LargeBinary(32), nullable=False),
    Column("served_at", Instant, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Index("seizures_of_vehicle", "vehicle_id"),
    Index("seizures_of_case", "case_digest", "sequence"),
)
"""Seizures as they were served; those of one vehicle have rising sequences in the order in which they were received."""

FACTS = Table(
    "seizure_facts",
    METADATA,
    Column("number", KEY, primary_key=True, autoincrement=True),
    Column("seizure_id", String(36), ForeignKey("seizures.seizure_id"), nullable=False),
    Column("vehicle_id", KEY, ForeignKey("vehicles.vehicle_id"), nullable=False),
    Column("kind", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("term_months", Integer),
    Column("last_day", Date),
    Column("request_digest", LargeBinary(32), nullable=False),
    Index("seizure_facts_of_vehicle", "vehicle_id"),
)
"""What happened to seizures later, and by which request."""

DISPOSALS = Table(
    "disposals",
    METADATA,
    Column("seizure_id", String(36), ForeignKey("seizures.seizure_id"), primary_key=True),
    Column("vehicle_id", KEY, ForeignKey("vehicles.vehicle_id"), nullable=False),
    Column("record", LargeBinary, nullable=False),
    Index("disposals_of_vehicle", "vehicle_id"),
)
"""Sales of vehicles by courts."""

FILING = define_filing(METADATA, requests="seizure_requests")
"""What courts handed in; the copies that are shown at windows are kept there too."""

ALERTS = define_alerts(METADATA, subject="vehicle_id")
"""Alerts for vehicles, under the hashes of their plates and VINs."""
