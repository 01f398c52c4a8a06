"""Entries without an index of their hashes, which come in no order: each append had to change a page for each entry."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TRIGGER = """
CREATE TRIGGER entries_no_{name} BEFORE {verb} ON entries
BEGIN SELECT RAISE(ABORT, 'entries are only ever appended'); END
"""
_COPY = """
INSERT INTO entries_anew (leaf_index, entry_id, leaf_hash, entry)
SELECT leaf_index, entry_id, leaf_hash, entry FROM entries ORDER BY leaf_index
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("entries_leaf_hash_key", "entries")
        return
    # SQLite keeps the index of a column that is unique for as long as there is the table.
    op.create_table(
        "entries_anew",
        sa.Column("leaf_index", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("entry_id", sa.LargeBinary(16), nullable=False, unique=True),
        sa.Column("leaf_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("entry", sa.LargeBinary, nullable=False),
    )
    op.execute(_COPY)
    op.drop_table("entries")
    op.rename_table("entries_anew", "entries")
    for verb in ("UPDATE", "DELETE"):
        op.execute(_TRIGGER.format(name=verb.lower(), verb=verb))


def downgrade() -> None:
    raise RuntimeError("a log is never taken back")
