"""Shows any protobuf message to a person, or to a program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

LEGAL_ZONE = timezone(timedelta(hours=8), "UTC+8")
"""Asia/Shanghai, for display: it has kept this offset since 1991, and small machines have no zone files."""
SHOWN_BYTES = 32
"""Longest bytes field that is shown in full: a digest."""


def message_dict(message: Message) -> dict[str, Any]:
    """Returns a message in protobuf's JSON form, with the field names of the contract."""
    return dict(MessageToDict(message, preserving_proto_field_name=True))


def message_tree(message: Message, title: str) -> Tree:
    """Returns a message as a tree of its fields that are set.

    Args:
        message: The message.
        title: What the root says.
    """
    tree = Tree(Text(title, style="bold"), guide_style="dim")
    _grow(tree, message)
    return tree


def local_time(stamp: Timestamp) -> str:
    """Writes an instant in the legal zone, empty for one that is not set."""
    if not stamp.seconds:
        return ""
    return format_instant(stamp.ToDatetime(UTC))


def format_instant(instant: datetime) -> str:
    """Writes an instant in the legal zone."""
    return instant.astimezone(LEGAL_ZONE).strftime("%Y-%m-%d %H:%M:%S %Z")


def enum_name(descriptor: EnumDescriptor, number: int) -> str:
    """Returns the name of an enum's value without the prefix that all of its values share."""
    value = descriptor.values_by_number.get(number)
    if value is None:
        return str(number)
    zero = descriptor.values_by_number[0].name
    prefix = zero.removesuffix("UNSPECIFIED")
    return str(value.name.removeprefix(prefix))


def _grow(tree: Tree, message: Message) -> None:
    for field, value in message.ListFields():
        items = list(value) if field.is_repeated else [value]
        for position, item in enumerate(items):
            label = f"{field.name}[{position}]" if field.is_repeated else str(field.name)
            leaf = _leaf(field, item)
            if leaf is None:
                _grow(tree.add(Text(label, style="cyan")), item)
            else:
                tree.add(Text.assemble((f"{label}: ", "cyan"), leaf))


def _leaf(field: FieldDescriptor, value: Any) -> str | None:
    """Writes a value in one line; None for a message whose fields are to be shown."""
    if isinstance(value, Timestamp):
        return local_time(value)
    if isinstance(value, Duration):
        return str(value.ToTimedelta())
    if isinstance(value, Date):
        return format_date(value)
    if isinstance(value, Message):
        return None
    if isinstance(value, bytes):
        return value.hex() if len(value) <= SHOWN_BYTES else f"{len(value):,} bytes"
    if field.enum_type is not None:
        return enum_name(field.enum_type, value)
    return str(value)


def format_date(date: Date) -> str:
    """Writes a legal date, empty for one that is not set."""
    return f"{date.year:04}-{date.month:02}-{date.day:02}" if date.year else ""


def facts_table(rows: Iterable[tuple[str, str]]) -> Table:
    """Returns facts by their titles, without those of which nothing is known."""
    facts = Table.grid(padding=(0, 2))
    for title, value in rows:
        if value:
            facts.add_row(Text(title, style="cyan"), Text(value))
    return facts


def plain_lines(tree: Tree) -> Iterator[str]:
    """Yields the texts of a tree, root first; for searching in what is shown."""
    yield str(tree.label)
    for child in tree.children:
        yield from plain_lines(child)
