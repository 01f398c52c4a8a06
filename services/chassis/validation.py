"""From bytes to a message that keeps the rules its contract writes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import protovalidate
from google.protobuf.message import DecodeError, Message

from services.chassis.policy import MethodInfo
from xiezhi.errors import Reason, Violation, error, invalid_fields

MAX_VIOLATIONS = 20
"""Most violations that an error lists."""


def parse(method: MethodInfo, request: bytes) -> Message:
    """Parses and validates a request.

    Args:
        method: The method called.
        request: The request's bytes.

    Raises:
        InvalidArgument: MESSAGE_MALFORMED, or FIELDS_INVALID with the fields and rules but never the values.
    """
    try:
        message = method.input_class.FromString(request)
    except (DecodeError, ValueError):
        raise error(Reason.MESSAGE_MALFORMED, f"The bytes are no {method.input_class.DESCRIPTOR.full_name}.") from None
    validate(message)
    return message


async def parse_first(method: MethodInfo, requests: AsyncIterator[bytes]) -> tuple[bytes, Message]:
    """Reads the first request of a stream and checks it; as `parse`.

    Returns:
        The request's bytes, and the request.

    Raises:
        InvalidArgument: MESSAGE_MALFORMED, if there is none; and as `parse`.
    """
    first = await anext(aiter(requests), None)
    if first is None:
        raise error(Reason.MESSAGE_MALFORMED, "The stream of requests is empty.")
    return first, parse(method, first)


def validate(message: Message) -> None:
    """Checks a message against the rules of its contract.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    violations = protovalidate.collect_violations(message)
    if violations:
        raise invalid_fields(*(_explain(v) for v in violations[:MAX_VIOLATIONS]))


def warm_up(methods: tuple[MethodInfo, ...]) -> None:
    """Compiles the rules of all request messages, which takes some milliseconds, before the first call comes."""
    for method in methods:
        protovalidate.collect_violations(method.input_class())


def _explain(violation: Any) -> Violation:
    """Names field and rule; the message of protovalidate is made of the rule and never of the value."""
    return Violation(field=_path(violation.proto.field), description=violation.proto.message)


def _path(field: Any) -> str:
    parts: list[str] = []
    for element in field.elements if field is not None else ():
        text = str(element.field_name)
        subscript = element.subscript
        if subscript is not None and subscript.field == "index":
            text += f"[{subscript.value}]"
        parts.append(text)
    return ".".join(parts)
