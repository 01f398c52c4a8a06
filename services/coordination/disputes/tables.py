"""Tables of disputes: facts, which are added to and never changed.

In clear are names, which have no meaning, codes of courts and police organisations, instants, and how a dispute stands,
which is a view of the facts for lists; nothing is decided by it. What was written, and who wrote it, is sealed.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from services.chassis.db import Instant
from services.coordination.metadata import KEY, METADATA

SUBJECTS = Table("dispute_subjects", METADATA, Column("subject", String(64), primary_key=True))
"""What is or was disputed about; whoever opens a dispute locks it, so that no two sides open one twice at once."""

DISPUTES = Table(
    "disputes",
    METADATA,
    Column("sequence", KEY, primary_key=True, autoincrement=True),
    Column("dispute_id", String(36), nullable=False, unique=True),
    Column("subject", String(64), ForeignKey("dispute_subjects.subject"), nullable=False),
    Column("topic", Integer, nullable=False),
    Column("court_code", String(16), nullable=False),
    Column("police_organisation", String(12), nullable=False),
    Column("department", Integer, nullable=False),
    Column("state", Integer, nullable=False),
    Column("is_escalated", Boolean, nullable=False),
    Index("disputes_of_subject", "subject"),
    Index("disputes_of_court", "court_code", "sequence"),
    Index("disputes_of_police", "police_organisation", "sequence"),
)
"""Disputes, and how they stand."""

_ESCALATED = DISPUTES.c.is_escalated.is_(True)
Index("disputes_escalated", DISPUTES.c.sequence, sqlite_where=_ESCALATED, postgresql_where=_ESCALATED)

STEPS = Table(
    "dispute_steps",
    METADATA,
    Column("number", KEY, primary_key=True, autoincrement=True),
    Column("dispute_id", String(36), ForeignKey("disputes.dispute_id"), nullable=False),
    Column("kind", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("request_digest", LargeBinary(32), nullable=False),
    UniqueConstraint("dispute_id", "at", name="dispute_steps_at"),
)
"""What happened to disputes, and by which request."""
