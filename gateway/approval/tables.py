"""Tables of approvals: submissions and timelines, which are never changed, and requests, which are erased."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from services.chassis.db import Instant

METADATA = MetaData()

APPROVALS = Table(
    "approvals",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("request_id", String(36), nullable=False),
    Column("requester", String(32), nullable=False),
    Column("requester_court", String(16), nullable=False),
    Column("method", String(200), nullable=False),
    Column("request_sha256", LargeBinary(32), nullable=False),
    Column("court_code", String(16), nullable=False),
    Column("case_number", String(40), nullable=False),
    Column("reason", LargeBinary, nullable=False),
    Column("validity_us", BigInteger),
    Column("submitted_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("needed_count", Integer, nullable=False),
    Column("needed_rank", Integer, nullable=False),
    Column("needed_level", Integer, nullable=False),
    Column("max_validity_us", BigInteger, nullable=False),
    Column("framework_ref", String(200)),
    UniqueConstraint("requester", "request_id", name="approvals_request"),
    Index("approvals_newest", "submitted_at", "id"),
    Index("approvals_of_requester", "requester", "submitted_at", "id"),
    Index("approvals_of_court", "requester_court", "submitted_at", "id"),
    Index("approvals_end", "expires_at"),
)
"""Submissions; the reason is sealed. The needed columns are the policy as it was, and so is the reference."""

EVENTS = Table(
    "approval_events",
    METADATA,
    Column("approval_id", String(36), ForeignKey("approvals.id"), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("kind", Integer, nullable=False),
    Column("time", Instant, nullable=False),
    Column("actor", String(32), nullable=False),
    Column("trace_id", String(32), nullable=False),
    Column("reason", LargeBinary),
    Column("statement", LargeBinary),
    Column("statement_sha256", LargeBinary(32)),
    Column("span_id", String(16)),
)
"""Timelines: one place of one timeline is one row. Reasons are sealed, and statements, which repeat them."""

REQUESTS = Table(
    "approval_requests",
    METADATA,
    Column("approval_id", String(36), ForeignKey("approvals.id"), primary_key=True),
    Column("expires_at", Instant, nullable=False),
    Column("request", LargeBinary, nullable=False),
    Index("approval_requests_end", "expires_at"),
)
"""Sealed bytes of the requests of approvals that have not ended."""

COURTS = Table("approval_courts", METADATA, Column("court", String(16), primary_key=True))
"""Courts that ever submitted a request, so that a list need not look for them among all approvals."""
