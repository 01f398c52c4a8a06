"""Approvals and cases; the database itself refuses to change what is only ever added to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.db import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_APPEND_ONLY = ("approvals", "approval_events", "cases", "case_events", "case_requests")

_SQLITE = """
CREATE TRIGGER {table}_no_{name} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} are only ever added to'); END
"""
_POSTGRES_FUNCTION = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'these rows are only ever added to'; END $$
"""
_POSTGRES_TRIGGER = """
CREATE TRIGGER {table}_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    _create_approvals()
    _create_cases()
    if op.get_bind().dialect.name == "sqlite":
        for table in _APPEND_ONLY:
            for verb in ("UPDATE", "DELETE"):
                op.execute(_SQLITE.format(table=table, name=verb.lower(), verb=verb))
    else:
        op.execute(_POSTGRES_FUNCTION)
        for table in _APPEND_ONLY:
            op.execute(_POSTGRES_TRIGGER.format(table=table))


def _create_approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("requester", sa.String(32), nullable=False),
        sa.Column("requester_court", sa.String(16), nullable=False),
        sa.Column("method", sa.String(200), nullable=False),
        sa.Column("request_sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("court_code", sa.String(16), nullable=False),
        sa.Column("case_number", sa.String(40), nullable=False),
        sa.Column("reason", sa.LargeBinary, nullable=False),
        sa.Column("validity_us", sa.BigInteger),
        sa.Column("submitted_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("needed_count", sa.Integer, nullable=False),
        sa.Column("needed_rank", sa.Integer, nullable=False),
        sa.Column("needed_level", sa.Integer, nullable=False),
        sa.Column("max_validity_us", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("requester", "request_id", name="approvals_request"),
    )
    op.create_index("approvals_newest", "approvals", ["submitted_at", "id"])
    op.create_index("approvals_of_requester", "approvals", ["requester", "submitted_at", "id"])
    op.create_index("approvals_of_court", "approvals", ["requester_court", "submitted_at", "id"])
    op.create_index("approvals_end", "approvals", ["expires_at"])
    op.create_table(
        "approval_events",
        sa.Column("approval_id", sa.String(36), sa.ForeignKey("approvals.id"), primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Integer, nullable=False),
        sa.Column("time", Instant, nullable=False),
        sa.Column("actor", sa.String(32), nullable=False),
        sa.Column("trace_id", sa.String(32), nullable=False),
        sa.Column("reason", sa.LargeBinary),
        sa.Column("statement", sa.LargeBinary),
        sa.Column("statement_sha256", sa.LargeBinary(32)),
    )
    op.create_table(
        "approval_requests",
        sa.Column("approval_id", sa.String(36), sa.ForeignKey("approvals.id"), primary_key=True),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("request", sa.LargeBinary, nullable=False),
    )
    op.create_index("approval_requests_end", "approval_requests", ["expires_at"])
    op.create_table("approval_courts", sa.Column("court", sa.String(16), primary_key=True))


def _create_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("case_number", sa.String(40), primary_key=True),
        sa.Column("court_code", sa.String(16), nullable=False),
        sa.Column("parties", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "case_events",
        sa.Column("case_number", sa.String(40), sa.ForeignKey("cases.case_number"), primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Integer, nullable=False),
        sa.Column("time", Instant, nullable=False),
        sa.Column("actor", sa.String(32), nullable=False),
        sa.Column("handler", sa.String(32), nullable=False),
    )
    op.create_table(
        "case_requests",
        sa.Column("court_code", sa.String(16), primary_key=True),
        sa.Column("request_id", sa.String(36), primary_key=True),
        sa.Column("content_sha256", sa.LargeBinary(32), nullable=False),
    )


def downgrade() -> None:
    raise RuntimeError("approvals and cases are never taken back")
