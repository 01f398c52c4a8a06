"""Checks at ports that left anything, and leases of the key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.db import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "border_checks",
        sa.Column("request_digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("content_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
    )
    op.create_index("border_checks_at", "border_checks", ["at"])
    op.create_table(
        "check_leases",
        sa.Column("lease_id", sa.String(36), primary_key=True),
        sa.Column("system", sa.LargeBinary(32), nullable=False),
        sa.Column("key_id", sa.BigInteger, nullable=False),
        sa.Column("starts_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
    )
    op.create_index("check_leases_of_system", "check_leases", ["system", "expires_at"])


def downgrade() -> None:
    for table in ("check_leases", "border_checks"):
        op.drop_table(table)
