"""A registry in memory that notes what was read of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from services.identity.domain import (
    Household,
    HouseholdFile,
    HouseholdType,
    PersonFile,
    PersonRecord,
    StoredPhoto,
)


class MemoryRegistry:
    """People by their numbers.

    Args:
        records: The people.
        households: Their households.
        photos: Photos with their digests.
    """

    def __init__(
        self,
        records: Iterable[PersonRecord] = (),
        households: Iterable[Household] = (),
        photos: Iterable[tuple[bytes, StoredPhoto]] = (),
    ) -> None:
        self.records = tuple(records)
        self.households = {household.household_id: household for household in households}
        self.kept_photos = dict(photos)
        self.finds: list[tuple[str, ...]] = []
        self.opened_households: list[int] = []
        self.opened_documents: list[int] = []
        self.read_photos: list[bytes] = []

    async def find(self, numbers: Sequence[str]) -> Mapping[str, PersonFile]:
        self.finds.append(tuple(numbers))
        by_number = {number: record for record in self.records for number in record.person.numbers}
        return {number: self._file(by_number[number]) for number in numbers if number in by_number}

    async def photos(self, digests: Collection[bytes]) -> Mapping[bytes, StoredPhoto]:
        self.read_photos += digests
        return {digest: self.kept_photos[digest] for digest in digests if digest in self.kept_photos}

    def _file(self, record: PersonRecord) -> PersonFile:
        def open_documents():
            self.opened_documents.append(record.person.person_id)
            return record.documents

        return PersonFile(record.person, record.memberships, self._open_household, open_documents)

    def _open_household(self, household_id: int) -> HouseholdFile:
        self.opened_households.append(household_id)
        household = self.households[household_id]
        if household.type is HouseholdType.COLLECTIVE:
            return HouseholdFile(household, ())
        return HouseholdFile(
            household,
            tuple((r.person, m) for r in self.records for m in r.memberships if m.household_id == household_id),
        )
