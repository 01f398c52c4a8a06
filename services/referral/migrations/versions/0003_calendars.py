"""Calendars of working days, and what is computed anew when one is adopted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.db import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "calendars",
        sa.Column("sequence", _KEY, primary_key=True, autoincrement=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("version", sa.String(100), nullable=False),
        sa.Column("days_off", sa.Text, nullable=False),
        sa.Column("working_weekend_days", sa.Text, nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("published_on", sa.Date),
        sa.Column("adopted_at", Instant),
        sa.Column("is_imported", sa.Boolean, nullable=False),
        sa.UniqueConstraint("year", "version", name="calendars_version"),
    )
    head = op.create_table(
        "calendar_head",
        sa.Column("head_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last_sequence", _KEY, nullable=False),
    )
    op.bulk_insert(head, [{"head_id": 1, "last_sequence": 0}])
    op.create_table(
        "calendar_runs",
        sa.Column("sequence", _KEY, sa.ForeignKey("calendars.sequence"), primary_key=True, autoincrement=False),
        sa.Column("reached", sa.String(36), nullable=False),
        sa.Column("recomputed", sa.Integer, nullable=False),
        sa.Column("changed", sa.Integer, nullable=False),
        sa.Column("ended_at", Instant),
    )


def downgrade() -> None:
    for table in ("calendar_runs", "calendar_head", "calendars"):
        op.drop_table(table)
