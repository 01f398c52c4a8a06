"""Tables of what courts handed in, of a service that takes their orders.

In clear are only keyed digests.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Column, LargeBinary, MetaData, Table

REQUESTS, PAPERS = "requests", "papers"


@dataclass(frozen=True, slots=True)
class FilingTables:
    """The tables.

    Attributes:
        requests: What was asked under each idempotency key, the digests of its papers, and how it was answered.
        papers: Documents, each once, by the keyed digest of its SHA-256.
    """

    requests: Table
    papers: Table


def define_filing(metadata: MetaData, *, requests: str = REQUESTS) -> FilingTables:
    """Defines the tables of what courts handed in to a service.

    Args:
        metadata: The service's tables; its migrations create these with them.
        requests: Name of the table of requests.
    """
    return FilingTables(
        requests=Table(
            requests,
            metadata,
            Column("request_digest", LargeBinary(32), primary_key=True),
            Column("content_digest", LargeBinary(32), nullable=False),
            Column("papers", LargeBinary, nullable=False),
            Column("answer", LargeBinary, nullable=False),
        ),
        papers=Table(
            PAPERS,
            metadata,
            Column("digest", LargeBinary(32), primary_key=True),
            Column("content", LargeBinary, nullable=False),
        ),
    )
