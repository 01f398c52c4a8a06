"""Spans that cost next to nothing until it is known that they are kept.

Whether a call is kept is known at its end: it is when its trace is sampled, and always when it was refused or failed.
So a span is a few slots while the call runs, and becomes an OpenTelemetry span only when it is kept. What ended within
an unsampled call waits in the call's own span for that decision.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Iterable
from contextvars import ContextVar
from itertools import islice
from types import TracebackType
from typing import Protocol, Self

from opentelemetry.trace import SpanKind

from services.chassis.shown import SPAN_ATTRIBUTES, Value, shown
from services.chassis.trace_context import TRACEPARENT, Remote, format_traceparent, parse_traceparent
from xiezhi.errors import Reason, XiezhiError

MOST_CHILDREN = 256
"""Spans within one call that are kept; of more only the number."""
MOST_LINKS = 128
"""Other traces that the span of a watch is linked to; collectors keep no more of one span."""
ANSWERED, REFUSED, FAILED = "answered", "refused", "failed"
UNSPECIFIED = "UNSPECIFIED"
"""Reason of a refusal whose reason has not the form of one."""

_REASON = re.compile("[A-Z][A-Z_]{0,63}")

_current: ContextVar[Span | None] = ContextVar("xiezhi_span", default=None)


class Tracer(Protocol):
    """What a span needs of the process.

    Attributes:
        calls: Calls that the process serves now.
    """

    calls: int

    def samples(self, trace_id: str) -> bool:
        """Returns whether a trace is recorded that no other process has decided to record."""
        ...

    def keep(self, span: Span) -> None:
        """Takes a span that has ended and is kept."""
        ...

    def undecided(self, method: str, reason: str, seconds: float) -> None:
        """Is told of a call that ended without anybody's decision: abandoned, or broken outside of the pipeline."""
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
        "_held",
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
        self.span_id = f"{random.getrandbits(64):016x}"
        self._root: Span | None = None
        if parent is None:
            self.trace_id, self.parent_id = f"{random.getrandbits(128):032x}", ""
            self.sampled = tracer.samples(self.trace_id)
        else:
            self.trace_id, self.parent_id = parent.trace_id, parent.span_id
            if isinstance(parent, Span):
                self.sampled, self._root = parent.sampled, parent._root or parent
            else:
                self.sampled = parent.sampled or tracer.samples(parent.trace_id)
        self._kept = self.sampled
        self._children = 0
        self._held: list[Span] | None = None
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
        self._previous = None
        self._end(self.started + time.perf_counter_ns() - self._ticks, failure)

    def ended_after(self, seconds: float) -> None:
        """Closes a span that was never entered: it ends now and began that many seconds ago."""
        now = time.time_ns()
        self.started = now - int(seconds * 1e9)
        self._end(now, None)

    def _end(self, at: int, failure: BaseException | None) -> None:
        self.ended = at
        if failure is not None and not self.decision:
            self._judge(failure)
        if self._root is None:
            self._settle()
        else:
            self._root._take(self)

    def _judge(self, failure: BaseException) -> None:
        """Decides on a span that an exception ended and nobody else decided on."""
        if isinstance(failure, XiezhiError):
            self.decision, self.reason = REFUSED, failure.reason.value
        elif isinstance(failure, asyncio.CancelledError | GeneratorExit):
            self.decision, self.reason = REFUSED, Reason.CANCELLED.value
        else:
            self.decision, self.reason = FAILED, Reason.INTERNAL.value
            self.set("error.type", type(failure).__qualname__)

    def _take(self, child: Span) -> None:
        """Keeps what ended within this span, or holds it until this span's own end decides."""
        self._children += 1
        if self._children > MOST_CHILDREN:
            return
        if self._kept:
            self._tracer.keep(child)
        elif not self.ended:
            if self._held is None:
                self._held = []
            self._held.append(child)

    def _settle(self) -> None:
        if self._kept or self.decision in {REFUSED, FAILED}:
            self._kept = True
            if self._children > MOST_CHILDREN:
                self.set("xiezhi.dropped_spans", self._children - MOST_CHILDREN)
            for child in self._held or ():
                self._tracer.keep(child)
            self._tracer.keep(self)
        self._held = None


def current_span() -> Span | None:
    """Returns the innermost span that the running code is within, None outside of one."""
    return _current.get()


def traceparent() -> str:
    """Returns the trace context of the running code, to be kept with what it causes; empty outside of a span."""
    span = _current.get()
    return "" if span is None else span.traceparent


def current_traceparent() -> tuple[tuple[str, str], ...]:
    """Returns the metadata that makes a call part of the current trace; empty outside of one."""
    context = traceparent()
    return ((TRACEPARENT, context),) if context else ()


def link_current_span(traceparents: Iterable[str]) -> None:
    """Names spans of other traces that led to what the current span does, as many as collectors keep of one span.

    Args:
        traceparents: The spans, in W3C form; an empty one is passed over.
    """
    span = _current.get()
    if span is not None:
        room = MOST_LINKS - len(span.links or ())
        for traceparent in islice(filter(None, traceparents), max(room, 0)):
            span.link(traceparent)


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
        self.decision, self.reason = FAILED, Reason.INTERNAL.value
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
            if failure is None:
                self.decision = ANSWERED
            else:
                self._judge(failure)
                seconds = (time.perf_counter_ns() - self._ticks) / 1e9
                tracer.undecided(self.name, self.reason, seconds)
        super().__exit__(kind, failure, traceback)
