"""Many texts at once, as cameras and gates send them: which of them alerts stand under."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from services.alerts.hashing import Hashes, TextHasher
from services.alerts.live import Found
from services.alerts.numbers import as_hashes, as_numbers


class Index(Protocol):
    """Where alerts are looked for; `services.alerts.watch.AlertWatch` is one."""

    def find(self, hashes: Hashes) -> Found | None:
        """Looks hashes up in memory; None if what is there is too old to say."""
        ...

    async def listed(self, hashes: Sequence[int]) -> Collection[int]:
        """Returns which hashes, as signed numbers, there are alerts under, as the database itself has it."""
        ...


@dataclass(frozen=True, slots=True)
class HashedList:
    """The hashes of a list of texts.

    Attributes:
        hashes: The hash of each text, in order; meaningless where the text is invalid.
        rewritten: Texts in canonical form that came in another one, by their index.
        invalid: Indexes of texts that have no canonical form, ascending.
    """

    hashes: Hashes = field(repr=False)
    rewritten: dict[int, str] = field(default_factory=dict, repr=False)
    invalid: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sifted:
    """What a list of hashes came to.

    Attributes:
        hits: Which of the hashes alerts stand under.
        age: How old the picture was; None where the database itself was asked.
    """

    hits: NDArray[np.bool_] = field(repr=False)
    age: timedelta | None


def hash_list(texts: Sequence[str], hasher: TextHasher, *, rewrite: Callable[[str], str]) -> HashedList:
    """Hashes texts; those that are not in their canonical form are written so first.

    Args:
        texts: The texts.
        hasher: Hashes them as alerts have them.
        rewrite: Writes a text in canonical form, or gives it back as it is; only asked about those that are not in it.
    """
    hashed = hasher.hash_all(texts)
    if hashed.canonical.all():
        return HashedList(hashed.hashes)
    indexes = np.flatnonzero(~hashed.canonical)
    plain = [rewrite(texts[index]) for index in indexes.tolist()]
    again = hasher.hash_all(plain)
    hashed.hashes[indexes] = again.hashes
    found = HashedList(hashed.hashes)
    for index, text, is_one in zip(indexes.tolist(), plain, again.canonical.tolist(), strict=True):
        if is_one:
            found.rewritten[index] = text
        else:
            found.invalid.append(index)
    return found


async def sift(hashes: Hashes, index: Index) -> Sifted:
    """Looks hashes up in memory, or in the database while what is in memory is too old.

    Args:
        hashes: The hashes.
        index: Where they are looked for.

    Raises:
        Unavailable: STORE_UNAVAILABLE; nothing counts as checked then.
    """
    found = index.find(hashes)
    if found is not None:
        return Sifted(found.hits, found.age)
    listed = await index.listed(list(dict.fromkeys(as_numbers(hashes))))
    return Sifted(np.isin(hashes, as_hashes(listed)), None)
