"""Calls that come together go through each stage of their way together.

A call runs through more code and data than a processor holds close at hand. Where each runs its whole way by itself,
every one finds the caches filled by what came last; where many run through one stage after another, all but the first
find its code there. So calls wait for each other at the start, for so short a time and only under such load that all of
them are answered sooner, and make room for each other between stages.

Source:
    J. Larus and M. Parkes, "Using Cohort Scheduling to Enhance Server Performance", USENIX 2002.
"""

from __future__ import annotations

import asyncio
import types
from collections.abc import Generator

LULL = 0.006
"""Seconds without another call after which a cohort sets off with those that are there."""
LONGEST = 0.02
"""Seconds after which it sets off however many still come."""
SHARE = 2
"""It sets off when one in so many of the calls inside waits for it. Whoever is alone does not wait, and under load one
cohort is worked on while others' answers are on their way."""


@types.coroutine
def next_stage() -> Generator[None, None, None]:
    """Lets the other calls of a cohort come as far as this one."""
    yield


class Cohorts:
    """Sends calls on their way in groups."""

    def __init__(self) -> None:
        self._inside = 0
        self._waiting: list[asyncio.Future[None]] = []
        self._former = 0
        self._began = 0.0
        self._next: asyncio.Handle | None = None
        self._is_leaving = False

    async def join(self) -> None:
        """Waits for the next cohort; `leave` is to be called once, whatever becomes of the call."""
        loop = asyncio.get_running_loop()
        self._inside += 1
        place: asyncio.Future[None] = loop.create_future()
        self._waiting.append(place)
        if SHARE * len(self._waiting) >= self._inside:
            if not self._is_leaving:
                if self._next is not None:
                    self._next.cancel()
                # Not now: the other calls that this turn of the loop woke are to come along.
                self._next, self._is_leaving = loop.call_soon(self._set_off), True
        elif self._next is None:
            self._began = loop.time()
            self._linger()
        await place

    def leave(self) -> None:
        """Tells that a call has ended."""
        self._inside -= 1

    def _linger(self) -> None:
        self._former = len(self._waiting)
        self._next = asyncio.get_running_loop().call_later(LULL, self._look)

    def _look(self) -> None:
        """Waits on where others have come meanwhile."""
        waited = asyncio.get_running_loop().time() - self._began
        if len(self._waiting) == self._former or waited >= LONGEST:
            self._set_off()
        else:
            self._linger()

    def _set_off(self) -> None:
        self._next, self._is_leaving = None, False
        cohort, self._waiting = self._waiting, []
        for place in cohort:
            if not place.done():
                place.set_result(None)
