"""Table of duty credentials (执行公务证, 工作证).

In clear are courts, ids of officers and days; numbers are sealed, and found by keyed digests.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Index, Integer, LargeBinary, String, Table

from services.chassis.db import Instant
from services.coordination.metadata import KEY, METADATA

CREDENTIALS = Table(
    "credentials",
    METADATA,
    Column("sequence", KEY, primary_key=True, autoincrement=True),
    Column("credential_id", String(36), nullable=False, unique=True),
    Column("court_code", String(16), nullable=False),
    Column("officer_id", String(32), nullable=False),
    Column("kind", Integer, nullable=False),
    Column("number_digest", LargeBinary(32), nullable=False),
    Column("number", LargeBinary, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("registered_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("reason", LargeBinary),
    Column("revision", BigInteger, nullable=False, unique=True),
    Index("credentials_of_court", "court_code", "sequence"),
    Index("credentials_of_officer", "officer_id", "kind"),
    Index("credentials_of_number", "number_digest"),
    Index("credentials_until", "last_day"),
)
"""Credentials as courts registered them; what is added later is that one was revoked, once and for good."""
