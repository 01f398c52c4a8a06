"""Events name the span that led to them, so that what rests on them can be traced back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("approval_events", sa.Column("span_id", sa.String(16)))


def downgrade() -> None:
    raise RuntimeError("timelines are never taken back")
