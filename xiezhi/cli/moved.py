"""The moved clock of a development set-up: how far ahead of the machine's clock its suite lives."""

from __future__ import annotations

import json
from datetime import timedelta

from xiezhi.cli.home import Home
from xiezhi.cli.output import CommandError, Output
from xiezhi.pki.files import PRIVATE, write_file

CLOCK_FILE = "MOVED-CLOCK.json"
"""File in the data folder that holds the note; a folder without it lives at the machine's time."""


def clock_ahead(home: Home) -> timedelta:
    """Returns how far the clock of a data folder is moved ahead; zero where it is not.

    Raises:
        CommandError: If the note cannot be read.
    """
    file = home.root / CLOCK_FILE
    if not file.exists():
        return timedelta(0)
    try:
        return timedelta(seconds=float(json.loads(file.read_text(encoding="utf-8"))["seconds_ahead"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise CommandError(
            f"{file} does not say how far the clock is moved.",
            next_step="Move it anew: xiezhi up --development-time-offset 365d.",
        ) from None


def move_clock(home: Home, ahead: timedelta) -> None:
    """Notes that the suite of a data folder is to live ahead of the machine's clock from its next start on.

    Args:
        home: The data folder.
        ahead: How far.

    Raises:
        CommandError: If it is moved further already: what was written then would lie in the future.
    """
    present = clock_ahead(home)
    if ahead < present:
        raise CommandError(
            f"The clock of {home.root} is {_days(present)} ahead already and does not go back.",
            next_step="Begin in another data folder: xiezhi --home FOLDER up.",
        )
    write_file(home.root / CLOCK_FILE, json.dumps({"seconds_ahead": ahead.total_seconds()}).encode(), mode=PRIVATE)


def shout_if_moved(home: Home, output: Output) -> None:
    """Warns of a moved clock."""
    ahead = clock_ahead(home)
    if ahead:
        output.note(
            f"[bold red]MOVED CLOCK[/]: everything in {home.root} lives {_days(ahead)} ahead of this machine. "
            "For development only; no process with other than development keys starts like this."
        )


def _days(ahead: timedelta) -> str:
    return f"{ahead / timedelta(days=1):,.6g} days"
