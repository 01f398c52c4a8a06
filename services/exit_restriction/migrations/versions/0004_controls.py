"""Controls, their alerts, and the people who were met."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.db import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _create_controls()
    _create_alerts()
    _create_hits()


def _create_controls() -> None:
    op.create_table(
        "controls",
        sa.Column("sequence", _KEY, primary_key=True, autoincrement=True),
        sa.Column("control_id", sa.String(36), nullable=False, unique=True),
        sa.Column("subject_id", _KEY, sa.ForeignKey("subjects.subject_id"), nullable=False),
        sa.Column("case_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("placed_at", Instant, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_index("controls_of_subject", "controls", ["subject_id"])
    op.create_index("controls_of_case", "controls", ["case_digest", "sequence"])
    op.create_table(
        "control_facts",
        sa.Column("number", _KEY, primary_key=True, autoincrement=True),
        sa.Column("control_id", sa.String(36), sa.ForeignKey("controls.control_id"), nullable=False),
        sa.Column("subject_id", _KEY, sa.ForeignKey("subjects.subject_id"), nullable=False),
        sa.Column("kind", sa.Integer, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("successor_id", sa.String(36)),
        sa.Column("request_digest", sa.LargeBinary(32), nullable=False),
    )
    op.create_index("control_facts_of_subject", "control_facts", ["subject_id"])


def _create_alerts() -> None:
    alerts = op.create_table(
        "alerts",
        sa.Column("sequence", _KEY, primary_key=True, autoincrement=True),
        sa.Column("number", sa.BigInteger, unique=True),
        sa.Column("hash", sa.BigInteger, nullable=False),
        sa.Column("key_id", sa.BigInteger, nullable=False),
        sa.Column("subject_id", _KEY, nullable=False),
        sa.Column("present", sa.Boolean, nullable=False),
    )
    unnumbered = alerts.c.number.is_(None)
    op.create_index("alerts_unnumbered", "alerts", ["sequence"], sqlite_where=unnumbered, postgresql_where=unnumbered)
    op.create_index("alerts_of_hash", "alerts", ["hash"])
    head = op.create_table(
        "alert_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(head, [{"id": 1, "last": 0}])


def _create_hits() -> None:
    op.create_table(
        "hits",
        sa.Column("sequence", _KEY, primary_key=True, autoincrement=True),
        sa.Column("hit_id", sa.String(36), nullable=False, unique=True),
        sa.Column("subject_id", _KEY, sa.ForeignKey("subjects.subject_id"), nullable=False),
        sa.Column("matter", sa.LargeBinary(32), nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.Column("first_at", Instant, nullable=False),
        sa.Column("last_at", Instant, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_index("hits_of_subject", "hits", ["subject_id", "last_at"])
    op.create_table(
        "hit_controls",
        sa.Column("hit_id", sa.String(36), sa.ForeignKey("hits.hit_id"), primary_key=True),
        sa.Column("control_id", sa.String(36), sa.ForeignKey("controls.control_id"), primary_key=True),
        sa.Column("told", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("hit_controls_of_control", "hit_controls", ["control_id"])
    op.create_table(
        "hit_handlings",
        sa.Column("number", _KEY, primary_key=True, autoincrement=True),
        sa.Column("hit_id", sa.String(36), sa.ForeignKey("hits.hit_id"), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("content_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_index("hit_handlings_of_hit", "hit_handlings", ["hit_id"])


def downgrade() -> None:
    for table in (
        "hit_handlings",
        "hit_controls",
        "hits",
        "alert_head",
        "alerts",
        "control_facts",
        "controls",
    ):
        op.drop_table(table)
