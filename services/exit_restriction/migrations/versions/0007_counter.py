"""Leases of the key under which counters' copies know persons."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.db import Instant

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "counter_leases",
        sa.Column("lease_id", sa.String(36), primary_key=True),
        sa.Column("system", sa.LargeBinary(32), nullable=False),
        sa.Column("key_id", sa.BigInteger, nullable=False),
        sa.Column("starts_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
    )
    op.create_index("counter_leases_of_system", "counter_leases", ["system", "expires_at"])


def downgrade() -> None:
    op.drop_table("counter_leases")
