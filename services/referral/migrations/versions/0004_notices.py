"""Duties that are owed, and how referrals stand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.db import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_duties()
    op.create_table(
        "standings",
        sa.Column("referral_id", sa.String(36), primary_key=True),
        sa.Column("court_code", sa.String(12), nullable=False),
        sa.Column("unit", sa.String(12), nullable=False),
        sa.Column("received_on", sa.Date),
        sa.Column("filed", sa.Integer, nullable=False),
        sa.Column("is_closed", sa.Boolean, nullable=False),
        sa.Column("case_number", sa.LargeBinary, nullable=False),
    )
    op.create_index("standings_of_court", "standings", ["court_code", "received_on", "referral_id"])
    op.create_index("standings_of_unit", "standings", ["unit", "received_on", "referral_id"])
    op.create_index("standings_of_province", "standings", ["received_on", "referral_id"])


def _create_duties() -> None:
    duties = op.create_table(
        "duties",
        sa.Column("duty_key", sa.LargeBinary(16), primary_key=True),
        sa.Column("referral_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.Integer, nullable=False),
        sa.Column("suspect", sa.Integer),
        sa.Column("actor", sa.String(12), nullable=False),
        sa.Column("court_code", sa.String(12), nullable=False),
        sa.Column("unit", sa.String(12), nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("nominal_on", sa.Date, nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("rule_version", sa.String(40), nullable=False),
        sa.Column("calendar_versions", sa.Text, nullable=False),
        sa.Column("is_provisional", sa.Boolean, nullable=False),
        sa.Column("adjusted", sa.Text, nullable=False),
        sa.Column("started_at", Instant, nullable=False),
        sa.Column("is_stale", sa.Boolean, nullable=False),
        sa.Column("case_number", sa.LargeBinary, nullable=False),
    )
    op.create_index("duties_of_referral", "duties", ["referral_id"])
    # With all that is listed of a duty, so that a page is read from the index alone.
    listed = [column.name for column in duties.c if column.name != "is_stale"]
    for name, order in (
        ("duties_of_court", ["court_code", "due_on", "duty_key"]),
        ("duties_of_unit", ["unit", "due_on", "duty_key"]),
        ("duties_of_province", ["due_on", "duty_key"]),
    ):
        op.create_index(name, "duties", [*order, *(column for column in listed if column not in order)])
    is_stale = duties.c.is_stale.is_(True)
    op.create_index("duties_stale", "duties", ["referral_id"], sqlite_where=is_stale, postgresql_where=is_stale)


def downgrade() -> None:
    for table in ("standings", "duties"):
        op.drop_table(table)
