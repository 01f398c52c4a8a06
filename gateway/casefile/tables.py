"""Tables of the case registry: cases, their timelines and their parties are added to and never changed."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table

from services.chassis.db import Instant

METADATA = MetaData()

CASES = Table(
    "cases",
    METADATA,
    Column("case_number", String(40), primary_key=True),
    Column("court_code", String(16), nullable=False),
    Column("parties", LargeBinary, nullable=False),
)
"""Cases by number, which names its court. Parties are their keyed indexes of 32 bytes, sorted, one after another."""

EVENTS = Table(
    "case_events",
    METADATA,
    Column("case_number", String(40), ForeignKey("cases.case_number"), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("kind", Integer, nullable=False),
    Column("time", Instant, nullable=False),
    Column("actor", String(32), nullable=False),
    Column("handler", String(32), nullable=False),
)
"""Timelines: who handles a case from when, and when it was closed."""

REQUESTS = Table(
    "case_requests",
    METADATA,
    Column("court_code", String(16), primary_key=True),
    Column("request_id", String(36), primary_key=True),
    Column("content_sha256", LargeBinary(32), nullable=False),
)
"""Idempotency keys of courts, with the digest of what was asked under each."""
