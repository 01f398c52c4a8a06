"""Decisions to restrict exit among the documents that a court lists."""

from __future__ import annotations

from services.exit_restriction.domain import decisions_of
from services.filing.domain import Author, Contact, Document, DocumentKind, Filing, RequestKey
from tests.unit.exit_restriction.told import DONGHU, NANCHANG


def test_a_decision_is_the_courts_own_or_that_of_one_above_it():
    kinds = DocumentKind
    documents = tuple(
        Document(kind, f"{court}{kind}", court, bytes(32))
        for kind in (kinds.EXIT_RESTRICTION_DECISION, kinds.ASSISTANCE_NOTICE)
        for court in (DONGHU, NANCHANG, "赣0103", "赣07")
    )
    key = RequestKey(DONGHU, "id", "m", b"")
    filing = Filing(key, Author(DONGHU, "1"), "", Contact("", ""), documents, ())
    assert decisions_of(filing) == (f"{DONGHU}3", f"{NANCHANG}3")
