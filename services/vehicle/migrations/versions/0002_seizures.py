"""Seizures, their papers, and the change feed of alerts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.db import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_UNCOMPRESSED = "ALTER TABLE papers ALTER COLUMN content SET STORAGE EXTERNAL"


def upgrade() -> None:
    op.create_table(
        "seizures",
        sa.Column("sequence", _KEY, primary_key=True, autoincrement=True),
        sa.Column("seizure_id", sa.String(36), nullable=False, unique=True),
        sa.Column("vehicle_id", _KEY, sa.ForeignKey("vehicles.vehicle_id"), nullable=False),
        sa.Column("case_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("served_at", Instant, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_index("seizures_of_vehicle", "seizures", ["vehicle_id"])
    op.create_index("seizures_of_case", "seizures", ["case_digest", "sequence"])
    op.create_table(
        "seizure_facts",
        sa.Column("number", _KEY, primary_key=True, autoincrement=True),
        sa.Column("seizure_id", sa.String(36), sa.ForeignKey("seizures.seizure_id"), nullable=False),
        sa.Column("vehicle_id", _KEY, sa.ForeignKey("vehicles.vehicle_id"), nullable=False),
        sa.Column("kind", sa.Integer, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("term_months", sa.Integer),
        sa.Column("last_day", sa.Date),
        sa.Column("request_digest", sa.LargeBinary(32), nullable=False),
    )
    op.create_index("seizure_facts_of_vehicle", "seizure_facts", ["vehicle_id"])
    op.create_table(
        "disposals",
        sa.Column("seizure_id", sa.String(36), sa.ForeignKey("seizures.seizure_id"), primary_key=True),
        sa.Column("vehicle_id", _KEY, sa.ForeignKey("vehicles.vehicle_id"), nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_index("disposals_of_vehicle", "disposals", ["vehicle_id"])
    _create_requests()
    _create_alerts()
    if op.get_bind().dialect.name != "sqlite":
        op.execute(_UNCOMPRESSED)


def _create_requests() -> None:
    op.create_table(
        "papers",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "seizure_requests",
        sa.Column("request_digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("content_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("papers", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
    )


def _create_alerts() -> None:
    alerts = op.create_table(
        "alerts",
        sa.Column("sequence", _KEY, primary_key=True, autoincrement=True),
        sa.Column("number", sa.BigInteger, unique=True),
        sa.Column("hash", sa.BigInteger, nullable=False),
        sa.Column("key_id", sa.BigInteger, nullable=False),
        sa.Column("vehicle_id", _KEY, nullable=False),
        sa.Column("present", sa.Boolean, nullable=False),
    )
    unnumbered = alerts.c.number.is_(None)
    op.create_index("alerts_unnumbered", "alerts", ["sequence"], sqlite_where=unnumbered, postgresql_where=unnumbered)
    head = op.create_table(
        "alert_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(head, [{"id": 1, "last": 0}])


def downgrade() -> None:
    for table in ("alert_head", "alerts", "seizure_requests", "papers", "disposals", "seizure_facts", "seizures"):
        op.drop_table(table)
