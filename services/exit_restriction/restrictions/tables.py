"""Tables of restrictions: facts, which are added to and never changed.

In clear are only ids, which have no meaning, keyed digests, instants of facts, and terms.
"""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table

from services.chassis.db import Instant
from services.exit_restriction.metadata import KEY, METADATA

RESTRICTIONS = Table(
    "restrictions",
    METADATA,
    Column("sequence", KEY, primary_key=True, autoincrement=True),
    Column("restriction_id", String(36), nullable=False, unique=True),
    Column("subject_id", KEY, ForeignKey("subjects.subject_id"), nullable=False),
    Column("case_digest", LargeBinary(32), nullable=False),
    Column("filed_at", Instant, nullable=False),
    Column("start_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Index("restrictions_of_subject", "subject_id"),
    Index("restrictions_of_case", "case_digest", "sequence"),
)
"""Restrictions as they were filed; those of one person have rising sequences in the order of their receipt."""

FACTS = Table(
    "restriction_facts",
    METADATA,
    Column("number", KEY, primary_key=True, autoincrement=True),
    Column("restriction_id", String(36), ForeignKey("restrictions.restriction_id"), nullable=False),
    Column("subject_id", KEY, ForeignKey("subjects.subject_id"), nullable=False),
    Column("kind", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("last_day", Date),
    Column("successor_id", String(36)),
    Column("record", LargeBinary),
    Column("request_digest", LargeBinary(32), nullable=False),
    Index("restriction_facts_of_subject", "subject_id"),
)
"""What happened to restrictions later, and by which request; proposals of releases among it, which change nothing."""
