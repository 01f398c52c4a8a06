"""Violations, and under which sales they were cleared."""

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
    op.create_table(
        "violations",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("vehicle_id", _KEY, sa.ForeignKey("vehicles.vehicle_id"), nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("cleared_at", Instant),
    )
    op.create_index("violations_of_vehicle", "violations", ["vehicle_id"])
    op.create_table(
        "clearings",
        sa.Column("seizure_id", sa.String(36), sa.ForeignKey("disposals.seizure_id"), primary_key=True),
        sa.Column("request_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("cleared_at", Instant, nullable=False),
    )


def downgrade() -> None:
    for table in ("clearings", "violations"):
        op.drop_table(table)
