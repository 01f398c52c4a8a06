"""From the spans of a process to whoever shows them: OpenTelemetry's spans, batches and exporters."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Sequence

from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.semconv.attributes.service_attributes import SERVICE_NAME
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from services.chassis.shown import Value
from services.chassis.spans import ANSWERED, CallSpan, Span, current_span
from services.chassis.trace_context import Remote, read_parent
from xiezhi.errors import CLASS_OF, Reason

FLUSH_SECONDS = 0.5
"""The longest that a span which is kept waits before it is written: what a killed process loses."""
QUEUE = 16_384
"""Spans that wait to be written; beyond it the oldest are lost."""
BATCH = 512
STOP_SECONDS = 3.0
"""The longest that a process waits at its end for a collector that does not answer."""

RPC_SYSTEM, RPC_SERVICE, RPC_METHOD = "rpc.system", "rpc.service", "rpc.method"
RPC_CODE = "rpc.grpc.status_code"

_RATIO_BITS = 64
_NAME = re.compile("[a-z][a-z0-9_.]{0,63}")
_OK, _UNKNOWN = 0, 2
_CODES = {
    "CANCELLED": 1,
    "INVALID_ARGUMENT": 3,
    "DEADLINE_EXCEEDED": 4,
    "NOT_FOUND": 5,
    "ALREADY_EXISTS": 6,
    "PERMISSION_DENIED": 7,
    "RESOURCE_EXHAUSTED": 8,
    "FAILED_PRECONDITION": 9,
    "OUT_OF_RANGE": 11,
    "UNIMPLEMENTED": 12,
    "INTERNAL": 13,
    "UNAVAILABLE": 14,
    "DATA_LOSS": 15,
    "UNAUTHENTICATED": 16,
}
_SERVER_ERRORS = frozenset({2, 4, 12, 13, 14, 15})
"""Codes for which the span of a server is an error (OpenTelemetry's conventions for gRPC)."""


class SpanTracer:
    """Makes the spans of one process and hands those that are kept to exporters.

    Attributes:
        calls: Calls that the process serves now.

    Args:
        service: Name of the process.
        ratio: Share of traces that are recorded although no caller asked for it, 0 to 1.
        exporters: Where spans go; without any nothing is kept.
        undecided: Told of calls that ended without a decision.
    """

    def __init__(
        self,
        *,
        service: str,
        ratio: float,
        exporters: Iterable[SpanExporter],
        undecided: Callable[[str, str, float], None],
    ) -> None:
        self.calls = 0
        self.undecided = undecided
        self._bound = round(ratio * (1 << _RATIO_BITS))
        self._exporters = tuple(exporters)
        self._resource = Resource({SERVICE_NAME: service})
        self._scope = InstrumentationScope("xiezhi")
        self._processors = tuple(
            BatchSpanProcessor(
                exporter,
                max_queue_size=QUEUE,
                schedule_delay_millis=FLUSH_SECONDS * 1000,
                max_export_batch_size=BATCH,
                meter_provider=NoOpMeterProvider(),
            )
            for exporter in self._exporters
        )

    def samples(self, trace_id: str) -> bool:
        """Decides by the id alone, so that all processes of one ratio record the same traces."""
        return int(trace_id[16:], 16) < self._bound

    def serve(self, method: str, metadata: Iterable[tuple[str, str | bytes]]) -> CallSpan:
        """Makes the span of a call that arrives.

        Args:
            method: Full name of the method.
            metadata: The call's metadata, which may name its parent.
        """
        return CallSpan(self, method, kind=SpanKind.SERVER, parent=read_parent(metadata))

    def call(self, method: str) -> Span:
        """Makes the span of a call that this process makes."""
        return Span(self, method, kind=SpanKind.CLIENT, parent=current_span())

    def within(self, name: str) -> Span:
        """Makes a span of the process's own work.

        Args:
            name: Lower case words joined by dots.

        Raises:
            ValueError: If the name has another form.
        """
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"{name!r} is not a span's name")
        return Span(self, name, kind=SpanKind.INTERNAL, parent=current_span())

    def keep(self, span: Span) -> None:
        """Hands a span to the exporters, in the background."""
        if not self._processors:
            return
        built = _build(span, self._resource, self._scope)
        for processor in self._processors:
            processor.on_end(built)

    def flush(self) -> None:
        """Writes what waits to be written."""
        for processor in self._processors:
            processor.force_flush()

    def stop(self) -> None:
        """Writes what waits to be written and ends, within `STOP_SECONDS` for each exporter."""
        for processor, exporter in zip(self._processors, self._exporters, strict=True):
            # The processor would wait half a minute for a collector that is away; closing its exporter ends that wait.
            stopping = threading.Thread(target=processor.shutdown, name="telemetry-stop", daemon=True)
            stopping.start()
            stopping.join(STOP_SECONDS)
            if stopping.is_alive():
                exporter.shutdown()
                stopping.join(STOP_SECONDS)


def _build(span: Span, resource: Resource, scope: InstrumentationScope) -> ReadableSpan:
    """Builds OpenTelemetry's form of a span that has ended.

    The SDK would have its own spans made at the start of what they measure, for three times the price and before it is
    known whether they are kept.
    """
    code = _code(span)
    parent = Remote(span.trace_id, span.parent_id, sampled=True) if span.parent_id else None
    return ReadableSpan(
        name=span.name.lstrip("/"),
        context=_context(Remote(span.trace_id, span.span_id, sampled=True), remote=False),
        parent=_context(parent, remote=span.kind is SpanKind.SERVER) if parent is not None else None,
        resource=resource,
        attributes=_attributes(span, code),
        links=_links(span.links or ()),
        kind=span.kind,
        status=Status(StatusCode.ERROR if code in _SERVER_ERRORS else StatusCode.UNSET),
        start_time=span.started,
        end_time=span.ended,
        instrumentation_scope=scope,
    )


def _attributes(span: Span, code: int) -> dict[str, Value | tuple[Value, ...]]:
    told = dict(span.attributes or {})
    if span.kind is not SpanKind.INTERNAL:
        _, service, method = ("", *span.name.rsplit("/", 1)) if "/" in span.name else ("", "", span.name)
        told |= {RPC_SYSTEM: "grpc", RPC_SERVICE: service.lstrip("/"), RPC_METHOD: method, RPC_CODE: code}
    if span.decision:
        told["xiezhi.decision"] = span.decision
    if span.reason:
        told["xiezhi.reason"] = span.reason
        told.setdefault(ERROR_TYPE, span.reason)
    return told


def _code(span: Span) -> int:
    if span.decision in {"", ANSWERED}:
        return _OK
    try:
        return _CODES[CLASS_OF[Reason(span.reason)].code]
    except (ValueError, KeyError):
        return _UNKNOWN


def _context(span: Remote, *, remote: bool) -> SpanContext:
    return SpanContext(
        int(span.trace_id, 16), int(span.span_id, 16), remote, TraceFlags(TraceFlags.SAMPLED if span.sampled else 0)
    )


def _links(others: Sequence[Remote]) -> tuple[Link, ...]:
    return tuple(Link(_context(other, remote=True)) for other in others)
