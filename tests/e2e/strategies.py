"""Hypothesis strategies from the contracts: for every request messages that keep its rules, break them, or are none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from buf.validate import validate_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from hypothesis import strategies as st

from xiezhi.client.contract import MethodContract
from xiezhi.policy.v1 import policy_pb2

Hints = Mapping[str, st.SearchStrategy[Any]]
"""Values by name of the field that lead deeper than made-up ones."""

_F = FieldDescriptor
_BITS = {
    _F.CPPTYPE_INT32: (-(1 << 31), (1 << 31) - 1),
    _F.CPPTYPE_INT64: (-(1 << 63), (1 << 63) - 1),
    _F.CPPTYPE_UINT32: (0, (1 << 32) - 1),
    _F.CPPTYPE_UINT64: (0, (1 << 64) - 1),
}
_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


def messages(cls: Callable[[], Message], hints: Hints) -> st.SearchStrategy[Message]:
    """Makes messages of a class: each field is left out, keeps its rule, or is anything that its type can be."""

    @st.composite
    def made(draw: st.DrawFn) -> Message:
        message = cls()
        for field in message.DESCRIPTOR.fields:
            if draw(st.integers(0, 9)):
                _set(draw, message, field, hints)
        return message

    return made()


def payloads(method: MethodContract, hints: Hints, base: Message | None = None) -> st.SearchStrategy[bytes]:
    """Makes the bytes of requests.

    Args:
        method: The method.
        hints: See `Hints`.
        base: A request that would be answered, to be changed in one field or some bytes; None for none.
    """
    built = messages(method.input_class, hints)
    whole = st.one_of(built, changed(base, hints)) if base is not None and base.DESCRIPTOR.fields else built
    encoded = whole.map(lambda message: message.SerializeToString(deterministic=True))
    return st.one_of(encoded, encoded, encoded, encoded.flatmap(_damaged), st.binary(max_size=200))


def texts(message: Message) -> Iterator[str]:
    """Yields all texts of a message that its contract does not call operational, with those of messages within."""
    for field, value in message.ListFields():
        items = value if field.is_repeated else (value,)
        if field.message_type is not None:
            for item in items:
                yield from texts(item)
        elif field.cpp_type == _F.CPPTYPE_STRING and field.type == _F.TYPE_STRING:
            marked: Any = field.GetOptions().Extensions[policy_pb2.field]  # type: ignore[index]
            if marked.data != policy_pb2.DATA_CLASS_OPERATIONAL:
                yield from items


def changed(base: Message, hints: Hints) -> st.SearchStrategy[Message]:
    """Makes messages that are another one but for one field, on whatever level."""

    @st.composite
    def made(draw: st.DrawFn) -> Message:
        message = type(base)()
        message.CopyFrom(base)
        owner: Message = message
        while True:
            field = draw(st.sampled_from(tuple(owner.DESCRIPTOR.fields)))
            if field.message_type is None or field.is_repeated or draw(st.booleans()):
                break
            owner = getattr(owner, field.name)
        owner.ClearField(field.name)
        _set(draw, owner, field, hints)
        return message

    return made()


@st.composite
def _damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """Changes, drops or adds bytes somewhere."""
    place = draw(st.integers(0, len(whole)))
    gone = draw(st.integers(0, 8))
    return whole[:place] + draw(st.binary(max_size=8)) + whole[place + gone :]


def _set(draw: st.DrawFn, message: Message, field: FieldDescriptor, hints: Hints) -> None:
    if field.is_repeated:
        for _ in range(draw(st.integers(0, 3))):
            if field.message_type is not None:
                getattr(message, field.name).add().CopyFrom(draw(messages(field.message_type._concrete_class, hints)))
            else:
                getattr(message, field.name).append(draw(_scalar(field, hints)))
    elif field.message_type is not None:
        getattr(message, field.name).CopyFrom(draw(messages(field.message_type._concrete_class, hints)))
    else:
        setattr(message, field.name, draw(_scalar(field, hints)))


def _scalar(field: FieldDescriptor, hints: Hints) -> st.SearchStrategy[Any]:
    rules = field.GetOptions().Extensions[validate_pb2.field]
    found = [hints[field.name]] * 2 if field.name in hints else []
    if field.cpp_type == _F.CPPTYPE_ENUM:
        numbers = [value.number for value in field.enum_type.values]
        return st.one_of(st.sampled_from(numbers), st.sampled_from(numbers), st.integers(-(1 << 31), (1 << 31) - 1))
    if field.type == _F.TYPE_BOOL:
        return st.booleans()
    if field.type == _F.TYPE_BYTES:
        return st.one_of(*found, st.binary(max_size=80), st.binary(min_size=32, max_size=32))
    if field.type == _F.TYPE_STRING:
        pattern = (rules.repeated.items if field.is_repeated else rules).string
        found += [st.uuids().map(str)] * 2 if pattern.uuid else []
        found += [st.from_regex(pattern.pattern, fullmatch=True)] * 2 if pattern.pattern else []
        return st.one_of(*found, _TEXT, st.just("x" * (pattern.max_len + 1)))
    least, most = _BITS[field.cpp_type]
    return st.one_of(*found, st.integers(0, 200), st.integers(least, most), st.sampled_from((least, most)))
