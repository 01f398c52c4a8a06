"""The trace that a call belongs to (W3C Trace Context)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_FORM = re.compile("[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace under which calls are made.

    Attributes:
        trace_id: 32 hexadecimal characters.
        span_id: The span that the calls are children of, 16 hexadecimal characters.
        sampled: Whether the caller records the trace and asks the exchange to do so too.
    """

    trace_id: str
    span_id: str
    sampled: bool

    @classmethod
    def start(cls, *, sampled: bool = True) -> Trace:
        """Makes a new trace with a random id."""
        return cls(secrets.token_hex(16), secrets.token_hex(8), sampled)

    @property
    def traceparent(self) -> str:
        """The value of the metadata "traceparent"."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"


def read_trace_id(traceparent: str) -> str:
    """Returns the trace id of a traceparent, empty where it has another form."""
    found = _FORM.fullmatch(traceparent)
    return found.group(1) if found else ""


_current: ContextVar[Trace | None] = ContextVar("xiezhi_trace", default=None)


def current_trace() -> Trace | None:
    """Returns the trace that the surrounding `tracing` block set, None outside of one."""
    return _current.get()


@contextmanager
def tracing(trace: Trace | None = None) -> Iterator[Trace]:
    """Makes the calls within the block parts of one trace.

    Args:
        trace: The trace; None for a new one.
    """
    entered = trace or Trace.start()
    token = _current.set(entered)
    try:
        yield entered
    finally:
        _current.reset(token)
