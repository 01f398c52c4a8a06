"""The registry: sealed records and the ways to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_HASHED = "ALTER TABLE numbers ADD CONSTRAINT numbers_once EXCLUDE USING hash (digest WITH =)"
_UNCOMPRESSED = "ALTER TABLE photos ALTER COLUMN photo SET STORAGE EXTERNAL"


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "persons",
        sa.Column("person_id", _KEY, primary_key=True, autoincrement=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("documents", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "numbers",
        sa.Column("digest", sa.LargeBinary(32), primary_key=is_sqlite, nullable=False),
        sa.Column("person_id", _KEY, sa.ForeignKey("persons.person_id"), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "households",
        sa.Column("household_id", _KEY, primary_key=True, autoincrement=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("members_listed", sa.Boolean, nullable=False),
    )
    op.create_table(
        "residences",
        sa.Column("household_id", _KEY, sa.ForeignKey("households.household_id"), primary_key=True),
        sa.Column("person_id", _KEY, sa.ForeignKey("persons.person_id"), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("residences_of_person", "residences", ["person_id", "household_id"])
    op.create_table(
        "photos",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("photo", sa.LargeBinary, nullable=False),
    )
    if not is_sqlite:
        op.execute(_HASHED)
        op.execute(_UNCOMPRESSED)


def downgrade() -> None:
    for table in ("photos", "residences", "households", "numbers", "persons"):
        op.drop_table(table)
