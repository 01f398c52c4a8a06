"""The one description of the coordination service's database, to which each feature adds its tables."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData

METADATA = MetaData()

KEY = BigInteger().with_variant(Integer, "sqlite")
"""Type of the keys of rows, which SQLite counts by itself only where it is INTEGER."""
