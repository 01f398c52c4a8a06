"""Tables of a service's notices."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint

from services.chassis.db import Instant

NOTICES = "feed_notices"
HEADS = "feed_heads"


@dataclass(frozen=True, slots=True)
class FeedTables:
    """The tables.

    Attributes:
        notices: The notices. One has no number until the transaction that writes it ends.
        heads: The last number of each addressee.
    """

    notices: Table
    heads: Table


def define_feed(metadata: MetaData) -> FeedTables:
    """Defines the tables of a service's notices.

    Args:
        metadata: The service's tables; its migrations create these with them.
    """
    notices = Table(
        NOTICES,
        metadata,
        Column("sequence", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
        Column("notice_id", String(36), nullable=False),
        Column("addressee", String(128), nullable=False),
        Column("number", BigInteger),
        Column("topic", String(64), nullable=False),
        Column("subject", LargeBinary(64), nullable=False),
        Column("payload", LargeBinary, nullable=False),
        Column("traceparent", String(64), nullable=False),
        Column("made_at", Instant, nullable=False),
        Column("ack_due_at", Instant),
        Column("acked_at", Instant),
        Column("acked_by", String(64), nullable=False, default=""),
        UniqueConstraint("notice_id", name="feed_notices_id"),
        UniqueConstraint("addressee", "number", name="feed_notices_number"),
    )
    unnumbered, unacknowledged = notices.c.number.is_(None), notices.c.acked_at.is_(None)
    Index(
        "feed_notices_unnumbered",
        notices.c.sequence,
        sqlite_where=unnumbered,
        postgresql_where=unnumbered,
    )
    Index(
        "feed_notices_unacknowledged",
        notices.c.addressee,
        notices.c.number,
        sqlite_where=unacknowledged,
        postgresql_where=unacknowledged,
    )
    heads = Table(
        HEADS,
        metadata,
        Column("addressee", String(128), primary_key=True),
        Column("last_number", BigInteger, nullable=False),
    )
    return FeedTables(notices, heads)
