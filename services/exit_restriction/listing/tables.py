"""Tables of the list: entries and what happened to them, which is added to and never changed.

In clear are only ids, which have no meaning, codes of courts, keyed digests, and instants of facts.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from services.chassis.db import Instant
from services.exit_restriction.metadata import KEY, METADATA

LISTS = Table("lists", METADATA, Column("court_code", String(16), primary_key=True))
"""The lists of courts. Whoever changes entries of a court holds the lock of its row."""

ENTRIES = Table(
    "entries",
    METADATA,
    Column("sequence", KEY, primary_key=True, autoincrement=True),
    Column("entry_id", String(36), nullable=False, unique=True),
    Column("case_digest", LargeBinary(32), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Index("entries_of_case", "case_digest", "sequence"),
)
"""Entries as they were received; those of one court have rising sequences in the order of their receipt."""

FACTS = Table(
    "entry_facts",
    METADATA,
    Column("number", KEY, primary_key=True, autoincrement=True),
    Column("entry_id", String(36), ForeignKey("entries.entry_id"), nullable=False),
    Column("kind", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("case_digest", LargeBinary(32)),
    Column("restriction_id", String(36)),
    Column("record", LargeBinary),
    Column("request_digest", LargeBinary(32), nullable=False),
    Index("entry_facts_of_entry", "entry_id"),
    Index("entry_facts_of_case", "case_digest"),
)
"""What happened to entries later, and by which request; of a correction the debtor of the case who is listed since."""
