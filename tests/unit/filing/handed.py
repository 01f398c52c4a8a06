"""What a court hands in, for the tests: papers of any kinds, all of them listed."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from services.filing.domain import Author, Contact, Document, Filing, Paper, RequestKey
from tests.unit.filing.papers import paper

COURT, CASE = "赣0102", "（2018）赣0102执1号"
NOW = datetime(2018, 8, 3, 4, tzinfo=UTC)


def listed(sent: Paper, number: str = "1", court: str = COURT) -> Document:
    """Makes the entry of a file in the court's list."""
    return Document(sent.kind, number, court, hashlib.sha256(sent.pdf).digest())


def filing(*papers: Paper, documents: tuple[Document, ...] | None = None, request_id: str = "1") -> Filing:
    """Makes a filing; without another list its papers are listed in reverse, numbered by their places."""
    if documents is None:
        documents = tuple(listed(p, str(place)) for place, p in enumerate(papers))[::-1]
    key = RequestKey(COURT, request_id, "/m", bytes(32))
    return Filing(key, Author(COURT, CASE), "person|1", Contact("李承办", "0791-86001234"), documents, papers)


def sealed(kind, *texts: str) -> Paper:
    """Makes a paper under the court's seal."""
    return Paper(kind, paper(COURT, *texts))
