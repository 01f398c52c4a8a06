"""The list and the files of people as the use cases see them: a port, behind which a database or memory may stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from services.exit_restriction.changes import Change, RestrictionRecord
from services.exit_restriction.domain import Author
from services.exit_restriction.listing.domain import DebtorKey, EntryFile, EntryRecord, Step
from services.exit_restriction.registry.domain import Named, Subject
from services.exit_restriction.restrictions.domain import Proposal, RestrictionFile
from services.exit_restriction.restrictions.domain import Step as RestrictionStep


class Files(Protocol):
    """The list and the files of people within one change, which is kept as a whole or not at all.

    Whoever changes a court's list or a person's file keeps everybody else from changing it until the end. All of what
    is needed is asked for at once, because each question is a statement.
    """

    def lock(self, court_code: str) -> None:
        """Opens a court's list to change it; to be called before anything is read of it."""
        ...

    def entry(self, entry_id: str) -> EntryFile | None:
        """Returns an entry; None if it is not there."""
        ...

    def of_debtors(self, keys: Collection[DebtorKey]) -> Mapping[DebtorKey, Sequence[EntryFile]]:
        """Returns all entries that list or listed debtors in cases; a debtor without any is left out."""
        ...

    def find(self, named: Sequence[Named]) -> Sequence[Sequence[Subject]]:
        """Returns for each whom a court names everybody who has the number."""
        ...

    def subjects_of(self, named: Sequence[Named]) -> Sequence[int]:
        """Returns the keys of those whom a court names; they are added where the register does not have them."""
        ...

    def restrictions_of(self, author: Author, number: str) -> Collection[int]:
        """Returns the keys of the subjects who are or were restricted in a case as a debtor with a number."""
        ...

    def open(self, subject_ids: Collection[int]) -> Mapping[int, RestrictionFile]:
        """Opens files of people to change them."""
        ...

    def numbers_of(self, subject_id: int) -> tuple[str, ...]:
        """Returns the identity numbers of somebody whose file is opened, as the register has them."""
        ...

    def publish(self, entries: Sequence[EntryRecord], restrictions: Sequence[RestrictionRecord]) -> None:
        """Adds entries, and restrictions to opened files."""
        ...

    def add(self, record: EntryRecord, step: Step) -> None:
        """Adds what happened to an entry."""
        ...

    def follow(self, step: RestrictionStep, subject_id: int) -> None:
        """Adds to an opened file what happened to a restriction."""
        ...

    def propose(self, proposals: Sequence[tuple[int, Proposal]]) -> None:
        """Adds to opened files that releases are proposed."""
        ...

    def tell(self, changes: Sequence[Change]) -> None:
        """Tells of changes of restrictions."""
        ...
