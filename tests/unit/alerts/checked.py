"""Lists of texts as one batch, for the tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.alerts.batches import Index, sift
from services.alerts.hashing import TextHasher
from services.alerts.streams import Batch, Hashed


@dataclass(frozen=True)
class Matches:
    """What a list of texts came to: the places of hits and of what is invalid, and how old the picture was."""

    hits: list[int]
    invalid: list[int]
    age: timedelta | None


async def check_texts(
    texts: Sequence[str], index: Index, *, hasher: TextHasher, rewrite: Callable[[str], str] = str
) -> Matches:
    """Finds the texts of a list that alerts stand under."""
    hashed = Hashed.of([Batch(1, texts=texts)], hasher, rewrite=rewrite)
    sifted = await sift(hashed.hashes, index)
    return Matches(hashed.candidates(sifted.hits), hashed.checked(0)[1], sifted.age)
