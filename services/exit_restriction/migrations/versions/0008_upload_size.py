"""How many bytes are staged in an upload; of those that are there already it is not known, and counts as none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("uploads", sa.Column("size", sa.BigInteger, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("uploads", "size")
