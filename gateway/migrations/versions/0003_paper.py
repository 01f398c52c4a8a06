"""What came on paper, and what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.db import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_APPEND_ONLY = ("paper_items", "paper_answers")

_SQLITE = """
CREATE TRIGGER {table}_no_{name} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} are only ever added to'); END
"""
_POSTGRES = """
CREATE TRIGGER {table}_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    op.create_table(
        "paper_items",
        sa.Column("approval_id", sa.String(36), primary_key=True),
        sa.Column("court_code", sa.String(16), nullable=False),
        sa.Column("paper_reference", sa.String(100), nullable=False),
        sa.Column("content_sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("method", sa.String(200), nullable=False),
        sa.Column("bundle_id", sa.String(36), nullable=False),
        sa.Column("bundle_sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("organisation", sa.String(16), nullable=False),
        sa.Column("importer", sa.String(32), nullable=False),
        sa.Column("signed_at", Instant, nullable=False),
        sa.Column("imported_at", Instant, nullable=False),
        sa.UniqueConstraint("court_code", "paper_reference", name="paper_items_reference"),
    )
    for column in ("court_code", "organisation"):
        name = f"paper_items_of_{column.removesuffix('_code')}"
        op.create_index(name, "paper_items", [column, "imported_at", "approval_id"])
    op.create_table(
        "paper_answers",
        sa.Column("approval_id", sa.String(36), sa.ForeignKey("paper_items.approval_id"), primary_key=True),
        sa.Column("sealed_answer", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.LargeBinary, nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("performed_at", Instant, nullable=False),
    )
    for table in _APPEND_ONLY:
        if op.get_bind().dialect.name == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                op.execute(_SQLITE.format(table=table, name=verb.lower(), verb=verb))
        else:
            op.execute(_POSTGRES.format(table=table))


def downgrade() -> None:
    raise RuntimeError("what came on paper is never taken back")
