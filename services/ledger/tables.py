"""Tables of the log: its entries, which are never changed, the one row of its newest signed head, and the index.

The index holds nothing that entries do not say, and can be emptied with its cursor: it is then made anew.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    text,
)

METADATA = MetaData()

ENTRIES = Table(
    "entries",
    METADATA,
    Column("leaf_index", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("entry_id", LargeBinary(16), nullable=False, unique=True),
    Column("leaf_hash", LargeBinary(32), nullable=False),
    Column("entry", LargeBinary, nullable=False),
)
"""Entries by their place; the hash of each leaf is kept beside it, to be held against it."""

HEAD = Table(
    "head",
    METADATA,
    Column("id", Integer, CheckConstraint("id = 1", name="head_is_one"), primary_key=True, autoincrement=False),
    Column("origin", String(100), nullable=False),
    Column("tree_size", BigInteger, nullable=False),
    Column("root_hash", LargeBinary(32), nullable=False),
    Column("time_ms", BigInteger, nullable=False),
    Column("key_id", LargeBinary(32), nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
)
"""The newest signed head, written in the transaction of the entries that it covers."""

INDEXED_CALLS = Table(
    "indexed_calls",
    METADATA,
    Column("leaf_index", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("time_us", BigInteger, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("step", SmallInteger, nullable=False),
    Column("actor", String(32), nullable=False),
    Column("organisation", String(16), nullable=False),
    Column("approval", LargeBinary(16)),
    Column("case_index", LargeBinary(32)),
)
"""What an entry is found by, beside its data subjects; instants in microseconds since 1970."""

INDEXED_SUBJECTS = Table(
    "indexed_subjects",
    METADATA,
    Column("subject", LargeBinary(32), primary_key=True),
    Column("time_us", BigInteger, primary_key=True),
    Column("leaf_index", BigInteger, primary_key=True),
    sqlite_with_rowid=False,
)
"""Entries by the keyed digests of their data subjects."""

INDEX_CURSOR = Table(
    "index_cursor",
    METADATA,
    Column("id", Integer, CheckConstraint("id = 1", name="index_cursor_is_one"), primary_key=True, autoincrement=False),
    Column("next_index", BigInteger, nullable=False),
)
"""The first entry that is not indexed yet, moved in the transaction of what is indexed."""


def _index(name: str, *columns: str, only: str | None = None) -> None:
    """Declares an index over all calls, or over some only."""
    where = None if only is None else text(only)
    Index(
        f"indexed_calls_{name}",
        *(INDEXED_CALLS.c[column] for column in columns),
        sqlite_where=where,
        postgresql_where=where,
    )


_index("actor", "actor", "time_us", "leaf_index")
_index("case", "case_index", "time_us", "leaf_index", "kind", only="case_index IS NOT NULL")
_index("approval", "approval", "time_us", "leaf_index", "step", only="approval IS NOT NULL")
_index("disclosed", "time_us", only="kind = 1")
_index("consented", "time_us", only="step = 2")
