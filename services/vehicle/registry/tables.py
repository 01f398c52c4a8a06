"""Tables of the register: sealed records, and what leads to them, which says nothing of anybody.

In clear are only the keys of the police's own register, which have no meaning, and keyed digests.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, LargeBinary, Table

from services.vehicle.metadata import KEY, METADATA

VEHICLES = Table(
    "vehicles",
    METADATA,
    Column("vehicle_id", KEY, primary_key=True, autoincrement=False),
    Column("record", LargeBinary, nullable=False),
)
"""Vehicles. Whoever changes what concerns one holds the lock of its row."""

NUMBERS = Table(
    "vehicle_numbers",
    METADATA,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("vehicle_id", KEY, ForeignKey("vehicles.vehicle_id"), nullable=False),
    sqlite_with_rowid=False,
)
"""Whose plate or VIN it is, by its keyed digest.

On PostgreSQL a hash index finds the digests and keeps them different: it is half as large and faster.
"""

OWNERS = Table(
    "vehicle_owners",
    METADATA,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("vehicle_id", KEY, ForeignKey("vehicles.vehicle_id"), primary_key=True),
    sqlite_with_rowid=False,
)
"""Which vehicles an owner has, by the keyed digest of the owner's number."""
