"""Vehicles as options and files name them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from xiezhi.cli.documents import STANDARD_INPUT
from xiezhi.cli.output import CommandError
from xiezhi.vehicle.v1 import vehicle_pb2

FORM = "PLATE:TYPE or PLATE:TYPE:VIN"
_FORM = re.compile("([^:,]{5,12})[:,]([0-9]{2})(?:[:,]([^:,]{17}))?")


def read_vehicles(texts: Iterable[str], file: Path | None = None) -> list[vehicle_pb2.VehicleKey]:
    """Reads vehicles from options, and from a file with one on each line.

    Args:
        texts: Each "赣A12345:02" or "赣A12345:02:VIN".
        file: The file; "-" for standard input; None for none.

    Raises:
        CommandError: If one has another form, or there is none; a plate is not repeated in the message.
    """
    lines = [*texts, *(read_lines(file) if file is not None else ())]
    found = []
    for place, line in enumerate(lines, start=1):
        form = _FORM.fullmatch(line.strip())
        if form is None:
            raise CommandError(f"Vehicle {place} is not written as {FORM}.", next_step="For example 赣A12345:02.")
        found.append(vehicle_pb2.VehicleKey(plate=form[1], plate_type=form[2], vin=form[3] or ""))
    if not found:
        raise CommandError("There is no vehicle.", next_step=f"Name it with --vehicle {FORM}, or a file of such lines.")
    return found


def read_lines(file: Path) -> list[str]:
    """Returns the lines of a file that are not empty.

    Args:
        file: The file; "-" for standard input.

    Raises:
        CommandError: If it cannot be read.
    """
    try:
        text = sys.stdin.read() if file == STANDARD_INPUT else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise CommandError(f"{file} cannot be read as text.") from None
    return [line.strip() for line in text.splitlines() if line.strip()]
