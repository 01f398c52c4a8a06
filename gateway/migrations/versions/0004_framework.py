"""Approvals name the rules under which they were asked for; those from before name none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("approvals", sa.Column("framework_ref", sa.String(200)))


def downgrade() -> None:
    raise RuntimeError("approvals are never taken back")
