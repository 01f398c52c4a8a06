"""Which of the documents that a court lists are decisions to restrict exit (限制出境决定书)."""

from __future__ import annotations

from services.codes.courts import is_same_or_superior
from services.filing.domain import DocumentKind, Filing


def decisions_of(filing: Filing) -> tuple[str, ...]:
    """Returns the numbers of the decisions to restrict exit that a court lists, one of which its notice must name.

    Those count that the court itself made, or one above it.
    """
    return tuple(
        document.number
        for document in filing.documents
        if document.kind == DocumentKind.EXIT_RESTRICTION_DECISION
        and is_same_or_superior(document.court_code, filing.author.court_code)
    )
