"""Tables of the log: its entries, which are never changed, and the one row of its newest signed head."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, LargeBinary, MetaData, String, Table

METADATA = MetaData()

ENTRIES = Table(
    "entries",
    METADATA,
    Column("leaf_index", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("entry_id", LargeBinary(16), nullable=False, unique=True),
    Column("leaf_hash", LargeBinary(32), nullable=False, unique=True),
    Column("entry", LargeBinary, nullable=False),
)
"""Entries by their place; the hash of each leaf is kept beside it, for look-ups and to be held against it."""

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
