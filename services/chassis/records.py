"""Records as they are kept: JSON lists that begin with the number of their form.

A later form of a record can so be told from the one that the code knows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from json import encoder
from typing import Any

_parse = json.JSONDecoder().raw_decode


def _refuse(value: object) -> object:
    raise TypeError(f"a record says nothing of a {type(value).__name__}")


def _make_encoder() -> Callable[[object, int], Iterable[str]]:
    """Makes what `json.JSONEncoder` makes anew for every text, which takes it as long as the text itself."""
    make, text = encoder.c_make_encoder, encoder.encode_basestring  # type: ignore[attr-defined]
    options: dict[str, object] = {
        "markers": None,
        "default": _refuse,
        "encoder": text,
        "indent": None,
        "key_separator": ":",
        "item_separator": ",",
        "sort_keys": False,
        "skipkeys": False,
        "allow_nan": True,
    }
    made: Callable[[object, int], Iterable[str]] = make(**options)
    return made


_encode = _make_encoder()


class RecordForm(Exception):
    """A record that opens but is not of a form that this code knows."""


def write_record(form: int, values: Iterable[object]) -> bytes:
    """Writes a record compactly.

    Args:
        form: Number of its form.
        values: What JSON can say.
    """
    return "".join(_encode([form, *values], 0)).encode()


def read_record(form: int, record: bytes) -> list[Any]:
    """Returns the values of a record.

    Args:
        form: Number of the form that is known.
        record: As `write_record` wrote it.

    Raises:
        RecordForm: If it is of another form.
    """
    values: list[Any] = _parse(record.decode())[0]
    if values.pop(0) != form:
        raise RecordForm("a record is of a form that this code does not know")
    return values
