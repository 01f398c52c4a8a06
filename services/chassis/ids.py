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


class IdSource(Protocol):
    """Makes identifiers that were never made before."""

    def uuid(self) -> uuid.UUID:
        """Returns a new identifier."""
        ...


class RandomIds:
    """Identifiers of 122 random bits (UUID version 4): they say nothing about what they name.

    Source:
        RFC 9562, section 5.4.
    """

    def uuid(self) -> uuid.UUID:
        """Returns a new random identifier."""
        return uuid.uuid4()


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
        milliseconds = (self._clock.now() - _EPOCH) // _MILLISECOND
        high, low = divmod(secrets.randbits(74), 1 << 62)
        return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


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
