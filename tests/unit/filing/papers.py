"""Papers of courts for the tests, whose seal is a word."""

from __future__ import annotations

import hashlib
from datetime import datetime

from services.papers import SealedPaper
from services.papers.content import normalise
from xiezhi.errors import Reason, error


def paper(court: str, *texts: str) -> bytes:
    """Makes a document of a court; its seal is that its code stands in front."""
    return f"SEALED {court}\n{' '.join(texts)}".encode()


def verify(pdf: bytes, *, organisation: str, now: datetime) -> SealedPaper:
    """Verifies such a document."""
    head, _, text = pdf.decode().partition("\n")
    if not head.startswith("SEALED "):
        raise error(Reason.DOCUMENT_UNSEALED, "The document has no seal.")
    if head.removeprefix("SEALED ") != organisation:
        raise error(Reason.SEAL_OF_ANOTHER_COURT, "The seal is another court's.")
    return SealedPaper(hashlib.sha256(pdf).digest(), organisation, now, "00", normalise(text))
