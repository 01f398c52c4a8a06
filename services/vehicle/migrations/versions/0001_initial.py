"""The register: sealed records and the ways to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_HASHED = "ALTER TABLE vehicle_numbers ADD CONSTRAINT vehicle_numbers_once EXCLUDE USING hash (digest WITH =)"


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "vehicles",
        sa.Column("vehicle_id", _KEY, primary_key=True, autoincrement=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "vehicle_numbers",
        sa.Column("digest", sa.LargeBinary(32), primary_key=is_sqlite, nullable=False),
        sa.Column("vehicle_id", _KEY, sa.ForeignKey("vehicles.vehicle_id"), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "vehicle_owners",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("vehicle_id", _KEY, sa.ForeignKey("vehicles.vehicle_id"), primary_key=True),
        sqlite_with_rowid=False,
    )
    if not is_sqlite:
        op.execute(_HASHED)


def downgrade() -> None:
    for table in ("vehicle_owners", "vehicle_numbers", "vehicles"):
        op.drop_table(table)
