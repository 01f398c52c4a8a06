"""Tables of hits: who was met when, and what was done, which is added to and never changed.

In clear are only ids, which have no meaning, keyed digests, and when people under control were met.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from services.chassis.db import Instant
from services.exit_restriction.metadata import KEY, METADATA

HITS = Table(
    "hits",
    METADATA,
    Column("sequence", KEY, primary_key=True, autoincrement=True),
    Column("hit_id", String(36), nullable=False, unique=True),
    Column("subject_id", KEY, ForeignKey("subjects.subject_id"), nullable=False),
    Column("matter", LargeBinary(32), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("times", Integer, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Index("hits_of_subject", "subject_id", "last_at"),
)
"""Hits; the matter is the keyed digest of all in which two must agree to be one."""

HIT_CONTROLS = Table(
    "hit_controls",
    METADATA,
    Column("hit_id", String(36), ForeignKey("hits.hit_id"), primary_key=True),
    Column("control_id", String(36), ForeignKey("controls.control_id"), primary_key=True),
    Column("told", Boolean, nullable=False),
    Index("hit_controls_of_control", "control_id"),
    sqlite_with_rowid=False,
)
"""Which controls a hit concerned, and of which of them the case was told."""

HANDLINGS = Table(
    "hit_handlings",
    METADATA,
    Column("number", KEY, primary_key=True, autoincrement=True),
    Column("hit_id", String(36), ForeignKey("hits.hit_id"), nullable=False),
    Column("request_digest", LargeBinary(32), nullable=False, unique=True),
    Column("content_digest", LargeBinary(32), nullable=False),
    Column("at", Instant, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Index("hit_handlings_of_hit", "hit_id"),
)
"""What was done with people who were met, and by which request it was recorded."""
