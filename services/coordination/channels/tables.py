"""Tables of what the provincial bodies declared of the channel. Nothing in them is personal."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table

from services.chassis.db import Instant
from services.coordination.metadata import METADATA

DECLARATIONS = Table(
    "channel_declarations",
    METADATA,
    Column("declaration_id", String(36), primary_key=True),
    Column("body", String(16), nullable=False),
    Column("court_code", String(16), nullable=False),
    Column("department", Integer, nullable=False),
    Column("start_at", Instant, nullable=False),
    Column("declared_at", Instant, nullable=False),
    Column("revision", BigInteger, nullable=False, unique=True),
)
"""That one body declares the platform operational. Rows are added and never change."""

OUTAGES = Table(
    "channel_outages",
    METADATA,
    Column("outage_id", String(36), primary_key=True),
    Column("court_code", String(16), nullable=False),
    Column("department", Integer, nullable=False),
    Column("start_at", Instant, nullable=False),
    Column("end_at", Instant, nullable=False),
    Column("declared_by", String(16), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("declared_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("ended_by", String(16), nullable=False),
    Column("revision", BigInteger, nullable=False, unique=True),
)
"""Outages; what is added later is that one was ended before its end, once."""
