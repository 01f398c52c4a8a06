"""Tables of controls: facts, which are added to and never changed, and the change feed of alerts.

In clear are only ids, which have no meaning, keyed digests, and instants of facts.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from services.alerts.tables import define_alerts
from services.chassis.db import Instant
from services.exit_restriction.metadata import KEY, METADATA

CONTROLS = Table(
    "controls",
    METADATA,
    Column("sequence", KEY, primary_key=True, autoincrement=True),
    Column("control_id", String(36), nullable=False, unique=True),
    Column("subject_id", KEY, ForeignKey("subjects.subject_id"), nullable=False),
    Column("case_digest", LargeBinary(32), nullable=False),
    Column("placed_at", Instant, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Index("controls_of_subject", "subject_id"),
    Index("controls_of_case", "case_digest", "sequence"),
)
"""Controls as they were placed; those of one person have rising sequences in the order in which they were received."""

FACTS = Table(
    "control_facts",
    METADATA,
    Column("number", KEY, primary_key=True, autoincrement=True),
    Column("control_id", String(36), ForeignKey("controls.control_id"), nullable=False),
    Column("subject_id", KEY, ForeignKey("subjects.subject_id"), nullable=False),
    Column("kind", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("successor_id", String(36)),
    Column("request_digest", LargeBinary(32), nullable=False),
    Index("control_facts_of_subject", "subject_id"),
)
"""What happened to controls later, and by which request."""

ALERTS = define_alerts(METADATA)
"""Alerts for people under control, under the hashes of all their numbers."""
