"""The trace that a call says it belongs to (W3C Trace Context), read and written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

TRACEPARENT = "traceparent"
"""Metadata key of the trace that a call belongs to."""

_FORM = re.compile("(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_CURRENT_LENGTH = 55


class Remote(NamedTuple):
    """A span of another process.

    Attributes:
        trace_id: 32 hexadecimal characters.
        span_id: 16 hexadecimal characters.
        sampled: Whether that process records it.
    """

    trace_id: str
    span_id: str
    sampled: bool


def parse_traceparent(text: object) -> Remote | None:
    """Reads a traceparent; None for anything that is not one.

    Args:
        text: The value of the header, of any form.

    Source:
        W3C Trace Context, section 3.2: a version of which nothing is known may be longer, never shorter.
    """
    if not isinstance(text, str) or not _CURRENT_LENGTH <= len(text) <= 4 * _CURRENT_LENGTH:
        return None
    found = _FORM.fullmatch(text)
    if found is None or (len(text) > _CURRENT_LENGTH and text.startswith("00")):
        return None
    trace_id, span_id, flags, _ = found.groups()
    return Remote(trace_id, span_id, bool(int(flags, 16) & 1))


def read_parent(metadata: Iterable[tuple[str, str | bytes]]) -> Remote | None:
    """Returns the span that a call's metadata names as its parent, None where there is none."""
    for key, value in metadata:
        if key == TRACEPARENT:
            return parse_traceparent(value)
    return None


def format_traceparent(span: Remote) -> str:
    """Writes a traceparent of version 00."""
    return f"00-{span.trace_id}-{span.span_id}-{'01' if span.sampled else '00'}"
