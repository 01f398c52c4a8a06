"""Referrals, their documents, and what courts and units asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.db import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_UNCOMPRESSED = "ALTER TABLE papers ALTER COLUMN content SET STORAGE EXTERNAL"


def upgrade() -> None:
    op.create_table("referral_cases", sa.Column("case_digest", sa.LargeBinary(32), primary_key=True))
    _create_referrals()
    _create_facts()
    _create_requests()
    if op.get_bind().dialect.name != "sqlite":
        op.execute(_UNCOMPRESSED)


def _create_referrals() -> None:
    referrals = op.create_table(
        "referrals",
        sa.Column("sequence", _KEY, primary_key=True, autoincrement=True),
        sa.Column("referral_id", sa.String(36), nullable=False, unique=True),
        sa.Column("case_digest", sa.LargeBinary(32), sa.ForeignKey("referral_cases.case_digest"), nullable=False),
        sa.Column("court_code", sa.String(16), nullable=False),
        sa.Column("sent_at", Instant, nullable=False),
        sa.Column("predecessor_id", sa.String(36), sa.ForeignKey("referrals.referral_id")),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("unit", sa.String(12), nullable=False),
        sa.Column("state", sa.Integer, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
    )
    op.create_index("referrals_of_unit", "referrals", ["unit", "sequence"])
    op.create_index("referrals_of_unit_in_state", "referrals", ["unit", "state", "sequence"])
    op.create_index("referrals_after", "referrals", ["predecessor_id"])
    open_ = referrals.c.is_open
    op.create_index("referrals_open", "referrals", ["sequence"], sqlite_where=open_, postgresql_where=open_)
    op.create_table(
        "referral_suspects",
        sa.Column("referral_id", sa.String(36), sa.ForeignKey("referrals.referral_id"), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("suspect_digest", sa.LargeBinary(32), nullable=False),
    )
    op.create_index("referral_suspects_of_case", "referral_suspects", ["suspect_digest"])


def _create_facts() -> None:
    op.create_table(
        "referral_facts",
        sa.Column("number", _KEY, primary_key=True, autoincrement=True),
        sa.Column("referral_id", sa.String(36), sa.ForeignKey("referrals.referral_id"), nullable=False),
        sa.Column("kind", sa.Integer, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("suspect", sa.Integer),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("request_digest", sa.LargeBinary(32), nullable=False),
        sa.UniqueConstraint("referral_id", "at", name="referral_facts_at"),
    )
    op.create_table(
        "referral_documents",
        sa.Column("number", _KEY, primary_key=True, autoincrement=True),
        sa.Column("referral_id", sa.String(36), sa.ForeignKey("referrals.referral_id"), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("referral_id", "digest", name="referral_documents_once"),
    )


def _create_requests() -> None:
    op.create_table(
        "papers",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "referral_requests",
        sa.Column("request_digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("content_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("papers", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    for table in (
        "referral_requests",
        "papers",
        "referral_documents",
        "referral_facts",
        "referral_suspects",
        "referrals",
        "referral_cases",
    ):
        op.drop_table(table)
