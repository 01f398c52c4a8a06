"""Restrictions, and what courts handed in."""

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
    _create_filing()
    op.create_table(
        "restrictions",
        sa.Column("sequence", _KEY, primary_key=True, autoincrement=True),
        sa.Column("restriction_id", sa.String(36), nullable=False, unique=True),
        sa.Column("subject_id", _KEY, sa.ForeignKey("subjects.subject_id"), nullable=False),
        sa.Column("case_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("filed_at", Instant, nullable=False),
        sa.Column("start_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_index("restrictions_of_subject", "restrictions", ["subject_id"])
    op.create_index("restrictions_of_case", "restrictions", ["case_digest", "sequence"])
    op.create_table(
        "restriction_facts",
        sa.Column("number", _KEY, primary_key=True, autoincrement=True),
        sa.Column("restriction_id", sa.String(36), sa.ForeignKey("restrictions.restriction_id"), nullable=False),
        sa.Column("subject_id", _KEY, sa.ForeignKey("subjects.subject_id"), nullable=False),
        sa.Column("kind", sa.Integer, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("last_day", sa.Date),
        sa.Column("successor_id", sa.String(36)),
        sa.Column("record", sa.LargeBinary),
        sa.Column("request_digest", sa.LargeBinary(32), nullable=False),
    )
    op.create_index("restriction_facts_of_subject", "restriction_facts", ["subject_id"])


def _create_filing() -> None:
    op.create_table(
        "papers",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "requests",
        sa.Column("request_digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("content_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("papers", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
    )
    if op.get_bind().dialect.name != "sqlite":
        op.execute(_UNCOMPRESSED)


def downgrade() -> None:
    for table in ("restriction_facts", "restrictions", "requests", "papers"):
        op.drop_table(table)
