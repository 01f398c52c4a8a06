"""The use cases of checks: one vehicle, or the batches of cameras."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import numpy as np

from services.alerts.batches import Index, sift
from services.alerts.streams import Hashed
from services.codes.plates import plain_number
from services.filing.domain import RequestKey
from services.vehicle.checks.batches import PlateBatch
from services.vehicle.checks.domain import Checked, Finding, Hit, Seen, Sought, suspects_clone
from services.vehicle.checks.keys import PlateHasher
from services.vehicle.domain import Outcome, Trigger
from services.vehicle.sightings.domain import Encounter

_NOTHING = Finding((), None)


class Store(Protocol):
    """All that is kept of checks; `services.vehicle.checks.store.CheckStore` is one."""

    async def answered(self, key: RequestKey) -> bytes | None:
        """Returns what was answered under a key; None if nothing is kept under it."""
        ...

    async def look(self, seen: Seen) -> Finding:
        """Reads what the register has under a plate and a VIN, and no alerts."""
        ...

    async def check(self, seen: Seen, key: RequestKey, *, write: Callable[[Checked], bytes]) -> bytes:
        """Makes a check, and keeps what it leaves; once for each key."""
        ...

    async def confirm(self, sought: Sequence[Sought]) -> Collection[int]:
        """Returns the places of what an open seizure is for."""
        ...

    async def record(self, sought: Sequence[Sought], meet: Callable[[int, Hit], Encounter | None]) -> Mapping[int, str]:
        """Records all that is hit, in one transaction; returns the sightings by place."""
        ...


@dataclass(frozen=True, slots=True)
class Post:
    """What the use cases need.

    Attributes:
        store: What is kept.
        index: Where alerts are looked for.
        hasher: Hashes plates and VINs as alerts have them.
        observe: Told how many plates were checked and how many hit.
    """

    store: Store
    index: Index
    hasher: PlateHasher
    observe: Callable[[str, float], None] = field(default=lambda name, value: None)


@dataclass(frozen=True, slots=True)
class Answered:
    """What batches found.

    Attributes:
        hashed: The batches.
        sightings: Ids of the sightings, by batch and place in it.
        age: How old the picture was; None where the database itself was asked.
    """

    hashed: Hashed[PlateBatch]
    sightings: Mapping[int, Mapping[int, str]]
    age: timedelta | None


async def check_vehicle(seen: Seen, key: RequestKey, *, post: Post, write: Callable[[Checked], bytes]) -> bytes:
    """Checks one vehicle.

    A control on the road asks the index, and leaves nothing at all where that knows of no alert, unless it was asked
    before, when there was one. Everything else is decided in the database, under locks.

    Args:
        seen: What was seen.
        key: Under which key it is asked.
        post: What is needed.
        write: Writes the answer.

    Raises:
        XiezhiError: REQUEST_ID_REUSED or STORE_UNAVAILABLE.
    """
    post.observe("check.plates.total", 1)
    if seen.encounter.trigger is Trigger.HIGHWAY_PATROL:
        found = post.index.find(np.array([post.hasher.hash(text) for text in seen.texts], np.uint64))
        if found is not None and not found.hits.any():
            if (answered := await post.store.answered(key)) is not None:
                return answered
            finding = _NOTHING if seen.vin is None else await post.store.look(seen)
            checked = Checked(Outcome.NOTHING, is_suspected_clone=suspects_clone(seen, finding), age=found.age)
            return write(checked)

    def note(checked: Checked) -> bytes:
        if checked.outcome is not Outcome.NOTHING:
            post.observe("check.hits.total", 1)
        return write(checked)

    return await post.store.check(seen, key, write=note)


async def check_batches(batches: Sequence[PlateBatch], *, unit: str, traceparent: str, post: Post) -> Answered:
    """Checks batches of plates, all of them together.

    Args:
        batches: The batches.
        unit: Code of the police unit that sends them.
        traceparent: Trace of the check; empty where there is none.
        post: What is needed.

    Raises:
        Unavailable: STORE_UNAVAILABLE; nothing counts as checked then.
    """
    hashed = Hashed.of(batches, post.hasher, rewrite=plain_number)
    sifted = await sift(hashed.hashes, post.index)
    places = hashed.candidates(sifted.hits)
    sightings = await _record(hashed, places, unit=unit, traceparent=traceparent, post=post) if places else {}
    post.observe("check.plates.total", len(hashed.hashes) - len(hashed.invalid))
    return Answered(hashed, sightings, sifted.age)


async def _record(
    hashed: Hashed[PlateBatch], places: Sequence[int], *, unit: str, traceparent: str, post: Post
) -> dict[int, dict[int, str]]:
    """Records those of the candidates that are hits; returns the sightings by batch and place in it."""
    found = hashed.at(places)
    sought = [Sought(number, text) for number, _, text in found]
    confirmed = sorted(await post.store.confirm(sought))
    if not confirmed:
        return {}

    def meet(number: int, hit: Hit) -> Encounter | None:
        _, batch, _ = found[confirmed[number]]
        return batch.encounter(hit, unit=unit, traceparent=traceparent)

    recorded = await post.store.record([sought[number] for number in confirmed], meet)
    post.observe("check.hits.total", len(recorded))
    return hashed.by_batch({places[confirmed[number]]: sighting_id for number, sighting_id in recorded.items()})
