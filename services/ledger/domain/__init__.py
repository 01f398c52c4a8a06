"""The log without a database and without a wire."""

from services.ledger.domain.records import (
    Arrangement,
    Kept,
    Place,
    Record,
    Shown,
    SignedHead,
    arrange,
    damaged,
)
from services.ledger.domain.tree import Tree, View

__all__ = [
    "Arrangement",
    "Kept",
    "Place",
    "Record",
    "Shown",
    "SignedHead",
    "Tree",
    "View",
    "arrange",
    "damaged",
]
