"""The use cases of checks: one traveller, or the batches of gates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import numpy as np

from services.alerts.batches import Index, sift
from services.alerts.hashing import TextHasher
from services.alerts.streams import Hashed
from services.exit_restriction.border.batches import TravellerBatch
from services.exit_restriction.border.domain import Checked, Presented, Recorded, Sought
from services.exit_restriction.domain import Action
from services.exit_restriction.hits.domain import Handling
from services.exit_restriction.registry.numbers import plain_number
from services.filing.domain import RequestKey


class Store(Protocol):
    """All that is kept of checks; `services.exit_restriction.border.store.BorderStore` is one."""

    async def answered(self, key: RequestKey) -> bytes | None:
        """Returns what was answered under a key; None if nothing is kept under it."""
        ...

    async def identity_differs(self, presented: Presented) -> bool:
        """Whether document and identity number are of different persons on file."""
        ...

    async def check(self, presented: Presented, key: RequestKey, *, write: Callable[[Checked], bytes]) -> bytes:
        """Makes a check, and keeps what it leaves; once for each key."""
        ...

    async def confirm(self, sought: Sequence[Sought]) -> Collection[int]:
        """Returns the places of those with whom anything is to be done."""
        ...

    async def record(self, sought: Sequence[Sought]) -> Mapping[int, Recorded]:
        """Records all who are met, in one transaction; returns the hits by place."""
        ...

    async def handle(self, handling: Handling, key: RequestKey, *, unit: str, traceparent: str) -> Handling:
        """Records what was done with a person who was met; once for each key."""
        ...


@dataclass(frozen=True, slots=True)
class Post:
    """What the use cases need.

    Attributes:
        store: What is kept.
        index: Where alerts are looked for.
        hasher: Hashes numbers as alerts have them.
        observe: Told how many numbers were checked and how many hit.
    """

    store: Store
    index: Index
    hasher: TextHasher
    observe: Callable[[str, float], None] = field(default=lambda name, value: None)


@dataclass(frozen=True, slots=True)
class Answered:
    """What batches found.

    Attributes:
        hashed: The batches.
        hits: The hits, by batch and place in it.
        age: How old the picture was; None where the database itself was asked.
    """

    hashed: Hashed[TravellerBatch]
    hits: Mapping[int, Mapping[int, Recorded]]
    age: timedelta | None


async def check_traveller(
    presented: Presented, key: RequestKey, *, post: Post, write: Callable[[Checked], bytes]
) -> bytes:
    """Checks one traveller.

    It asks the index, and leaves nothing at all where that knows of no alert, unless it was asked before, when there
    was one. Everything else is decided in the database, under locks.

    Args:
        presented: Who presents.
        key: Under which key it is asked.
        post: What is needed.
        write: Writes the answer.

    Raises:
        XiezhiError: REQUEST_ID_REUSED or STORE_UNAVAILABLE.
    """
    post.observe("border.numbers.total", len(presented.texts))
    found = post.index.find(np.array([post.hasher.hash(text) for text in presented.texts], np.uint64))
    if found is not None and not found.hits.any():
        if (answered := await post.store.answered(key)) is not None:
            return answered
        has_both = bool(presented.document and presented.id_number)
        differs = has_both and await post.store.identity_differs(presented)
        return write(Checked(identity_differs=differs, age=found.age))

    def note(checked: Checked) -> bytes:
        if checked.action is not Action.NOTHING:
            post.observe("border.hits.total", 1)
        return write(checked)

    return await post.store.check(presented, key, write=note)


async def check_batches(batches: Sequence[TravellerBatch], *, post: Post) -> Answered:
    """Checks batches of numbers, all of them together.

    Args:
        batches: The batches.
        post: What is needed.

    Raises:
        Unavailable: STORE_UNAVAILABLE; nothing counts as checked then.
    """
    hashed = Hashed.of(batches, post.hasher, rewrite=plain_number)
    sifted = await sift(hashed.hashes, post.index)
    places = hashed.candidates(sifted.hits)
    hits = await _record(hashed, places, post) if places else {}
    post.observe("border.numbers.total", len(hashed.hashes) - len(hashed.invalid))
    return Answered(hashed, hits, sifted.age)


async def _record(hashed: Hashed[TravellerBatch], places: Sequence[int], post: Post) -> dict[int, dict[int, Recorded]]:
    """Records those of the candidates who are met; returns the hits by batch and place in it."""
    sought = [Sought(number, batch.meeting, text, is_dated=batch.is_dated) for number, batch, text in hashed.at(places)]
    confirmed = sorted(await post.store.confirm(sought))
    if not confirmed:
        return {}
    recorded = await post.store.record([sought[number] for number in confirmed])
    post.observe("border.hits.total", len(recorded))
    return hashed.by_batch({places[confirmed[number]]: one for number, one in recorded.items()})
