"""Records as they are kept: JSON lists that begin with the number of their form.

A later form of a record can so be told from the one that the code knows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

_parse = json.JSONDecoder().decode
# What is written is made here of numbers and texts, so that no list can hold itself.
_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


class RecordForm(Exception):
    """A record that opens but is not of a form that this code knows."""


def write_record(form: int, values: Iterable[object]) -> bytes:
    """Writes a record compactly.

    Args:
        form: Number of its form.
        values: What JSON can say.
    """
    return _write([form, *values]).encode()


def read_record(form: int, record: bytes) -> list[Any]:
    """Returns the values of a record.

    Args:
        form: Number of the form that is known.
        record: As `write_record` wrote it.

    Raises:
        RecordForm: If it is of another form.
    """
    values: list[Any] = _parse(record.decode())
    if values.pop(0) != form:
        raise RecordForm("a record is of a form that this code does not know")
    return values
