"""Tables of uploads: what is staged, and what became of it when it was pushed.

In clear are only ids, which have no meaning, codes of courts, keyed digests, numbers of items, and instants.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from services.chassis.db import Instant
from services.exit_restriction.metadata import METADATA

UPLOADS = Table(
    "uploads",
    METADATA,
    Column("upload_id", String(36), primary_key=True),
    Column("court_code", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("item_count", BigInteger, nullable=False),
    Column("sha256", LargeBinary(32), nullable=False),
    Column("state", Integer, nullable=False),
    Column("pushed_count", BigInteger, nullable=False),
    Column("forwarded_count", BigInteger, nullable=False),
    Column("list_only_count", BigInteger, nullable=False),
    Column("refused_count", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Index("uploads_by_age", "state", "created_at"),
)
"""Uploads. Whoever changes one holds the lock of its row."""

CHUNKS = Table(
    "upload_chunks",
    METADATA,
    Column("upload_id", String(36), ForeignKey("uploads.upload_id"), primary_key=True),
    Column("first_index", BigInteger, primary_key=True),
    Column("item_count", BigInteger, nullable=False),
    Column("items", LargeBinary, nullable=False),
    Column("faults", LargeBinary, nullable=False),
)
"""Items as they came, some at a time, with what is wrong with them."""

NOTICES = Table(
    "upload_notices",
    METADATA,
    Column("upload_id", String(36), ForeignKey("uploads.upload_id"), primary_key=True),
    Column("digest", LargeBinary(32), primary_key=True),
    Column("document", LargeBinary, nullable=False),
    Column("text", LargeBinary, nullable=False),
)
"""Notices of uploads by the keyed digest of their SHA-256, each once, with their text."""

OUTCOMES = Table(
    "upload_outcomes",
    METADATA,
    Column("upload_id", String(36), ForeignKey("uploads.upload_id"), primary_key=True),
    Column("first_index", BigInteger, primary_key=True),
    Column("item_count", BigInteger, nullable=False),
    Column("outcomes", LargeBinary, nullable=False),
)
"""What became of items, of all that were pushed at once."""
