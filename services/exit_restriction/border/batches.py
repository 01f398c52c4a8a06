"""Batches of numbers as gates and passenger lists send them, many of them hashed and looked up at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from services.alerts.batches import HashedList, hash_list, indexes_of
from services.alerts.hashing import Hashes, TextHasher
from services.alerts.numbers import as_numbers
from services.exit_restriction.border.domain import Sought
from services.exit_restriction.hits.domain import Meeting
from services.exit_restriction.registry.numbers import plain_number

MOST_AT_ONCE = 20_000
"""Numbers that are looked up at once; the process does nothing else for the ten milliseconds that they take."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch.

    Attributes:
        number: Its number.
        meeting: Where and when the travellers were met.
        numbers: Numbers as they were read.
        packed: Hashes of numbers instead of them; None where they are texts.
        is_dated: Whether the batch itself says when they were met; otherwise they are met now.
    """

    number: int
    meeting: Meeting
    numbers: Sequence[str] = field(default=(), repr=False)
    packed: Hashes | None = field(default=None, repr=False)
    is_dated: bool = False

    def __len__(self) -> int:
        return len(self.numbers) if self.packed is None else len(self.packed)


@dataclass(frozen=True, slots=True)
class Hashed:
    """Several batches as one list of hashes.

    Attributes:
        batches: The batches.
        hashes: The hashes of all their numbers, one batch after the other.
        starts: Where each batch begins, and where the last one ends.
        texts: Numbers in normal form that were sent in another one, by place in the list.
        invalid: Places in the list of what is no number, ascending.
    """

    batches: Sequence[Batch]
    hashes: Hashes = field(repr=False)
    starts: Sequence[int]
    texts: dict[int, str] = field(repr=False)
    invalid: Sequence[int]

    @classmethod
    def of(cls, batches: Sequence[Batch], hasher: TextHasher) -> Hashed:
        """Hashes batches.

        Args:
            batches: The batches.
            hasher: Hashes numbers as alerts have them.
        """
        starts = [0]
        for batch in batches:
            starts.append(starts[-1] + len(batch))
        if all(batch.packed is None for batch in batches):
            # As a rule: what fewer steps save here is a good part of what a number costs.
            numbers = batches[0].numbers if len(batches) == 1 else [number for b in batches for number in b.numbers]
            found = hash_list(numbers, hasher, rewrite=plain_number)
            return cls(batches, found.hashes, starts, found.rewritten, found.invalid)
        parts = [
            HashedList(b.packed) if b.packed is not None else hash_list(b.numbers, hasher, rewrite=plain_number)
            for b in batches
        ]
        placed = [*zip(parts, starts, strict=False)]
        texts = {start + place: text for part, start in placed for place, text in part.rewritten.items()}
        invalid = [start + place for part, start in placed for place in part.invalid]
        hashes = parts[0].hashes if len(parts) == 1 else np.concatenate([part.hashes for part in parts])
        return cls(batches, hashes, starts, texts, invalid)

    def checked(self, batch: int) -> tuple[int, list[int]]:
        """Returns how many numbers of a batch were checked, and the places in it of what is none."""
        start, end = self.starts[batch : batch + 2]
        invalid = [place - start for place in self.invalid if start <= place < end] if self.invalid else []
        return end - start - len(invalid), invalid

    def candidates(self, found: NDArray[np.bool_]) -> list[int]:
        """Returns the places of what was found, without what is no number."""
        return indexes_of(found, invalid=self.invalid)

    def sought(self, places: Sequence[int]) -> list[Sought]:
        """Returns what was found at places, with its text where that was sent."""
        numbers = as_numbers(self.hashes[list(places)])
        return [self._sought(number, place) for number, place in zip(numbers, places, strict=True)]

    def where(self, place: int) -> tuple[int, int]:
        """Returns the batch of a place in the list, and the place in that batch."""
        batch = int(np.searchsorted(self.starts, place, side="right")) - 1
        return batch, place - self.starts[batch]

    def _sought(self, number: int, place: int) -> Sought:
        which, own = self.where(place)
        batch = self.batches[which]
        text = "" if batch.packed is not None else self.texts.get(place) or batch.numbers[own]
        return Sought(number, batch.meeting, text, is_dated=batch.is_dated)


def portions(batches: Iterable[Batch], *, most: int = MOST_AT_ONCE) -> Iterator[list[Batch]]:
    """Divides batches, in their order, into portions of some numbers at most, or of one batch that has more."""
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
