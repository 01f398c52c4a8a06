"""Metrics of a process, in a registry of its own, for Prometheus to fetch."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from wsgiref.simple_server import WSGIServer

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
    start_http_server,
)

ANSWERED, REFUSED, FAILED = "answered", "refused", "failed"
UNKNOWN = "unknown"
"""Label of methods that no contract names."""
MOST_METHODS = 512
MOST_SERIES = 128
"""Bounds on what labels and names may multiply to."""

SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
AMOUNTS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16384)

_METHOD = re.compile(r"/[A-Za-z_][\w.]*/[A-Za-z]\w*", re.ASCII)
_REASON = re.compile("[A-Z][A-Z_]{0,63}")
_OBSERVED = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){1,4}")

_Count = Callable[[float], None]


class Metrics:
    """The metrics of one process.

    Args:
        service: Name of the process.
        in_flight: Tells how many calls the process serves now.
    """

    def __init__(self, *, service: str, in_flight: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "xiezhi_requests",
            "Calls by what came of them; the reason is empty for those answered.",
            ("method", "decision", "reason"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "xiezhi_request_seconds",
            "Seconds from a call's arrival to its answer or refusal.",
            ("method", "decision"),
            buckets=SECONDS,
            registry=self.registry,
        )
        Gauge("xiezhi_requests_in_flight", "Calls that the process serves now.", registry=self.registry).set_function(
            in_flight
        )
        Gauge(
            "xiezhi_process_info", "Always 1; says which process this is.", ("service",), registry=self.registry
        ).labels(service).set(1)
        ProcessCollector(registry=self.registry)
        self._lock = threading.Lock()
        self._methods: set[str] = set()
        self._bound: dict[tuple[str, str, str], tuple[Callable[[], None], _Count]] = {}
        self._observed: dict[str, _Count] = {}

    def count(self, method: str, decision: str, *, reason: str, seconds: float) -> None:
        """Counts a call that has ended.

        Args:
            method: Full name of its method, with the leading slash.
            decision: "answered", "refused" or "failed".
            reason: Why it was not answered; empty where it was.
            seconds: How long it took.
        """
        increase, observe = self._bound.get((method, decision, reason)) or self._bind(method, decision, reason)
        increase()
        observe(seconds)

    def observe(self, name: str, value: float) -> None:
        """Takes a measured value; from any thread.

        The name's last word says what it becomes: ".total" a counter that grows by the value, ".now" a gauge that is
        set to it, ".seconds" a histogram of times, anything else a histogram of amounts. The metric is "xiezhi_" and
        the words joined by underscores.

        Args:
            name: Lower case words joined by dots, for example "db.commit.seconds".
            value: The value.
        """
        take = self._observed.get(name) or self._make(name)
        take(value)

    def text(self) -> str:
        """Returns all metrics in Prometheus' text form."""
        return generate_latest(self.registry).decode()

    def _bind(self, method: str, decision: str, reason: str) -> tuple[Callable[[], None], _Count]:
        with self._lock:
            label = self._label(method)
            shown = reason if not reason or _REASON.fullmatch(reason) else "UNSPECIFIED"
            bound = (
                self._requests.labels(label, decision, shown).inc,
                self._seconds.labels(label, decision).observe,
            )
            if label == method and shown == reason:
                self._bound[method, decision, reason] = bound
            return bound

    def _label(self, method: str) -> str:
        if method in self._methods:
            return method
        if _METHOD.fullmatch(method) is None or len(self._methods) >= MOST_METHODS:
            return UNKNOWN
        self._methods.add(method)
        return method

    def _make(self, name: str) -> _Count:
        with self._lock:
            if name in self._observed:
                return self._observed[name]
            if _OBSERVED.fullmatch(name) is None:
                raise ValueError(f"{name!r} is not the name of a measured value")
            if len(self._observed) >= MOST_SERIES:
                raise ValueError(f"more than {MOST_SERIES} measured values")
            made = self._observed[name] = self._metric(name)
            return made

    def _metric(self, name: str) -> _Count:
        full, help_text = f"xiezhi_{name.replace('.', '_')}", f"Measured as {name}."
        kind = name.rpartition(".")[2]
        if kind == "total":
            return Counter(full, help_text, registry=self.registry).inc
        if kind == "now":
            return Gauge(full, help_text, registry=self.registry).set
        buckets = SECONDS if kind == "seconds" else AMOUNTS
        return Histogram(full, help_text, buckets=buckets, registry=self.registry).observe


class MetricsServer:
    """Shows metrics over HTTP, from a thread of its own.

    Args:
        metrics: The metrics.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.

    Raises:
        OSError: If the address cannot be bound.
    """

    def __init__(self, metrics: Metrics, *, host: str, port: int) -> None:
        self._server: WSGIServer
        self._server, self._thread = start_http_server(port, host, metrics.registry)
        self.address = f"{host}:{self._server.server_port}"

    def close(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
