"""Looks for new notices, once for all followers of a process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import timedelta

from xiezhi.errors import Reason, XiezhiError

Look = Callable[[Sequence[str]], Awaitable[Mapping[str, int]]]
"""Reads the last numbers of addressees; one that was never told anything is left out."""


class Lookout:
    """Knows the last numbers of the addressees that are followed, and wakes who waits for more.

    It is told of this process's commits, and looks for those of others while there is anybody to look for.

    Args:
        look: Reads last numbers.
        poll: How often it looks.
    """

    def __init__(self, look: Look, *, poll: timedelta) -> None:
        self._look = look
        self._poll = poll
        self._watched: dict[str, Watched] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._looking: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def watch(self, addressee: str) -> Iterator[Watched]:
        """Watches an addressee within a context."""
        self._loop = asyncio.get_running_loop()
        watched = self._watched.setdefault(addressee, Watched())
        watched.watchers += 1
        if self._looking is None:
            self._looking = self._loop.create_task(self._run(), name="feed-lookout")
        try:
            yield watched
        finally:
            watched.watchers -= 1
            if not watched.watchers:
                del self._watched[addressee]
            if not self._watched and self._looking is not None:
                self._looking.cancel()
                self._looking = None

    def tell(self, heads: Mapping[str, int]) -> None:
        """Takes the last numbers that a commit of this process has made, in the writer's thread."""
        if self._loop is not None and self._watched:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self._loop.call_soon_threadsafe(self._note, heads)

    async def pause(self) -> None:
        """Waits as long as between two looks, before a database that is away is asked again."""
        await asyncio.sleep(self._poll.total_seconds())

    async def _run(self) -> None:
        while True:
            await self.pause()
            try:
                self._note(await self._look(list(self._watched)))
            except XiezhiError as failure:
                if failure.reason is not Reason.STORE_UNAVAILABLE:
                    self._alarm()
            except Exception:  # noqa: BLE001 - the followers meet it themselves, and end with it
                self._alarm()

    def _note(self, heads: Mapping[str, int]) -> None:
        for addressee, number in heads.items():
            watched = self._watched.get(addressee)
            if watched is not None:
                watched.reached(number)

    def _alarm(self) -> None:
        for watched in self._watched.values():
            watched.alarm()


class Watched:
    """An addressee that is followed.

    Attributes:
        head: The last number known.
        watchers: How many follow it.
    """

    __slots__ = ("_alarms", "_stirred", "head", "watchers")

    def __init__(self) -> None:
        self.head = 0
        self.watchers = 0
        self._alarms = 0
        self._stirred = asyncio.Event()

    def reached(self, number: int) -> None:
        """Notes a last number; one that was overtaken is passed over."""
        if number > self.head:
            self.head = number
            self._stirred.set()

    def alarm(self) -> None:
        """Has all who wait look for themselves."""
        self._alarms += 1
        self._stirred.set()

    async def passed(self, number: int) -> None:
        """Waits until there is a later number, or something is wrong that reading will tell."""
        alarms = self._alarms
        while self.head <= number and self._alarms == alarms:
            self._stirred.clear()
            await self._stirred.wait()
