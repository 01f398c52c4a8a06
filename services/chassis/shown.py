"""What a log line or a span may say: named things, each of one form, and nothing else.

The keys are an allow-list, so that showing something new is a decision made here. The forms are the second lock: a
value that does not have the form of its key is hidden, whatever it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

HIDDEN = "***"
"""What is shown in place of a value that must not be."""

Value = str | int | float | bool
Form = re.Pattern[str] | type[int] | type[float] | type[bool]

_LONG_NUMBER = re.compile(r"\d{11}")
"""A run of digits as telephone and identity numbers have it."""

_HEX_128 = re.compile("[0-9a-f]{32}")
_HEX_64 = re.compile("[0-9a-f]{16}")
_DIGEST = re.compile("[0-9a-f]{64}")
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REASON = re.compile("[A-Z][A-Z_]{0,63}")
_WORD = re.compile("[a-z][a-z0-9_.-]{0,63}")
_NAMES = re.compile("[A-Za-z0-9_.,:/ -]{0,200}")
_METHOD = re.compile(r"unknown|/[A-Za-z_][\w.]{0,120}/[A-Za-z]\w{0,60}", re.ASCII)
_CODE = re.compile(r"[\w.<>:]{1,200}", re.ASCII)
_SENTENCE = re.compile("[ -~]{0,200}")

APPROVAL = re.compile(f"approvals/{_UUID.pattern}")
"""Form of the name of an approval."""

_EXACT = frozenset({_HEX_128, _HEX_64, _DIGEST, _UUID, APPROVAL})
"""Forms so narrow that a run of digits in them is chance."""

SPAN_ATTRIBUTES: Mapping[str, Form] = MappingProxyType(
    {
        "xiezhi.approval": APPROVAL,
        "xiezhi.attempt": int,
        "xiezhi.case": _DIGEST,
        "xiezhi.decision": _WORD,
        "xiezhi.dropped_spans": int,
        "xiezhi.error_id": _UUID,
        "xiezhi.items": int,
        "xiezhi.ledger.index": int,
        "xiezhi.ledger.size": int,
        "xiezhi.reason": _REASON,
        "db.operation.batch.size": int,
        "db.system.name": _WORD,
        "error.type": _CODE,
        "rpc.grpc.status_code": int,
    }
)
"""Keys that may be set on a span, with the form of their values."""

LOG_FIELDS: Mapping[str, Form] = MappingProxyType(
    {
        "event": _WORD,
        "level": _WORD,
        "timestamp": re.compile(r"[0-9T:.Z-]{20,32}"),
        "service": _WORD,
        "trace_id": _HEX_128,
        "span_id": _HEX_64,
        "error_id": _UUID,
        "method": _METHOD,
        "reason": _REASON,
        "failing": _NAMES,
        "state": _WORD,
        "seconds": float,
        "attempt": int,
        "count": int,
        "index": int,
        "port": int,
        "size": int,
        "exception": _CODE,
        "frames": _CODE,
        "logger": _CODE,
        "location": _CODE,
        "message": _SENTENCE,
    }
)
"""Fields that a log line may have, with the form of their values."""


def shown(fields: Mapping[str, Form], key: str, value: object) -> Value | tuple[Value, ...]:
    """Returns a value as it may be shown: itself, or `HIDDEN` where it lacks the form of its key.

    Args:
        fields: The allow-list.
        key: The key to be shown.
        value: Its value; of several values each is judged by itself.

    Raises:
        ValueError: If the key is not on the list. This is a fault of the program, found by the first test that runs it.
    """
    form = fields.get(key)
    if form is None:
        raise ValueError(f"{key!r} is not on the list of what may be shown")
    if isinstance(value, tuple | list):
        return tuple(_one(form, item) for item in value)
    return _one(form, value)


def _one(form: Form, value: object) -> Value:
    if isinstance(form, re.Pattern):
        return _text(form, value) if isinstance(value, str) else HIDDEN
    if isinstance(value, bool):
        return value if form is bool else HIDDEN
    if isinstance(value, int) or (isinstance(value, float) and form is float):
        return value
    return HIDDEN


def _text(form: re.Pattern[str], value: str) -> str:
    if form.fullmatch(value) is None:
        return HIDDEN
    return value if form in _EXACT or _LONG_NUMBER.search(value) is None else HIDDEN
