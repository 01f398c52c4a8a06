"""The time, as something that is given to whoever needs it."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from cryptography import x509
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
DEVELOPMENT_MARK = "(INSECURE)"
"""What the names of the certificate authorities of development end with."""


class MovedClockWarning(UserWarning):
    """A process does not live at the machine's time."""


class MovedClockError(Exception):
    """The clock is to be moved where real keys are used."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Returns the current instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Returns the machine's current instant, aware, in UTC."""
        return datetime.now(UTC)


class InsecureMovedClock:
    """The machine's clock, moved ahead: shows what time does to measures, in a development set-up and nowhere else.

    Args:
        ahead: How far ahead of the machine's clock it is.

    Warns:
        MovedClockWarning: Always.
    """

    def __init__(self, ahead: timedelta) -> None:
        warnings.warn(f"this process lives {ahead} ahead of the machine's clock", MovedClockWarning, 2)
        self._ahead = ahead

    def now(self) -> datetime:
        """Returns the moved instant, aware, in UTC."""
        return datetime.now(UTC) + self._ahead


def choose_clock(ahead: timedelta, *, authority: Path) -> Clock:
    """Returns the clock of a process.

    Args:
        ahead: How far the clock is to be moved ahead; zero for the machine's own.
        authority: PEM file of the authority of the suite's certificates, which tells a development set-up.

    Raises:
        MovedClockError: If it is to be moved, and the authority is not one of development.
    """
    if not ahead:
        return SystemClock()
    subject = x509.load_pem_x509_certificate(authority.read_bytes()).subject.rfc4514_string()
    if DEVELOPMENT_MARK not in subject:
        raise MovedClockError("The clock is moved in a development set-up only: take insecure_clock_ahead away.")
    return InsecureMovedClock(ahead)


class ManualClock:
    """A clock that stands still until it is moved; for tests, and for replaying a past moment.

    Args:
        start: The instant it shows at first, aware.

    Raises:
        ValueError: If the instant has no time zone.
    """

    def __init__(self, start: datetime) -> None:
        self._now = _in_utc(start)

    def now(self) -> datetime:
        """Returns the instant that was set last, in UTC."""
        return self._now

    def advance(self, step: timedelta) -> datetime:
        """Moves the clock by a step, which may be negative as when a wrong clock is mended.

        Returns:
            The new instant.
        """
        self._now += step
        return self._now

    def set(self, instant: datetime) -> None:
        """Moves the clock to an instant.

        Raises:
            ValueError: If the instant has no time zone.
        """
        self._now = _in_utc(instant)


def _in_utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC)


def write_instant(message: Timestamp, instant: datetime) -> None:
    """Writes an instant into a message, to the microsecond, for a quarter of what `FromDatetime` takes.

    Args:
        message: The message.
        instant: The instant, aware.
    """
    message.seconds, micros = divmod((instant - _EPOCH) // _MICROSECOND, 1_000_000)
    message.nanos = micros * 1000


def write_duration(message: Duration, duration: timedelta) -> None:
    """Writes a duration into a message, to the microsecond; one of zero is there too.

    Args:
        message: The message.
        duration: The duration.
    """
    message.seconds, micros = divmod(duration // _MICROSECOND, 1_000_000)
    message.nanos = micros * 1000
    message.SetInParent()


def duration_of(duration: timedelta) -> Duration:
    """Returns a duration as a message; see `write_duration`."""
    message = Duration()
    write_duration(message, duration)
    return message
