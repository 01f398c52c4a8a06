"""The desk at which courts' orders about the list are taken in."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, TypeAlias

from services.exit_restriction.domain import Author
from services.exit_restriction.listing.domain import ShownEntry
from services.exit_restriction.listing.files import Files
from services.filing import desk as filing_desk
from services.filing.desk import Desk

NOTICE = 0
"""Place of the assistance notice among the papers of an order."""


class Store(filing_desk.Store[Files], Protocol):
    """The list; `services.exit_restriction.listing.store.ListStore` is one."""

    async def of_case(self, author: Author, number: str, *, as_of: datetime) -> tuple[ShownEntry, ...]:
        """Returns a debtor's entries in a case as they stood at a moment, in the order of receipt."""
        ...


ListDesk: TypeAlias = Desk[Store]
"""What the use cases need."""
