"""The list of dishonest debtors, and uploads of its entries."""

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
    op.create_table("lists", sa.Column("court_code", sa.String(16), primary_key=True))
    op.create_table(
        "entries",
        sa.Column("sequence", _KEY, primary_key=True, autoincrement=True),
        sa.Column("entry_id", sa.String(36), nullable=False, unique=True),
        sa.Column("case_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("received_at", Instant, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_index("entries_of_case", "entries", ["case_digest", "sequence"])
    op.create_table(
        "entry_facts",
        sa.Column("number", _KEY, primary_key=True, autoincrement=True),
        sa.Column("entry_id", sa.String(36), sa.ForeignKey("entries.entry_id"), nullable=False),
        sa.Column("kind", sa.Integer, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("case_digest", sa.LargeBinary(32)),
        sa.Column("restriction_id", sa.String(36)),
        sa.Column("record", sa.LargeBinary),
        sa.Column("request_digest", sa.LargeBinary(32), nullable=False),
    )
    op.create_index("entry_facts_of_entry", "entry_facts", ["entry_id"])
    op.create_index("entry_facts_of_case", "entry_facts", ["case_digest"])
    _create_uploads()


def _create_uploads() -> None:
    op.create_table(
        "uploads",
        sa.Column("upload_id", sa.String(36), primary_key=True),
        sa.Column("court_code", sa.String(16), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("item_count", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("state", sa.Integer, nullable=False),
        sa.Column("pushed_count", sa.BigInteger, nullable=False),
        sa.Column("forwarded_count", sa.BigInteger, nullable=False),
        sa.Column("list_only_count", sa.BigInteger, nullable=False),
        sa.Column("refused_count", sa.BigInteger, nullable=False),
    )
    op.create_index("uploads_by_age", "uploads", ["state", "created_at"])
    op.create_table(
        "upload_chunks",
        sa.Column("upload_id", sa.String(36), sa.ForeignKey("uploads.upload_id"), primary_key=True),
        sa.Column("first_index", sa.BigInteger, primary_key=True),
        sa.Column("item_count", sa.BigInteger, nullable=False),
        sa.Column("items", sa.LargeBinary, nullable=False),
        sa.Column("faults", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "upload_notices",
        sa.Column("upload_id", sa.String(36), sa.ForeignKey("uploads.upload_id"), primary_key=True),
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "upload_outcomes",
        sa.Column("upload_id", sa.String(36), sa.ForeignKey("uploads.upload_id"), primary_key=True),
        sa.Column("first_index", sa.BigInteger, primary_key=True),
        sa.Column("item_count", sa.BigInteger, nullable=False),
        sa.Column("outcomes", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    for table in (
        "upload_outcomes",
        "upload_notices",
        "upload_chunks",
        "uploads",
        "entry_facts",
        "entries",
        "lists",
    ):
        op.drop_table(table)
