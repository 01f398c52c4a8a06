"""Tables of the registry: sealed records, and what leads to them, which says nothing of anybody.

In clear are only the keys of the police's own register, which have no meaning, keyed digests of identity numbers, and
digests of images.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table

METADATA = MetaData()

_KEY = BigInteger().with_variant(Integer, "sqlite")

PERSONS = Table(
    "persons",
    METADATA,
    Column("person_id", _KEY, primary_key=True, autoincrement=False),
    Column("record", LargeBinary, nullable=False),
    Column("documents", LargeBinary, nullable=False),
)
"""People; their exit documents apart, so that those of a debtor's co-members are never even read."""

NUMBERS = Table(
    "numbers",
    METADATA,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("person_id", _KEY, ForeignKey("persons.person_id"), nullable=False),
    sqlite_with_rowid=False,
)
"""Whose number it is, by the keyed digest of every number that a person has or had.

On PostgreSQL a hash index finds the digests and keeps them different: it is half as large and faster.
"""

HOUSEHOLDS = Table(
    "households",
    METADATA,
    Column("household_id", _KEY, primary_key=True, autoincrement=False),
    Column("record", LargeBinary, nullable=False),
    Column("members_listed", Boolean, nullable=False),
)
"""Households; whether the members are read with it: thousands may be registered in a collective one."""

RESIDENCES = Table(
    "residences",
    METADATA,
    Column("household_id", _KEY, ForeignKey("households.household_id"), primary_key=True),
    Column("person_id", _KEY, ForeignKey("persons.person_id"), primary_key=True),
    Index("residences_of_person", "person_id", "household_id"),
    sqlite_with_rowid=False,
)
"""Who is or was registered where; since when and as what is in the person's record."""

PHOTOS = Table(
    "photos",
    METADATA,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("photo", LargeBinary, nullable=False),
)
"""Photos by the SHA-256 of the image; whose they are is in the people's records."""
