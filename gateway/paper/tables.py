"""Tables of the paper channel: what came, and what became of it; neither is ever changed."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, MetaData, String, Table, UniqueConstraint

from services.chassis.db import Instant

METADATA = MetaData()

ITEMS = Table(
    "paper_items",
    METADATA,
    Column("approval_id", String(36), primary_key=True),
    Column("court_code", String(16), nullable=False),
    Column("paper_reference", String(100), nullable=False),
    Column("content_sha256", LargeBinary(32), nullable=False),
    Column("method", String(200), nullable=False),
    Column("bundle_id", String(36), nullable=False),
    Column("bundle_sha256", LargeBinary(32), nullable=False),
    Column("organisation", String(16), nullable=False),
    Column("importer", String(32), nullable=False),
    Column("signed_at", Instant, nullable=False),
    Column("imported_at", Instant, nullable=False),
    UniqueConstraint("court_code", "paper_reference", name="paper_items_reference"),
    Index("paper_items_of_court", "court_code", "imported_at", "approval_id"),
    Index("paper_items_of_organisation", "organisation", "imported_at", "approval_id"),
)
"""Requests that came on paper. What was refused before it was approved has no approval, so there is no foreign key."""

ANSWERS = Table(
    "paper_answers",
    METADATA,
    Column("approval_id", String(36), ForeignKey("paper_items.approval_id"), primary_key=True),
    Column("sealed_answer", LargeBinary, nullable=False),
    Column("status", LargeBinary, nullable=False),
    Column("reason", String(64), nullable=False),
    Column("performed_at", Instant, nullable=False),
)
"""What became of them. Answers are sealed to the judge's key: nobody here can open them."""
