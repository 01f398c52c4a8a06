"""Facts that are added and never changed: the instant at which the next one happens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

_TICK = timedelta(microseconds=1)


class Dated(Protocol):
    """Anything that happened at an instant."""

    @property
    def at(self) -> datetime:
        """The instant."""
        ...


def next_instant(facts: Iterable[Dated], now: datetime) -> datetime:
    """Returns the instant at which the next fact happens: now, or just after the last fact if that is later.

    So each fact finds what those before it made, and what was answered about the past stays true.

    Args:
        facts: All that happened to the same thing.
        now: The current instant, which for what a court hands in is that of its receipt.
    """
    return max((now, *(fact.at + _TICK for fact in facts)))
