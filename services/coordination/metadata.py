"""The one description of the coordination service's database, to which each feature adds its tables."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData

from services.filing.tables import define_filing

METADATA = MetaData()

KEY = BigInteger().with_variant(Integer, "sqlite")
"""Type of the keys of rows, which SQLite counts by itself only where it is INTEGER."""

FILING = define_filing(METADATA)
"""What organisations asked, each request once."""
SERVICE = "coordination"
"""Begins the labels of indexes and what sealed values are bound to; it never changes."""
