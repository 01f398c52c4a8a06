"""Tables of liaisons.

In clear are organisations, ids of officers and days; names, telephones and reasons are sealed.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table

from services.chassis.db import Instant
from services.coordination.metadata import KEY, METADATA

LIAISONS = Table(
    "liaisons",
    METADATA,
    Column("liaison_id", String(36), primary_key=True),
    Column("organisation", String(16), nullable=False),
    Column("department", Integer, nullable=False),
    Column("officer_id", String(32), nullable=False),
    Column("is_deputy", Boolean, nullable=False),
    Column("on_establishment", Boolean, nullable=False),
    Column("contact", LargeBinary, nullable=False),
    Column("revision", BigInteger, nullable=False, unique=True),
    Index("liaisons_of_post", "organisation", "department", "liaison_id"),
    Index("liaisons_of_officer", "officer_id"),
)
"""Whom organisations appointed; only the revision changes."""

FACTS = Table(
    "liaison_facts",
    METADATA,
    Column("number", KEY, primary_key=True, autoincrement=True),
    Column("liaison_id", String(36), ForeignKey("liaisons.liaison_id"), nullable=False),
    Column("kind", Integer, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date),
    Column("reason", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Index("liaison_facts_of_liaison", "liaison_id", "number"),
)
"""What happened to appointments: when they were to run, when their end was moved, and when somebody was on leave,
and from when on somebody was no longer on the establishment."""
