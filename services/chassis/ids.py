"""Identifiers, as something that is given to whoever needs them."""

from __future__ import annotations

import itertools
import secrets
import uuid
from datetime import UTC, datetime, timedelta
from typing import Protocol

from services.chassis.clock import Clock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_VARIANTS = "89ab"
"""What the digit can be that begins with the two bits of the variant."""


class IdSource(Protocol):
    """Makes identifiers that were never made before."""

    def uuid(self) -> uuid.UUID:
        """Returns a new identifier."""
        ...

    def texts(self, count: int) -> list[str]:
        """Returns several new identifiers in their canonical texts."""
        ...


class RandomIds:
    """Identifiers of 122 random bits (UUID version 4): they say nothing about what they name.

    Source:
        RFC 9562, section 5.4.
    """

    def uuid(self) -> uuid.UUID:
        """Returns a new random identifier."""
        return uuid.uuid4()

    def texts(self, count: int) -> list[str]:
        """Returns several new random identifiers in their canonical texts."""
        return [str(self.uuid()) for _ in range(count)]


class TimedIds:
    """Identifiers that begin with the time (UUID version 7), so that an index of them grows at its end only.

    They say when something was named and nothing else of it; 74 bits are random.

    Args:
        clock: Source of now.

    Source:
        RFC 9562, section 5.7.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def uuid(self) -> uuid.UUID:
        """Returns a new identifier."""
        (text,) = self.texts(1)
        return uuid.UUID(text)

    def texts(self, count: int) -> list[str]:
        """Returns several new identifiers of one instant in their canonical texts, drawn at once."""
        milliseconds = (self._clock.now() - _EPOCH) // _MILLISECOND
        time = f"{milliseconds:012x}"
        start = f"{time[:8]}-{time[8:]}-7"
        drawn = secrets.token_hex(10 * count)
        made = []
        for place in range(0, 20 * count, 20):
            some = drawn[place : place + 19]
            variant = _VARIANTS[int(some[18], 16) & 3]
            made.append(f"{start}{some[:3]}-{variant}{some[3:6]}-{some[6:18]}")
        return made


class SequenceIds:
    """Identifiers that count from one, the same in every run; for tests and for synthetic data.

    They have the form of UUID version 8, so that none can be mistaken for a random one.

    Args:
        space: Tells sequences apart that are used side by side, 0 to 2**48 - 1.

    Raises:
        ValueError: If the space is out of range.

    Source:
        RFC 9562, section 5.8.
    """

    def __init__(self, space: int = 0) -> None:
        if not 0 <= space < 1 << 48:
            raise ValueError("a space has 48 bits")
        self._space = space
        self._numbers = itertools.count(1)

    def uuid(self) -> uuid.UUID:
        """Returns the next identifier of the sequence."""
        return uuid.UUID(int=self._space << 80 | 0x8 << 76 | 0b10 << 62 | next(self._numbers))

    def texts(self, count: int) -> list[str]:
        """Returns the next identifiers of the sequence in their canonical texts."""
        return [str(self.uuid()) for _ in range(count)]
