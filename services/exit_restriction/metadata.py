"""The one description of the exit restriction service's database, to which each feature adds its tables."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData

from services.filing.tables import define_filing

METADATA = MetaData()

KEY = BigInteger().with_variant(Integer, "sqlite")
"""Type of the keys of rows, which SQLite counts by itself only where it is INTEGER."""

FILING = define_filing(METADATA)
"""What courts handed in, whichever feature it was for: an idempotency key is one of the court."""

SERVICE = "exit"
"""Name of the service in the labels of what it keeps, which never changes."""
