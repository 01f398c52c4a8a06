"""Shows a message without what its contract calls personal.

`str()` and `repr()` of a protobuf message, and its text format, show everything in Python, `debug_redact` or not:
whatever shows a message to anybody but its addressee goes through here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date

from services.chassis.shown import HIDDEN
from xiezhi.policy.v1 import policy_pb2

OWN = "xiezhi."
"""Packages whose messages say of each of their fields what it holds."""
ABOUT_CONTRACTS = "xiezhi.policy."
"""The package whose messages speak of methods and fields, never of people."""
SHOWN_BYTES = 64
"""Bytes fields up to this long are shown in full: digests, keys and signatures."""
MOST_ITEMS = 100
"""Items of a repeated field that are shown."""

_ALWAYS = frozenset({policy_pb2.DATA_CLASS_OPERATIONAL})
_TO_PARTIES = frozenset({policy_pb2.DATA_CLASS_OPERATIONAL, policy_pb2.DATA_CLASS_OFFICIAL})


def describe(message: Message, *, official: bool = True) -> dict[str, Any]:
    """Returns the fields of a message that are set, each personal one as `HIDDEN`.

    A field that declares nothing counts as personal. A field that holds another message of the suite is shown field by
    field, unless it is declared personal as a whole.

    Args:
        message: Any message of the suite.
        official: Whether names and numbers of officers, courts and cases are shown; never where it is logged.
    """
    return _describe(message, _TO_PARTIES if official else _ALWAYS)


def personal_values(message: Message) -> Iterator[str]:
    """Yields every value of a message that `describe` hides as personal, as text; for sweeps that look for them.

    Bytes are in hexadecimal. Numbers, truth values and empty texts are left out: they are found everywhere.
    """
    for field, value in message.ListFields():
        if _map_value(field) is not None:
            items = [*value, *value.values()]
        else:
            items = list(value) if field.is_repeated else [value]
        for item in items:
            if _goes_deeper(field):
                yield from personal_values(item)
            elif not _may_show(field, _TO_PARTIES):
                yield from _texts(item)


def _describe(message: Message, allowed: frozenset[int]) -> dict[str, Any]:
    return {field.name: _field(field, value, allowed) for field, value in message.ListFields()}


def _field(field: FieldDescriptor, value: Any, allowed: frozenset[int]) -> Any:
    if not _goes_deeper(field) and not _may_show(field, allowed):
        return HIDDEN
    inner = _map_value(field)
    if inner is not None:
        return {str(key): _item(inner, item, allowed) for key, item in value.items()}
    if field.is_repeated:
        shown = [_item(field, item, allowed) for item in value[:MOST_ITEMS]]
        return shown if len(value) <= MOST_ITEMS else [*shown, f"and {len(value) - MOST_ITEMS:,} more"]
    return _item(field, value, allowed)


def _item(field: FieldDescriptor, value: Any, allowed: frozenset[int]) -> Any:
    if isinstance(value, Message):
        return _describe(value, allowed) if _is_own(value.DESCRIPTOR.full_name) else _foreign(value)
    if isinstance(value, bytes):
        return value.hex() if len(value) <= SHOWN_BYTES else f"{len(value):,} bytes"
    if field.enum_type is not None:
        return _enum_name(field.enum_type, value)
    return value


def _foreign(value: Message) -> str:
    texts = tuple(_texts(value))
    return texts[0] if texts else HIDDEN


def _goes_deeper(field: FieldDescriptor) -> bool:
    """Tells whether the fields of the value decide for themselves."""
    inner = field.message_type
    if inner is None or _map_value(field) is not None or not _is_own(inner.full_name):
        return False
    return _data_class(field) != policy_pb2.DATA_CLASS_PERSONAL


def _may_show(field: FieldDescriptor, allowed: frozenset[int]) -> bool:
    return _data_class(field) in allowed


def _data_class(field: FieldDescriptor) -> int:
    if str(field.full_name).startswith(ABOUT_CONTRACTS):
        return policy_pb2.DATA_CLASS_OPERATIONAL
    declared: Any = policy_pb2.field  # the stubs of protoc and those of protobuf differ on what this is
    return int(field.GetOptions().Extensions[declared].data)


def _is_own(full_name: str) -> bool:
    return full_name.startswith(OWN)


def _map_value(field: FieldDescriptor) -> FieldDescriptor | None:
    """Returns the field that holds the values of a map, None for a field that is not one."""
    entry = field.message_type
    return entry.fields_by_name["value"] if entry is not None and entry.GetOptions().map_entry else None


def _enum_name(enum: EnumDescriptor, number: int) -> str:
    known = enum.values_by_number.get(number)
    return str(known.name) if known is not None else str(number)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str) and value:
        yield value
    elif isinstance(value, bytes) and value:
        yield value.hex()
    elif isinstance(value, Date):
        yield f"{value.year:04}-{value.month:02}-{value.day:02}"
    elif isinstance(value, Timestamp | Duration):
        yield value.ToJsonString()
