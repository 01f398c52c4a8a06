"""Tables of a service's alerts, and of the leases of their key.

In clear are only keyed hashes, ids, which have no meaning, fingerprints of systems, and instants.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table

from services.chassis.db import Instant


@dataclass(frozen=True, slots=True)
class AlertTables:
    """The tables of alerts.

    Attributes:
        changes: Change feed of alerts: from a number on, something is or is not to be found under a hash. A row has no
            number until the transaction that writes it ends, so that a reader never passes one that comes later.
        head: One row, with the id 1: the last number of the alerts, whose lock every writer of alerts takes at the end
            of its transaction. The service's migrations make it, with 0.
    """

    changes: Table
    head: Table


def define_alerts(metadata: MetaData, *, subject: str = "subject_id") -> AlertTables:
    """Defines the tables of a service's alerts.

    Args:
        metadata: The service's tables; its migrations create these with them.
        subject: Name of the column for the id of what is sought; code knows the column as `subject_id`.
    """
    key = BigInteger().with_variant(Integer(), "sqlite")
    changes = Table(
        "alerts",
        metadata,
        Column("sequence", key, primary_key=True, autoincrement=True),
        Column("number", BigInteger, unique=True),
        Column("hash", BigInteger, nullable=False),
        Column("key_id", BigInteger, nullable=False),
        Column(subject, key, key="subject_id", nullable=False),
        Column("present", Boolean, nullable=False),
    )
    unnumbered = changes.c.number.is_(None)
    Index("alerts_unnumbered", changes.c.sequence, sqlite_where=unnumbered, postgresql_where=unnumbered)
    Index("alerts_of_hash", changes.c.hash)
    head = Table(
        "alert_head",
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("last", BigInteger, nullable=False),
    )
    return AlertTables(changes, head)


def define_leases(metadata: MetaData, *, name: str = "check_leases") -> Table:
    """Defines the table of the leases of a service's key, each of the system with one certificate.

    Args:
        metadata: The service's tables; its migrations create this one with them.
        name: Its name; a service that lends several keys has a table for each.
    """
    return Table(
        name,
        metadata,
        Column("lease_id", String(36), primary_key=True),
        Column("system", LargeBinary(32), nullable=False),
        Column("key_id", BigInteger, nullable=False),
        Column("starts_at", Instant, nullable=False),
        Column("expires_at", Instant, nullable=False),
        Index(f"{name}_of_system", "system", "expires_at"),
    )
