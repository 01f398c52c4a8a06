"""Disputes and what happened to them."""

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
    op.create_table("dispute_subjects", sa.Column("subject", sa.String(64), primary_key=True))
    disputes = op.create_table(
        "disputes",
        sa.Column("sequence", _KEY, primary_key=True, autoincrement=True),
        sa.Column("dispute_id", sa.String(36), nullable=False, unique=True),
        sa.Column("subject", sa.String(64), sa.ForeignKey("dispute_subjects.subject"), nullable=False),
        sa.Column("topic", sa.Integer, nullable=False),
        sa.Column("court_code", sa.String(16), nullable=False),
        sa.Column("police_organisation", sa.String(12), nullable=False),
        sa.Column("department", sa.Integer, nullable=False),
        sa.Column("state", sa.Integer, nullable=False),
        sa.Column("is_escalated", sa.Boolean, nullable=False),
    )
    op.create_index("disputes_of_subject", "disputes", ["subject"])
    op.create_index("disputes_of_court", "disputes", ["court_code", "sequence"])
    op.create_index("disputes_of_police", "disputes", ["police_organisation", "sequence"])
    escalated = disputes.c.is_escalated.is_(True)
    op.create_index("disputes_escalated", "disputes", ["sequence"], sqlite_where=escalated, postgresql_where=escalated)
    op.create_table(
        "dispute_steps",
        sa.Column("number", _KEY, primary_key=True, autoincrement=True),
        sa.Column("dispute_id", sa.String(36), sa.ForeignKey("disputes.dispute_id"), nullable=False),
        sa.Column("kind", sa.Integer, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("request_digest", sa.LargeBinary(32), nullable=False),
        sa.UniqueConstraint("dispute_id", "at", name="dispute_steps_at"),
    )


def downgrade() -> None:
    for table in ("dispute_steps", "disputes", "dispute_subjects"):
        op.drop_table(table)
