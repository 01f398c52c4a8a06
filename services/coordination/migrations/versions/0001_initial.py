"""Notices of coordination, what is due later, and what organisations asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.db import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _create_feed()
    _create_outbox()
    _create_filing()


def _create_feed() -> None:
    notices = op.create_table(
        "feed_notices",
        sa.Column("sequence", _KEY, primary_key=True, autoincrement=True),
        sa.Column("notice_id", sa.String(36), nullable=False),
        sa.Column("addressee", sa.String(128), nullable=False),
        sa.Column("number", sa.BigInteger),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("subject", sa.LargeBinary(64), nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("traceparent", sa.String(64), nullable=False),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("ack_due_at", Instant),
        sa.Column("acked_at", Instant),
        sa.Column("acked_by", sa.String(64), nullable=False),
        sa.UniqueConstraint("notice_id", name="feed_notices_id"),
        sa.UniqueConstraint("addressee", "number", name="feed_notices_number"),
    )
    unnumbered, open_ = notices.c.number.is_(None), notices.c.acked_at.is_(None)
    op.create_index(
        "feed_notices_unnumbered", "feed_notices", ["sequence"], sqlite_where=unnumbered, postgresql_where=unnumbered
    )
    op.create_index(
        "feed_notices_unacknowledged",
        "feed_notices",
        ["addressee", "number"],
        sqlite_where=open_,
        postgresql_where=open_,
    )
    op.create_table(
        "feed_heads",
        sa.Column("addressee", sa.String(128), primary_key=True),
        sa.Column("last_number", sa.BigInteger, nullable=False),
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("sequence", _KEY, primary_key=True, autoincrement=True),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("subject", sa.LargeBinary(64), nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("traceparent", sa.String(64), nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("lease", sa.String(36), nullable=False),
        sa.Column("lease_until", Instant),
        sa.Column("dead_at", Instant),
        sa.Column("error", sa.String(64), nullable=False),
        sa.UniqueConstraint("event_id", name="outbox_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("outbox_subject", "outbox", ["topic", "subject", "sequence"])
    op.create_index("outbox_due", "outbox", ["dead_at", "due_at"])


def _create_filing() -> None:
    op.create_table(
        "requests",
        sa.Column("request_digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("content_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("papers", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "papers",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    for table in ("papers", "requests", "outbox", "feed_heads", "feed_notices"):
        op.drop_table(table)
