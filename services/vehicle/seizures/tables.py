"""Tables of seizures: facts, which are added to and never changed, sealed papers, and the change feed of alerts.

In clear are only ids, which have no meaning, keyed digests, instants of facts, and terms.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table

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

ALERTS = Table(
    "alerts",
    METADATA,
    Column("sequence", KEY, primary_key=True, autoincrement=True),
    Column("number", BigInteger, unique=True),
    Column("hash", BigInteger, nullable=False),
    Column("key_id", BigInteger, nullable=False),
    Column("vehicle_id", KEY, nullable=False),
    Column("present", Boolean, nullable=False),
)
"""Change feed of alerts: from a number on, the hash of a vehicle's plate or VIN is or is not among them.

A row has no number until the transaction that writes it ends, so that a reader never passes one that comes later.
"""

Index(
    "alerts_unnumbered",
    ALERTS.c.sequence,
    sqlite_where=ALERTS.c.number.is_(None),
    postgresql_where=ALERTS.c.number.is_(None),
)

ALERT_HEAD = Table(
    "alert_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
)
"""One row: the last number of the alerts, whose lock every writer of alerts takes last."""
