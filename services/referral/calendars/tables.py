"""Tables of calendars of working days, and of what is computed anew when one is adopted.

Nothing in them is personal.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from services.chassis.db import Instant
from services.referral.metadata import KEY, METADATA

CALENDARS = Table(
    "calendars",
    METADATA,
    Column("sequence", KEY, primary_key=True, autoincrement=False),
    Column("year", Integer, nullable=False),
    Column("version", String(100), nullable=False),
    Column("days_off", Text, nullable=False),
    Column("working_weekend_days", Text, nullable=False),
    Column("source", String(100), nullable=False),
    Column("published_on", Date),
    Column("adopted_at", Instant),
    Column("is_imported", Boolean, nullable=False),
    UniqueConstraint("year", "version", name="calendars_version"),
)
"""Every version of every year; days as ISO dates with spaces between them. Rows are added and never change."""

HEAD = Table(
    "calendar_head",
    METADATA,
    Column("head_id", Integer, primary_key=True, autoincrement=False),
    Column("last_sequence", KEY, nullable=False),
)
"""The last sequence, in one row: whoever computes deadlines shares its lock, whoever adopts a calendar has it alone."""

RUNS = Table(
    "calendar_runs",
    METADATA,
    Column("sequence", KEY, ForeignKey("calendars.sequence"), primary_key=True, autoincrement=False),
    Column("reached", String(36), nullable=False),
    Column("recomputed", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("ended_at", Instant),
)
"""Up to which referral open deadlines were computed anew after a calendar was adopted, and how many."""
