"""The desk at which courts' orders about controls are taken in."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, TypeAlias

from services.exit_restriction.controls.files import Files
from services.exit_restriction.controls.store import Listing
from services.exit_restriction.domain import Author
from services.filing import desk as filing_desk
from services.filing.desk import Desk


class Store(filing_desk.Store[Files], Protocol):
    """The files of people; `services.exit_restriction.controls.store.ControlStore` is one."""

    async def listing(self, author: Author, number: str, *, as_of: datetime) -> Listing:
        """Returns the controls of a person by a case as they stood at a moment."""
        ...


ControlDesk: TypeAlias = Desk[Store]
"""What the use cases need."""
