"""Spans that cost next to nothing until it is known that they are kept.

Whether a call is kept is known at its end: it is when its trace is sampled, and always when it was refused or failed. So a
span is a few slots while the call runs, and becomes an OpenTelemetry span only when it is kept. What ended within an
unsampled call waits in the call's own span for that decision.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from types import TracebackType
from typing import Protocol, Self

from opentelemetry.trace import SpanKind

from services.chassis.shown import HIDDEN, SPAN_ATTRIBUTES, Value, shown
from services.chassis.trace_context import Remote, format_traceparent, parse_traceparent, read_parent

MOST_CHILDREN = 256
"""Spans within one call that are kept; of more only the number."""
ANSWERED, REFUSED, FAILED = "answered", "refused", "failed"
CANCELLED = "CANCELLED"
"""Reason of a call whose caller went away."""
UNSPECIFIED = "UNSPECIFIED"
"""Reason of a refusal whose reason has not the form of one."""

_RATIO_BITS = 1 << 64
_REASON = re.compile("[A-Z][A-Z_]{0,63}")
_NAME = re.compile("[a-z][a-z0-9_.]{0,63}")

_current: ContextVar[Span | None] = ContextVar("xiezhi_span", default=None)


class Keeper(Protocol):
    """Takes the spans that are kept."""

    def keep(self, span: Span) -> None:
        """Takes a span that has ended."""
        ...


class Span:
    """Something that takes time within a trace; a context manager around it.

    Attributes:
        name: What it is: a method, or a word of our own.
        kind: Whether it serves a call, makes one, or is within the process.
        trace_id: Its trace, 32 hexadecimal characters.
        span_id: Itself, 16 hexadecimal characters.
        parent_id: The span that it is within; empty for the first of a trace.
        sampled: Whether its trace is recorded whatever comes of it.
        started: Nanoseconds since 1970.
        ended: The same; 0 while it runs.
        decision: "answered", "refused" or "failed"; empty while it is open, and for spans that nobody decides on.
        reason: Why it was refused.
        attributes: What it says beside; None while that is nothing.
        links: Spans of other traces that led to it; None while there are none.
    """

    __slots__ = (
        "_children",
        "_dropped",
        "_kept",
        "_previous",
        "_root",
        "_ticks",
        "_tracer",
        "attributes",
        "decision",
        "ended",
        "kind",
        "links",
        "name",
        "parent_id",
        "reason",
        "sampled",
        "span_id",
        "started",
        "trace_id",
    )

    def __init__(self, tracer: Tracer, name: str, *, kind: SpanKind, parent: Span | Remote | None) -> None:
        self._tracer = tracer
        self.name = name
        self.kind = kind
        self.span_id = os.urandom(8).hex()
        self._root: Span = self
        if parent is None:
            self.trace_id, self.parent_id = os.urandom(16).hex(), ""
            self.sampled = tracer.samples(self.trace_id)
        else:
            self.trace_id, self.parent_id = parent.trace_id, parent.span_id
            if isinstance(parent, Span):
                self.sampled, self._root = parent.sampled, parent._root
            else:
                self.sampled = parent.sampled or tracer.samples(parent.trace_id)
        self._kept = self.sampled
        self._children: list[Span] | None = None
        self._dropped = 0
        self._previous: Span | None = None
        self.ended = 0
        self.decision = self.reason = ""
        self.attributes: dict[str, Value | tuple[Value, ...]] | None = None
        self.links: list[Remote] | None = None

    def set(self, key: str, value: Value) -> None:
        """Says something about the span.

        Args:
            key: One of `services.chassis.shown.SPAN_ATTRIBUTES`.
            value: What to say; hidden where it has not the form of its key.

        Raises:
            ValueError: If the key is not on that list.
        """
        told = shown(SPAN_ATTRIBUTES, key, value)
        if self.attributes is None:
            self.attributes = {}
        self.attributes[key] = told

    def link(self, traceparent: str) -> None:
        """Names a span of another trace that led to this one; what is not a traceparent is passed over."""
        other = parse_traceparent(traceparent)
        if other is not None:
            self.links = [*(self.links or ()), other]

    @property
    def traceparent(self) -> str:
        """The span as the parent of others, in W3C form."""
        return format_traceparent(Remote(self.trace_id, self.span_id, self.sampled))

    def __enter__(self) -> Self:
        self._previous = _current.get()
        _current.set(self)
        self._ticks = time.perf_counter_ns()
        self.started = time.time_ns()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # Not reset by token: a stream that is collected rather than closed ends in another context.
        _current.set(self._previous)
        self._end(self.started + time.perf_counter_ns() - self._ticks, kind)

    def _end(self, at: int, kind: type[BaseException] | None) -> None:
        self.ended = at
        if kind is not None and not self.decision:
            self._judge(kind)
        root = self._root
        if root is self:
            self._settle()
        elif root._kept:
            root._keep_child(self)
        elif not root.ended:
            root._hold(self)

    def _judge(self, kind: type[BaseException]) -> None:
        """Decides on a span that an exception ended and nobody else decided on."""
        if issubclass(kind, asyncio.CancelledError | GeneratorExit):
            self.decision, self.reason = REFUSED, CANCELLED
        else:
            self.decision = FAILED
            self.set("error.type", kind.__qualname__)

    def _settle(self) -> None:
        if self.decision in {REFUSED, FAILED}:
            self._kept = True
        if not self._kept:
            self._children = None
            return
        if self._dropped:
            self.set("xiezhi.dropped_spans", self._dropped)
        for child in self._children or ():
            self._tracer.keep(child)
        self._tracer.keep(self)
        self._children = None

    def _hold(self, child: Span) -> None:
        if self._children is None:
            self._children = []
        if len(self._children) < MOST_CHILDREN:
            self._children.append(child)
        else:
            self._dropped += 1

    _keep_child = _hold


class CallSpan(Span):
    """The span of a call that this process serves."""

    __slots__ = ()

    def refused(self, reason: str) -> None:
        """Notes that the call was refused.

        Args:
            reason: The reason, as `xiezhi.errors.Reason` names it.
        """
        self.decision = REFUSED
        self.reason = reason if _REASON.fullmatch(reason) else UNSPECIFIED

    def failed(self, error_id: str) -> None:
        """Notes that the call failed unexpectedly.

        Args:
            error_id: Leads to the cause in the log.
        """
        self.decision, self.reason = FAILED, "INTERNAL"
        self.set("xiezhi.error_id", error_id)

    def __enter__(self) -> Self:
        self._tracer.calls += 1
        return super().__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, traceback: TracebackType | None
    ) -> None:
        tracer = self._tracer
        tracer.calls -= 1
        if not self.decision:
            if kind is None:
                self.decision = ANSWERED
            else:
                self._judge(kind)
                seconds = (time.perf_counter_ns() - self._ticks) / 1e9
                tracer.undecided(self.name, self.reason or "INTERNAL", seconds)
        super().__exit__(kind, failure, traceback)
