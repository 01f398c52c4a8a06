"""Many texts at once, as cameras and gates send them: which of them alerts stand under."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from services.alerts.hashing import Hashes, TextHasher
from services.alerts.live import Found
from services.alerts.numbers import as_hashes, as_numbers

Listed: TypeAlias = Callable[[Sequence[int]], Awaitable[Collection[int]]]
"""Returns which hashes, as signed numbers, there are alerts under, as the database itself has it."""


class Index(Protocol):
    """The alerts in memory; `services.alerts.watch.AlertWatch` is one."""

    def find(self, hashes: Hashes) -> Found | None:
        """Looks hashes up; None if the index is too old to say."""
        ...


@dataclass(frozen=True, slots=True)
class Alerts:
    """Where alerts are looked for.

    Attributes:
        index: The alerts in memory.
        listed: The alerts in the database, which is asked while the index is too old.
    """

    index: Index
    listed: Listed


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


@dataclass(frozen=True, slots=True)
class Matches:
    """What a list of texts came to.

    Attributes:
        hits: Indexes of the texts that alerts stand under, ascending. A hash alone is only a reason to look: whoever
            acts on a hit reads the alert and what it is for.
        invalid: Indexes of the texts that were not checked, because they have no canonical form, ascending.
        age: How old the picture was; None where the database itself was asked.
    """

    hits: list[int]
    invalid: list[int]
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


async def sift(hashes: Hashes, alerts: Alerts) -> Sifted:
    """Looks hashes up in the index, or in the database while the index is too old.

    Args:
        hashes: The hashes.
        alerts: Where they are looked for.

    Raises:
        Unavailable: STORE_UNAVAILABLE; nothing counts as checked then.
    """
    found = alerts.index.find(hashes)
    if found is not None:
        return Sifted(found.hits, found.age)
    listed = await alerts.listed(list(dict.fromkeys(as_numbers(hashes))))
    return Sifted(np.isin(hashes, as_hashes(listed)), None)


async def check_texts(
    texts: Sequence[str], alerts: Alerts, *, hasher: TextHasher, rewrite: Callable[[str], str] = str
) -> Matches:
    """Finds the texts of a list that alerts stand under.

    Args:
        texts: The texts.
        alerts: Where they are looked for.
        hasher: Hashes them as alerts have them.
        rewrite: Writes a text in canonical form, or gives it back as it is; only asked about those that are not in it.

    Raises:
        Unavailable: STORE_UNAVAILABLE; nothing counts as checked then.
    """
    hashed = hash_list(texts, hasher, rewrite=rewrite)
    sifted = await sift(hashed.hashes, alerts)
    return Matches(indexes_of(sifted.hits, invalid=hashed.invalid), hashed.invalid, sifted.age)


def indexes_of(hits: NDArray[np.bool_], *, invalid: Sequence[int]) -> list[int]:
    """Returns the indexes of what is hit, ascending, without those that are invalid; changes the hits."""
    if invalid:
        hits[list(invalid)] = False
    indexes: list[int] = hits.nonzero()[0].tolist()
    return indexes
