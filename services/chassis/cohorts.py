"""Calls that come together go through each stage of their way together.

A call runs through more code and data than a processor holds close at hand. Where each runs its whole way by itself,
every one finds the caches filled by what came last; where many run through one stage after another, all but the first
find its code there. So calls wait for each other at the start, for so short a time and only under such load that all of
them are answered sooner, and make room for each other between stages. Those who go on to another process together tell
it so: it would else send the first ones on their way before the others have come.

Source:
    J. Larus and M. Parkes, "Using Cohort Scheduling to Enhance Server Performance", USENIX 2002.
"""

from __future__ import annotations

import asyncio
import types
from collections.abc import Generator
from dataclasses import dataclass

from services.chassis.call import Call, Metadata

FOLLOWED = ("xiezhi-followed", "1")
"""Metadata by which a call says that others come right behind it."""
LULL = 0.006
"""Seconds between two looks; a cohort for which nobody came between them sets off."""
LONGEST = 0.02
"""Seconds after which it sets off however many still come."""
SHARE = 2
"""It sets off when one in so many of the calls inside waits for it: one is worked on while others' answers are on their
way."""
PATIENCE = 0.1
"""Seconds for which a call that has set off counts as inside; one that takes longer waits for something else."""


@types.coroutine
def next_stage(call: Call) -> Generator[None, None, None]:
    """Lets those who set off with a call come as far; one that is alone goes on."""
    if call.company > 1:
        yield


class Departures:
    """Calls that are about to go on to another process."""

    def __init__(self) -> None:
        self._departing = 0

    @types.coroutine
    def depart(self, call: Call) -> Generator[None, None, Metadata]:
        """Lets those who set off with a call come as far; one that is alone goes on.

        Args:
            call: The call.

        Returns:
            The metadata that tells the other process of those who depart right behind this one, if any do.
        """
        if call.company <= 1:
            return ()
        self._departing += 1
        try:
            yield
        finally:
            self._departing -= 1
        return (FOLLOWED,) if self._departing else ()


@dataclass(slots=True)
class Cohort:
    """Calls that set off together.

    Attributes:
        size: How many.
        inside: How many of them count as inside.
    """

    size: int
    inside: int


class Cohorts:
    """Sends calls on their way in groups."""

    def __init__(self) -> None:
        self._inside = 0
        self._waiting: list[asyncio.Future[Cohort]] = []
        self._former = 0
        self._began = 0.0
        self._next: asyncio.Handle | None = None
        self._is_setting_off = False
        self._is_followed = False

    async def join(self, *, followed: bool = False) -> Cohort:
        """Waits for the next cohort; `leave` is to be called once it has set off and the call has ended.

        Args:
            followed: Whether others are known to come right behind this call: its cohort does not set off for it then,
                but for the last of them, or when they do not come.
        """
        loop = asyncio.get_running_loop()
        self._inside += 1
        place: asyncio.Future[Cohort] = loop.create_future()
        self._waiting.append(place)
        self._is_followed = followed
        if not followed and SHARE * len(self._waiting) >= self._inside:
            self._set_off_soon()
        elif self._next is None:
            self._began = loop.time()
            self._linger()
        try:
            return await place
        except asyncio.CancelledError:
            if place.cancelled():
                self._inside -= 1
                self._is_followed = False
            else:
                self.leave(place.result())
            raise

    def leave(self, cohort: Cohort) -> None:
        """Tells that a call of a cohort has ended."""
        if cohort.inside:
            self._count_out(cohort, 1)

    def _count_out(self, cohort: Cohort, calls: int) -> None:
        cohort.inside -= calls
        self._inside -= calls
        if self._waiting and len(self._waiting) >= self._inside and not self._is_followed:
            # Nobody is there to wait for.
            self._set_off_soon()

    def _set_off_soon(self) -> None:
        if self._is_setting_off:
            return
        if self._next is not None:
            self._next.cancel()
        # Not now: the other calls that this turn of the loop woke are to come along.
        self._next, self._is_setting_off = asyncio.get_running_loop().call_soon(self._set_off), True

    def _linger(self) -> None:
        loop = asyncio.get_running_loop()
        self._former = len(self._waiting)
        self._next = loop.call_later(min(LULL, self._began + LONGEST - loop.time()), self._look)

    def _look(self) -> None:
        """Waits on where others have come meanwhile."""
        waited = asyncio.get_running_loop().time() - self._began
        if len(self._waiting) == self._former or waited >= LONGEST:
            self._set_off()
        else:
            self._linger()

    def _set_off(self) -> None:
        self._next, self._is_setting_off = None, False
        places = [place for place in self._waiting if not place.done()]
        self._waiting = []
        cohort = Cohort(len(places), len(places))
        for place in places:
            place.set_result(cohort)
        asyncio.get_running_loop().call_later(PATIENCE, self._forget, cohort)

    def _forget(self, cohort: Cohort) -> None:
        self._count_out(cohort, cohort.inside)
