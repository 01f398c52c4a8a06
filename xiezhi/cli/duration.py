"""Durations and instants as people write them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from xiezhi.cli.output import CommandError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_FORM = re.compile("([0-9]{1,6})([smhd])")


def parse_duration(text: str, least: timedelta) -> timedelta:
    """Reads "90s", "10m", "2h" or "3d".

    Args:
        text: The duration.
        least: The shortest that is accepted.

    Raises:
        CommandError: If it has another form or is too short.
    """
    found = _FORM.fullmatch(text.strip())
    duration = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else timedelta(0)
    if duration < least:
        raise CommandError(
            f"{text!r} is no duration of at least {least.total_seconds():.0f} s.",
            next_step="Write it as 90s, 10m, 2h or 3d.",
        )
    return duration


def read_instant(text: str) -> datetime:
    """Reads "2024-11-20T10:00:00+08:00".

    Args:
        text: The instant.

    Raises:
        CommandError: If it is none, or names no zone.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise CommandError(f"{text!r} is no instant with its zone.", next_step="Write 2024-11-20T10:00:00+08:00.")
    return found
