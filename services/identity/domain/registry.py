"""The registry as the handlers see it: a port, behind which a database or the police's own system may stand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.identity.domain.records import ExitDocument, Household, Membership, Person, StoredPhoto


@dataclass(frozen=True, slots=True)
class HouseholdFile:
    """A household with everybody who is or was registered in it; nobody when it is collective."""

    household: Household
    members: tuple[tuple[Person, Membership], ...]


@dataclass(frozen=True, slots=True)
class PersonFile:
    """What the registry holds of a debtor.

    Attributes:
        person: The debtor.
        memberships: All their times in households.
        open_household: Reads a household named in `memberships`; what is not opened stays sealed.
        open_documents: Reads their exit documents.
    """

    person: Person
    memberships: tuple[Membership, ...]
    open_household: Callable[[int], HouseholdFile]
    open_documents: Callable[[], tuple[ExitDocument, ...]]


class Registry(Protocol):
    """Reads people by their numbers."""

    async def find(self, numbers: Sequence[str]) -> Mapping[str, PersonFile]:
        """Reads the files of people.

        Args:
            numbers: Identity numbers in normal form, in use or former ones.

        Returns:
            The files of those who are on file, by the number asked.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        ...

    async def photos(self, digests: Collection[bytes]) -> Mapping[bytes, StoredPhoto]:
        """Reads photos.

        Args:
            digests: SHA-256 of the images, 32 bytes each.

        Returns:
            Those that are on file, by digest.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        ...
