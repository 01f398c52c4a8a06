"""The index by which overseers find entries. It is filled from the log afterwards, by its own cursor."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INDEXES = (
    ("actor", ("actor", "time_us", "leaf_index"), None),
    ("case", ("case_index", "time_us", "leaf_index", "kind"), "case_index IS NOT NULL"),
    ("approval", ("approval", "time_us", "leaf_index", "step"), "approval IS NOT NULL"),
    ("disclosed", ("time_us",), "kind = 1"),
    ("consented", ("time_us",), "step = 2"),
)


def upgrade() -> None:
    op.create_table(
        "indexed_calls",
        sa.Column(
            "leaf_index", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False
        ),
        sa.Column("time_us", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("step", sa.SmallInteger, nullable=False),
        sa.Column("actor", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(16), nullable=False),
        sa.Column("approval", sa.LargeBinary(16)),
        sa.Column("case_index", sa.LargeBinary(32)),
    )
    for name, columns, only in _INDEXES:
        where = None if only is None else sa.text(only)
        op.create_index(f"indexed_calls_{name}", "indexed_calls", columns, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "indexed_subjects",
        sa.Column("subject", sa.LargeBinary(32), primary_key=True),
        sa.Column("time_us", sa.BigInteger, primary_key=True),
        sa.Column("leaf_index", sa.BigInteger, primary_key=True),
        sqlite_with_rowid=False,
    )
    cursor = op.create_table(
        "index_cursor",
        sa.Column(
            "id",
            sa.Integer,
            sa.CheckConstraint("id = 1", name="index_cursor_is_one"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("next_index", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(cursor, [{"id": 1, "next_index": 0}])


def downgrade() -> None:
    op.drop_table("index_cursor")
    op.drop_table("indexed_subjects")
    op.drop_table("indexed_calls")
