"""The index together with how old it is: what it says is only worth something up to an age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from services.alerts.hashing import Hashes
from services.alerts.index import AlertIndex


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an index has followed the feed of changes.

    Attributes:
        position: Position of the last change that is in the index; 0 before the first.
        as_of: An instant, aware, such that every change committed before it is in the index.
    """

    position: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """An answer of the index.

    Attributes:
        hits: Which of the hashes asked for are sought.
        age: How old the index was at most when it answered.
    """

    hits: NDArray[np.bool_]
    age: timedelta


class LiveIndex:
    """An index that follows the feed of changes, and answers only while it is fresh.

    One task follows the feed; any thread may ask.

    Args:
        index: The index as it was built.
        progress: How far it had followed the feed when it was built.
        bound: The greatest age at which it still answers.
    """

    def __init__(self, index: AlertIndex, progress: Progress, *, bound: timedelta) -> None:
        self._index = index
        self._progress = progress
        self._bound = bound

    @property
    def index(self) -> AlertIndex:
        """The set itself, for its size."""
        return self._index

    @property
    def progress(self) -> Progress:
        """How far it has followed the feed."""
        return self._progress

    def age(self, now: datetime) -> timedelta:
        """Returns how old the index is; negative if the clock was set back since."""
        return now - self._progress.as_of

    def is_fresh(self, now: datetime) -> bool:
        """Whether it may answer: its age is within the bound, and is an age at all."""
        return timedelta(0) <= self.age(now) <= self._bound

    def find(self, hashes: Hashes, *, now: datetime) -> Found | None:
        """Looks hashes up.

        Returns:
            Which are sought; None if the index is not fresh, in which case the database must be asked.
        """
        # The age is taken first: a change that comes in between makes the answer newer than it says, not older.
        age = self.age(now)
        if not timedelta(0) <= age <= self._bound:
            return None
        return Found(self._index.contains(hashes), age)

    def follow(self, progress: Progress, *, added: Hashes, removed: Hashes) -> None:
        """Takes the next changes of the feed in.

        The same changes may come again, as after a broken stream. A feed without changes is followed too, with
        empty arrays: it is how the index stays fresh.

        Args:
            progress: How far the feed is followed with these changes.
            added: Hashes that are sought from now on.
            removed: Hashes that no alert stands under any more.

        Raises:
            ValueError: If the position lies before the one already reached; the changes are not taken in.
        """
        if progress.position < self._progress.position:
            raise ValueError("the feed went back; build the index anew")
        self._index.update(added=added, removed=removed)
        self._progress = progress
