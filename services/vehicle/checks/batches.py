"""Batches of plates as cameras send them, many of them hashed and looked up at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from services.alerts.batches import HashedList, hash_list, indexes_of
from services.alerts.hashing import Hashes
from services.alerts.numbers import as_numbers
from services.codes.plates import plain_number
from services.vehicle.checks.domain import Hit, Sought
from services.vehicle.checks.keys import PlateHasher
from services.vehicle.domain import Trigger
from services.vehicle.sightings.domain import Encounter

MOST_AT_ONCE = 20_000
"""Plates that are looked up at once; the process does nothing else for the ten milliseconds that they take."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch.

    Attributes:
        number: Its number.
        at: When it was seen, UTC.
        place: Where; may be empty.
        plates: Plates as seen.
        packed: Hashes of plates instead of them; None where they are texts.
        is_dated: Whether the batch itself says when it was seen; otherwise it is seen now.
    """

    number: int
    at: datetime
    place: str = field(repr=False)
    plates: Sequence[str] = field(default=(), repr=False)
    packed: Hashes | None = field(default=None, repr=False)
    is_dated: bool = False

    def __len__(self) -> int:
        return len(self.plates) if self.packed is None else len(self.packed)


@dataclass(frozen=True, slots=True)
class Hashed:
    """Several batches as one list of hashes.

    Attributes:
        batches: The batches.
        hashes: The hashes of all their plates, one batch after the other.
        starts: Where each batch begins, and where the last one ends.
        texts: Plates in normal form that were sent in another one, by place in the list.
        invalid: Places in the list of what is no plate, ascending.
    """

    batches: Sequence[Batch]
    hashes: Hashes = field(repr=False)
    starts: Sequence[int]
    texts: dict[int, str] = field(repr=False)
    invalid: Sequence[int]

    @classmethod
    def of(cls, batches: Sequence[Batch], hasher: PlateHasher) -> Hashed:
        """Hashes batches.

        Args:
            batches: The batches.
            hasher: Hashes plates as alerts have them.
        """
        starts = [0]
        for batch in batches:
            starts.append(starts[-1] + len(batch))
        if all(batch.packed is None for batch in batches):
            # As a rule: what fewer steps save here is a good part of what a plate costs.
            plates = batches[0].plates if len(batches) == 1 else [plate for b in batches for plate in b.plates]
            found = hash_list(plates, hasher, rewrite=plain_number)
            return cls(batches, found.hashes, starts, found.rewritten, found.invalid)
        parts = [
            HashedList(b.packed) if b.packed is not None else hash_list(b.plates, hasher, rewrite=plain_number)
            for b in batches
        ]
        placed = [*zip(parts, starts, strict=False)]
        texts = {start + place: text for part, start in placed for place, text in part.rewritten.items()}
        invalid = [start + place for part, start in placed for place in part.invalid]
        hashes = parts[0].hashes if len(parts) == 1 else np.concatenate([part.hashes for part in parts])
        return cls(batches, hashes, starts, texts, invalid)

    def checked(self, batch: int) -> tuple[int, list[int]]:
        """Returns how many plates of a batch were checked, and the places in it of what is none."""
        start, end = self.starts[batch : batch + 2]
        invalid = [place - start for place in self.invalid if start <= place < end] if self.invalid else []
        return end - start - len(invalid), invalid

    def candidates(self, found: NDArray[np.bool_]) -> list[int]:
        """Returns the places of what was found, without what is no plate."""
        return indexes_of(found, invalid=self.invalid)

    def sought(self, places: Sequence[int]) -> list[Sought]:
        """Returns what was found at places, with its text where that was sent."""
        numbers = as_numbers(self.hashes[list(places)])
        return [Sought(number, self._text(place)) for number, place in zip(numbers, places, strict=True)]

    def where(self, place: int) -> tuple[int, int]:
        """Returns the batch of a place in the list, and the place in that batch."""
        batch = int(np.searchsorted(self.starts, place, side="right")) - 1
        return batch, place - self.starts[batch]

    def encounter(self, place: int, hit: Hit, *, unit: str, traceparent: str) -> Encounter | None:
        """Tells how the vehicle at a place was met; None if that was before it was seized, and concerns no court."""
        batch = self.batches[self.where(place)[0]]
        # What is seen now is after every seizure that is written down, by whatever process's clock.
        if batch.is_dated and batch.at < hit.since:
            return None
        return Encounter(Trigger.HIGHWAY_PATROL, unit, batch.at, hit.text, batch.place, traceparent=traceparent)

    def _text(self, place: int) -> str:
        batch, own = self.where(place)
        if self.batches[batch].packed is not None:
            return ""
        return self.texts.get(place) or self.batches[batch].plates[own]


def portions(batches: Iterable[Batch], *, most: int = MOST_AT_ONCE) -> Iterator[list[Batch]]:
    """Divides batches, in their order, into portions of some plates at most, or of one batch that has more."""
    portion: list[Batch] = []
    size = 0
    for batch in batches:
        if portion and size + len(batch) > most:
            yield portion
            portion, size = [], 0
        portion.append(batch)
        size += len(batch)
    if portion:
        yield portion
