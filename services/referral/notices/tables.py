"""Tables of duties and standings, of notices of them, and of what is due later.

Duties and standings are views of facts, written in the transaction that writes a fact, and can be made anew from them
at any time. In clear are only ids, which have no meaning, courts, units and days; the number of the case is sealed.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, Integer, LargeBinary, String, Table, Text

from services.chassis.db import Instant
from services.chassis.feed import define_feed
from services.chassis.outbox import define_outbox
from services.referral.metadata import METADATA

FEED, OUTBOX = define_feed(METADATA), define_outbox(METADATA)

DUTIES = Table(
    "duties",
    METADATA,
    Column("duty_key", LargeBinary(16), primary_key=True),
    Column("referral_id", String(36), nullable=False),
    Column("kind", Integer, nullable=False),
    Column("suspect", Integer),
    Column("actor", String(12), nullable=False),
    Column("court_code", String(12), nullable=False),
    Column("unit", String(12), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("nominal_on", Date, nullable=False),
    Column("rule", String(32), nullable=False),
    Column("rule_version", String(40), nullable=False),
    Column("calendar_versions", Text, nullable=False),
    Column("is_provisional", Boolean, nullable=False),
    Column("adjusted", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("is_stale", Boolean, nullable=False),
    Column("case_number", LargeBinary, nullable=False),
    Index("duties_of_referral", "referral_id"),
)
"""One row for each duty that is owed. The key is made of the clock, so that it stays when the row is written anew."""
LISTED = tuple(column for column in DUTIES.c if column.name != "is_stale")
"""What is shown of a duty that is listed."""


def _index_pages(name: str, *order: str) -> None:
    """Indexes duties in an order with all that is listed of them.

    A page is read from the index alone: its rows lie scattered over the table, where each one is another read.
    """
    Index(name, *(DUTIES.c[one] for one in order), *(column for column in LISTED if column.name not in order))


_index_pages("duties_of_court", "court_code", "due_on", "duty_key")
_index_pages("duties_of_unit", "unit", "due_on", "duty_key")
_index_pages("duties_of_province", "due_on", "duty_key")

_STALE = DUTIES.c.is_stale.is_(True)
Index("duties_stale", DUTIES.c.referral_id, sqlite_where=_STALE, postgresql_where=_STALE)

STANDINGS = Table(
    "standings",
    METADATA,
    Column("referral_id", String(36), primary_key=True),
    Column("court_code", String(12), nullable=False),
    Column("unit", String(12), nullable=False),
    Column("received_on", Date),
    Column("filed", Integer, nullable=False),
    Column("is_closed", Boolean, nullable=False),
    Column("case_number", LargeBinary, nullable=False),
    Index("standings_of_court", "court_code", "received_on", "referral_id"),
    Index("standings_of_unit", "unit", "received_on", "referral_id"),
    Index("standings_of_province", "received_on", "referral_id"),
)
"""One row for each referral: where it lies, when it was received first, and what has become of it."""
