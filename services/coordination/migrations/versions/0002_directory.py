"""The directory: liaisons, duty credentials, what was declared of the channel, and one counter of revisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.db import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    revisions = op.create_table(
        "revisions",
        sa.Column("revision_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(revisions, [{"revision_id": 1, "last": 0}])
    _create_liaisons()
    _create_credentials()
    _create_channels()


def _create_liaisons() -> None:
    op.create_table(
        "liaisons",
        sa.Column("liaison_id", sa.String(36), primary_key=True),
        sa.Column("organisation", sa.String(16), nullable=False),
        sa.Column("department", sa.Integer, nullable=False),
        sa.Column("officer_id", sa.String(32), nullable=False),
        sa.Column("is_deputy", sa.Boolean, nullable=False),
        sa.Column("on_establishment", sa.Boolean, nullable=False),
        sa.Column("contact", sa.LargeBinary, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False, unique=True),
    )
    op.create_index("liaisons_of_post", "liaisons", ["organisation", "department", "liaison_id"])
    op.create_index("liaisons_of_officer", "liaisons", ["officer_id"])
    op.create_table(
        "liaison_facts",
        sa.Column("number", _KEY, primary_key=True, autoincrement=True),
        sa.Column("liaison_id", sa.String(36), sa.ForeignKey("liaisons.liaison_id"), nullable=False),
        sa.Column("kind", sa.Integer, nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date),
        sa.Column("reason", sa.LargeBinary, nullable=False),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_index("liaison_facts_of_liaison", "liaison_facts", ["liaison_id", "number"])


def _create_credentials() -> None:
    op.create_table(
        "credentials",
        sa.Column("sequence", _KEY, primary_key=True, autoincrement=True),
        sa.Column("credential_id", sa.String(36), nullable=False, unique=True),
        sa.Column("court_code", sa.String(16), nullable=False),
        sa.Column("officer_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.Integer, nullable=False),
        sa.Column("number_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("number", sa.LargeBinary, nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("registered_at", Instant, nullable=False),
        sa.Column("revoked_at", Instant),
        sa.Column("reason", sa.LargeBinary),
        sa.Column("revision", sa.BigInteger, nullable=False, unique=True),
    )
    op.create_index("credentials_of_court", "credentials", ["court_code", "sequence"])
    op.create_index("credentials_of_officer", "credentials", ["officer_id", "kind"])
    op.create_index("credentials_of_number", "credentials", ["number_digest"])
    op.create_index("credentials_until", "credentials", ["last_day"])


def _create_channels() -> None:
    op.create_table(
        "channel_declarations",
        sa.Column("declaration_id", sa.String(36), primary_key=True),
        sa.Column("body", sa.String(16), nullable=False),
        sa.Column("court_code", sa.String(16), nullable=False),
        sa.Column("department", sa.Integer, nullable=False),
        sa.Column("start_at", Instant, nullable=False),
        sa.Column("declared_at", Instant, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False, unique=True),
    )
    op.create_table(
        "channel_outages",
        sa.Column("outage_id", sa.String(36), primary_key=True),
        sa.Column("court_code", sa.String(16), nullable=False),
        sa.Column("department", sa.Integer, nullable=False),
        sa.Column("start_at", Instant, nullable=False),
        sa.Column("end_at", Instant, nullable=False),
        sa.Column("declared_by", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("declared_at", Instant, nullable=False),
        sa.Column("ended_at", Instant),
        sa.Column("ended_by", sa.String(16), nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False, unique=True),
    )


def downgrade() -> None:
    tables = ("channel_outages", "channel_declarations", "credentials", "liaison_facts", "liaisons", "revisions")
    for table in tables:
        op.drop_table(table)
