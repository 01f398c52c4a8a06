"""The files of people as the use cases see them: a port, behind which a database or the tests' memory may stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from services.exit_restriction.changes import Happened, RestrictionRecord
from services.exit_restriction.domain import Author, Standing
from services.exit_restriction.registry.domain import Named, Subject
from services.exit_restriction.restrictions.domain import RestrictionFile, Step


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of the list as far as restrictions rest on it.

    Attributes:
        author: The court and the case.
        number: Number of the debtor, as corrected last.
        is_open: Whether the debtor is on the list.
    """

    author: Author
    number: str = field(repr=False)
    is_open: bool


class Files(Protocol):
    """The files of people within one change, which is kept as a whole or not at all.

    Whoever changes a person's file keeps everybody else from changing it until the end.
    """

    def listed(self, entry_id: str, author: Author, at: datetime) -> Listed | None:
        """Returns an entry of a court's list, which nobody changes until the end; None if it is not there."""
        ...

    def find(self, named: Named) -> Sequence[Subject]:
        """Returns everybody who has the number of somebody whom a court names."""
        ...

    def subject_of(self, named: Named) -> int:
        """Returns the key of somebody whom a court names; they are added where the register does not have them."""
        ...

    def subjects_of(self, restriction_ids: Collection[str]) -> Mapping[str, int]:
        """Returns the keys of the subjects of restrictions; a restriction that is not there is left out."""
        ...

    def open(self, subject_id: int) -> RestrictionFile:
        """Opens a person's file to change it."""
        ...

    def file(self, record: RestrictionRecord, standing: Standing) -> None:
        """Adds a restriction to an opened file, and tells of it."""
        ...

    def add(self, step: Step, *, happened: Happened, record: RestrictionRecord, standing: Standing) -> None:
        """Adds to an opened file what happened to a restriction, and tells of it."""
        ...
