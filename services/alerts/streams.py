"""Batches as cameras and gates stream them: many are hashed and looked up at once, and told apart again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import KW_ONLY, dataclass, field
from typing import Generic, TypeVar

import numpy as np
from google.protobuf.message import Message
from numpy.typing import NDArray

from services.alerts.batches import HashedList, hash_list
from services.alerts.hashing import Hashes, TextHasher
from services.alerts.numbers import as_numbers
from services.chassis.call import Joint
from services.chassis.gathering import gather

MOST_TOGETHER = 128
"""Batches of one stream that are answered together."""
MOST_AT_ONCE = 20_000
"""Texts that are looked up at once; the process does nothing else for the ten milliseconds that they take."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch; each service adds where and when its texts were read.

    Attributes:
        number: Its number.
        texts: Texts as they were read.
        packed: Hashes of texts instead of them; None where they are texts.
        is_dated: Whether the batch itself says when they were read; otherwise they are read now.
    """

    number: int
    _: KW_ONLY
    texts: Sequence[str] = field(default=(), repr=False)
    packed: Hashes | None = field(default=None, repr=False)
    is_dated: bool = False

    def __len__(self) -> int:
        return len(self.texts) if self.packed is None else len(self.packed)


B = TypeVar("B", bound=Batch)
R = TypeVar("R")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hashed(Generic[B]):
    """Several batches as one list of hashes.

    Attributes:
        batches: The batches.
        hashes: The hashes of all their texts, one batch after the other.
        starts: Where each batch begins, and where the last one ends.
        texts: Texts in canonical form that were sent in another one, by place in the list.
        invalid: Places in the list of what has no canonical form, ascending.
    """

    batches: Sequence[B]
    hashes: Hashes = field(repr=False)
    starts: Sequence[int]
    texts: dict[int, str] = field(repr=False)
    invalid: list[int]

    @classmethod
    def of(cls, batches: Sequence[B], hasher: TextHasher, *, rewrite: Callable[[str], str]) -> Hashed[B]:
        """Hashes batches.

        Args:
            batches: The batches.
            hasher: Hashes texts as alerts have them.
            rewrite: Writes a text in canonical form, or gives it back as it is; only asked about those that are not in
                it.
        """
        starts = [0]
        for batch in batches:
            starts.append(starts[-1] + len(batch))
        if all(batch.packed is None for batch in batches):
            # As a rule: what fewer steps save here is a good part of what a text costs.
            texts = batches[0].texts if len(batches) == 1 else [text for b in batches for text in b.texts]
            found = hash_list(texts, hasher, rewrite=rewrite)
            return cls(batches, found.hashes, starts, found.rewritten, found.invalid)
        parts = [
            HashedList(b.packed) if b.packed is not None else hash_list(b.texts, hasher, rewrite=rewrite)
            for b in batches
        ]
        placed = [*zip(parts, starts, strict=False)]
        rewritten = {start + place: text for part, start in placed for place, text in part.rewritten.items()}
        invalid = [start + place for part, start in placed for place in part.invalid]
        hashes = parts[0].hashes if len(parts) == 1 else np.concatenate([part.hashes for part in parts])
        return cls(batches, hashes, starts, rewritten, invalid)

    def checked(self, batch: int) -> tuple[int, list[int]]:
        """Returns how many texts of a batch were checked, and the places in it of what is none."""
        start, end = self.starts[batch : batch + 2]
        invalid = [place - start for place in self.invalid if start <= place < end] if self.invalid else []
        return end - start - len(invalid), invalid

    def candidates(self, found: NDArray[np.bool_]) -> list[int]:
        """Returns the places of what was found, without what has no canonical form; changes what is given."""
        if self.invalid:
            found[self.invalid] = False
        places: list[int] = found.nonzero()[0].tolist()
        return places

    def at(self, places: Sequence[int]) -> list[tuple[int, B, str]]:
        """Returns what is at places: the hash as a signed number, the batch, and the text; empty where it is packed."""
        numbers = as_numbers(self.hashes[list(places)])
        return [(number, *self._read(place)) for number, place in zip(numbers, places, strict=True)]

    def where(self, place: int) -> tuple[int, int]:
        """Returns the batch of a place in the list, and the place in that batch."""
        batch = int(np.searchsorted(self.starts, place, side="right")) - 1
        return batch, place - self.starts[batch]

    def by_batch(self, found: Mapping[int, T]) -> dict[int, dict[int, T]]:
        """Returns what was found at places in the list by batch, and by place in it."""
        apart: dict[int, dict[int, T]] = {}
        for place, one in found.items():
            batch, own = self.where(place)
            apart.setdefault(batch, {})[own] = one
        return apart

    def _read(self, place: int) -> tuple[B, str]:
        which, own = self.where(place)
        batch = self.batches[which]
        return batch, "" if batch.packed is not None else self.texts.get(place) or batch.texts[own]


def portions(batches: Iterable[B], *, most: int = MOST_AT_ONCE) -> Iterator[list[B]]:
    """Divides batches, in their order, into portions of some texts at most, or of one batch that has more."""
    portion: list[B] = []
    size = 0
    for batch in batches:
        if portion and size + len(batch) > most:
            yield portion
            portion, size = [], 0
        portion.append(batch)
        size += len(batch)
    if portion:
        yield portion


async def answer_together(
    requests: AsyncIterator[R],
    *,
    read: Callable[[Sequence[R]], Awaitable[Sequence[B]]],
    check: Callable[[list[B]], Awaitable[Iterable[Message]]],
) -> AsyncGenerator[Joint, None]:
    """Answers batches as they come, and those that have come meanwhile together; to be closed with `aclosing`.

    They are looked up in portions, between which the process does other work, and recorded by one entry: that costs the
    same however many they are.

    Args:
        requests: The requests of a stream.
        read: Reads those that came together, or refuses one and with it all of them.
        check: Checks a portion; returns the answer to each.
    """
    async with aclosing(gather(requests, most=MOST_TOGETHER)) as groups:
        async for group in groups:
            answers: list[Message] = []
            for portion in portions(await read(group)):
                answers += await check(portion)
                await asyncio.sleep(0)
            yield Joint(tuple(answers))
