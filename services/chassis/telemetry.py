"""Telemetry of a process: spans, metrics and logs behind one object that is handed around."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from opentelemetry.sdk.trace.export import SpanExporter

from services.chassis.logs import Logs
from services.chassis.metrics import ANSWERED, FAILED, REFUSED, Metrics, MetricsServer
from services.chassis.spans import CallSpan, Span, current_span, current_traceparent
from services.chassis.trace_store import TraceStore
from services.chassis.tracer import SpanTracer
from xiezhi.errors import Reason

__all__ = ["CallSpan", "Span", "Telemetry", "TelemetrySettings", "current_traceparent"]

SECONDS = ".seconds"
"""Measured values whose name ends so are times, and become spans where they are part of a call."""


@dataclass(frozen=True, slots=True)
class TelemetrySettings:
    """Where spans, metrics and logs of a process go.

    Attributes:
        otlp_endpoint: A collector that takes OTLP over gRPC, for example "http://collector:4317"; empty for none.
        otlp_insecure: Whether the way there has no TLS.
        trace_dir: Folder of the local span store; None for none.
        sample_ratio: Share of traces that are recorded although no caller records them, 0 to 1. Refusals and failures
            are recorded always, and so is what the caller records.
        metrics_port: Port on which metrics are shown over HTTP; 0 takes a free one, None shows none.
        metrics_host: Address of that port.
        metrics_file: Where the bound "host:port" of the metrics is written; None for nowhere.
        log_level: Least level that is logged: debug, info, warning or error.
    """

    otlp_endpoint: str = ""
    otlp_insecure: bool = False
    trace_dir: Path | None = None
    sample_ratio: float = 1.0
    metrics_port: int | None = None
    metrics_host: str = "127.0.0.1"
    metrics_file: Path | None = None
    log_level: str = "info"


class Telemetry:
    """Spans, metrics and logs of one process.

    Attributes:
        metrics: The metrics.
        metrics_address: The bound "host:port" on which they are shown; empty where they are not.
    """

    def __init__(self, *, logs: Logs, metrics: Metrics, tracer: SpanTracer, server: MetricsServer | None) -> None:
        self.metrics = metrics
        self.metrics_address = server.address if server is not None else ""
        self._logs = logs
        self._tracer = tracer
        self._server = server

    @classmethod
    def start(
        cls,
        *,
        service: str,
        settings: TelemetrySettings,
        log_stream: TextIO | None = None,
        exporters: Iterable[SpanExporter] = (),
    ) -> Telemetry:
        """Starts the telemetry of a process.

        Args:
            service: Name of the process.
            settings: Where everything goes.
            log_stream: Where log lines go; None for standard error.
            exporters: Where spans go beside what the settings say.

        Raises:
            SystemExit: If the span store cannot be written or the metrics' address cannot be bound.
        """
        logs = Logs(service=service, level=settings.log_level, stream=log_stream)
        metrics = Metrics(service=service, in_flight=lambda: tracer.calls)

        def undecided(method: str, reason: str, seconds: float) -> None:
            metrics.count(method, _decision(reason), reason=reason, seconds=seconds)

        tracer = SpanTracer(
            service=service,
            ratio=settings.sample_ratio,
            exporters=(*_exporters(service, settings), *exporters),
            undecided=undecided,
        )
        server = _show(metrics, settings)
        logs.capture()
        return cls(logs=logs, metrics=metrics, tracer=tracer, server=server)

    def shutdown(self) -> None:
        """Writes what waits to be written and stops."""
        self._tracer.stop()
        if self._server is not None:
            self._server.close()
        self._logs.release()

    def flush(self) -> None:
        """Writes the spans that wait to be written."""
        self._tracer.flush()

    def server_span(self, method: str, metadata: Iterable[tuple[str, str | bytes]]) -> CallSpan:
        """Makes the span of a call that arrives; to be entered.

        Args:
            method: Full name of the method, "/package.Service/Method".
            metadata: The call's metadata, whose traceparent is continued.
        """
        return self._tracer.serve(method, metadata)

    def client_span(self, method: str) -> Span:
        """Makes the span of a call that this process makes; to be entered.

        Args:
            method: Full name of the method.
        """
        return self._tracer.call(method)

    def internal_span(self, name: str) -> Span:
        """Makes a span of the process's own work; to be entered. Outside of a call it begins a trace.

        Args:
            name: Lower case words joined by dots.

        Raises:
            ValueError: If the name has another form.
        """
        return self._tracer.within(name)

    def inject(self) -> tuple[tuple[str, str], ...]:
        """Returns the metadata that makes a call part of the current trace; empty outside of one."""
        return current_traceparent()

    def answered(self, method: str, seconds: float) -> None:
        """Counts a call that was answered."""
        self.metrics.count(method, ANSWERED, reason="", seconds=seconds)

    def refused(self, method: str, reason: str, seconds: float) -> None:
        """Counts and logs a call that was refused; one whose reason is INTERNAL counts as failed.

        Args:
            method: Full name of the method.
            reason: The reason, as `xiezhi.errors.Reason` names it.
            seconds: How long it took.
        """
        self.metrics.count(method, _decision(reason), reason=reason, seconds=seconds)
        self._logs.write("call.refused", method=method, reason=reason, seconds=seconds)

    def log(self, event: str, /, *, level: str = "info", **fields: object) -> None:
        """Writes a log line; see `services.chassis.logs.Logs.write`."""
        self._logs.write(event, level=level, **fields)

    def log_failure(self, method: str, error_id: str, failure: BaseException) -> None:
        """Logs an unexpected exception under its error id: types and code locations, never its words.

        Args:
            method: Full name of the method.
            error_id: The id that the caller is told.
            failure: The exception.
        """
        self._logs.failure("call.failed", failure, method=method, error_id=error_id)

    def db_observer(self, name: str, value: float) -> None:
        """Takes a measured value from any thread; within a call whose trace is recorded a time becomes a span too.

        Args:
            name: Lower case words joined by dots; see `services.chassis.metrics.Metrics.observe`.
            value: The value.
        """
        self.metrics.observe(name, value)
        span = current_span() if name.endswith(SECONDS) else None
        if span is not None and span.sampled:
            self._tracer.within(name.removesuffix(SECONDS)).ended_after(value)


def _decision(reason: str) -> str:
    return FAILED if reason == Reason.INTERNAL else REFUSED


def _exporters(service: str, settings: TelemetrySettings) -> Iterable[SpanExporter]:
    if settings.trace_dir is not None:
        try:
            yield TraceStore(settings.trace_dir, service=service)
        except OSError as failure:
            raise SystemExit(f"Cannot write spans to {settings.trace_dir}: {failure.strerror}.") from None
    if settings.otlp_endpoint:
        # Loads a second gRPC stack, which a process without a collector does not need.
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

        yield OTLPSpanExporter(endpoint=settings.otlp_endpoint, insecure=settings.otlp_insecure)


def _show(metrics: Metrics, settings: TelemetrySettings) -> MetricsServer | None:
    if settings.metrics_port is None:
        return None
    try:
        server = MetricsServer(metrics, host=settings.metrics_host, port=settings.metrics_port)
        if settings.metrics_file is not None:
            fresh = settings.metrics_file.with_suffix(".new")
            fresh.write_text(f"{server.address}\n", encoding="utf-8")
            fresh.replace(settings.metrics_file)
    except OSError as failure:
        place = failure.filename or f"{settings.metrics_host}:{settings.metrics_port}"
        raise SystemExit(f"Cannot show metrics at {place}: {failure.strerror}.") from None
    return server
