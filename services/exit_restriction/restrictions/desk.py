"""The desk at which courts' orders about restrictions are taken in."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, TypeAlias

from services.exit_restriction.domain import Author
from services.exit_restriction.restrictions.domain import Shown
from services.exit_restriction.restrictions.files import Files
from services.filing import desk as filing_desk
from services.filing.desk import Desk

NOTICE = 0
"""Place of the assistance notice among the papers of an order."""


class Store(filing_desk.Store[Files], Protocol):
    """The files of people; `services.exit_restriction.restrictions.store.RestrictionStore` is one."""

    async def of_case(self, author: Author, number: str, *, as_of: datetime) -> tuple[Shown, ...]:
        """Returns a debtor's restrictions in a case as they stood at a moment, in the order of receipt."""
        ...


RestrictionDesk: TypeAlias = Desk[Store]
"""What the use cases need."""
