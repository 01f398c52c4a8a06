"""Campaigns and lists of key cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.db import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("campaign_id", sa.String(36), primary_key=True),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("opened_by", sa.String(12), nullable=False),
        sa.Column("opened_at", Instant, nullable=False),
    )
    op.create_index("campaigns_newest", "campaigns", ["opened_at", "campaign_id"])
    op.create_table(
        "campaign_referrals",
        sa.Column("campaign_id", sa.String(36), sa.ForeignKey("campaigns.campaign_id"), primary_key=True),
        sa.Column("referral_id", sa.String(36), primary_key=True),
    )
    op.create_index("campaign_referrals_of", "campaign_referrals", ["referral_id"])
    _create_key_cases()


def _create_key_cases() -> None:
    op.create_table(
        "key_case_lists",
        sa.Column("list_id", sa.String(36), primary_key=True),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("body", sa.Integer, nullable=False),
        sa.Column("proposed_at", Instant, nullable=False),
    )
    op.create_table(
        "key_cases",
        sa.Column("list_id", sa.String(36), sa.ForeignKey("key_case_lists.list_id"), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("referral_id", sa.String(36), nullable=False),
        sa.Column("unit", sa.String(12), nullable=False),
    )
    op.create_table(
        "key_case_signatures",
        sa.Column("list_id", sa.String(36), sa.ForeignKey("key_case_lists.list_id"), primary_key=True),
        sa.Column("body", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("signed_at", Instant, nullable=False),
    )


def downgrade() -> None:
    for table in ("key_case_signatures", "key_cases", "key_case_lists", "campaign_referrals", "campaigns"):
        op.drop_table(table)
