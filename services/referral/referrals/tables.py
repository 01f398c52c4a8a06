"""Tables of referrals: facts, which are added to and never changed, their documents, and what courts and units asked.

In clear are only ids, which have no meaning, keyed digests, codes of courts and units, instants of facts, and how a
referral stands as a whole. That one and the unit are a view of the facts, for lists; nothing is decided by them.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from services.chassis.db import Instant
from services.filing.tables import define_filing
from services.referral.metadata import KEY, METADATA

CASES = Table("referral_cases", METADATA, Column("case_digest", LargeBinary(32), primary_key=True))
"""Cases with referrals; whoever sends one locks its case, so that no suspect is referred twice at once."""

REFERRALS = Table(
    "referrals",
    METADATA,
    Column("sequence", KEY, primary_key=True, autoincrement=True),
    Column("referral_id", String(36), nullable=False, unique=True),
    Column("case_digest", LargeBinary(32), ForeignKey("referral_cases.case_digest"), nullable=False),
    Column("court_code", String(16), nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("predecessor_id", String(36), ForeignKey("referrals.referral_id")),
    Column("record", LargeBinary, nullable=False),
    Column("unit", String(12), nullable=False),
    Column("state", Integer, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Index("referrals_of_unit", "unit", "sequence"),
    Index("referrals_of_unit_in_state", "unit", "state", "sequence"),
    Index("referrals_after", "predecessor_id"),
)
"""Referrals as they were sent, and beside that with which unit they lie now, and how they stand."""

Index(
    "referrals_open",
    REFERRALS.c.sequence,
    sqlite_where=REFERRALS.c.is_open,
    postgresql_where=REFERRALS.c.is_open,
)

SUSPECTS = Table(
    "referral_suspects",
    METADATA,
    Column("referral_id", String(36), ForeignKey("referrals.referral_id"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("suspect_digest", LargeBinary(32), nullable=False),
    Index("referral_suspects_of_case", "suspect_digest"),
)
"""Suspects of referrals, by their place; the digest is of the court, the case and the number together."""

FACTS = Table(
    "referral_facts",
    METADATA,
    Column("number", KEY, primary_key=True, autoincrement=True),
    Column("referral_id", String(36), ForeignKey("referrals.referral_id"), nullable=False),
    Column("kind", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("suspect", Integer),
    Column("record", LargeBinary, nullable=False),
    Column("request_digest", LargeBinary(32), nullable=False),
    UniqueConstraint("referral_id", "at", name="referral_facts_at"),
)
"""What happened to referrals after they were sent, and by which request; none of it where the exchange did it."""

DOCUMENTS = Table(
    "referral_documents",
    METADATA,
    Column("number", KEY, primary_key=True, autoincrement=True),
    Column("referral_id", String(36), ForeignKey("referrals.referral_id"), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("at", Instant, nullable=False),
    Column("record", LargeBinary, nullable=False),
    UniqueConstraint("referral_id", "digest", name="referral_documents_once"),
)
"""Documents of referrals, each once, under the keyed digest under which its file is kept."""

FILING = define_filing(METADATA, requests="referral_requests")
"""What courts handed in, and units likewise."""
