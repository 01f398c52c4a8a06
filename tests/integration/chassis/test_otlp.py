"""Spans reach a collector over OTLP, with what it needs to show them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

from services.chassis.telemetry import Telemetry, TelemetrySettings

LOOKUP = "/xiezhi.identity.v1.IdentityService/LookupHousehold"


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """Keeps what comes."""

    def __init__(self) -> None:
        self.came: list[Any] = []

    def Export(self, request: Any, context: Any) -> Any:
        self.came.append(request)
        return trace_service_pb2.ExportTraceServiceResponse()


@pytest.fixture
def collector() -> Iterator[tuple[Collector, str]]:
    """A collector on loopback, and its address."""
    servicer, server = Collector(), grpc.server(ThreadPoolExecutor(1))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield servicer, f"http://127.0.0.1:{port}"
    server.stop(None)


def _serve(endpoint: str) -> str:
    """Serves a call in a process whose spans go to a collector; returns its trace."""
    settings = TelemetrySettings(otlp_endpoint=endpoint, otlp_insecure=True)
    telemetry = Telemetry.start(service="identity", settings=settings, log_stream=StringIO())
    with telemetry.server_span(LOOKUP, ()) as span:
        span.set("xiezhi.ledger.index", 7)
        telemetry.answered(LOOKUP, 0.01)
    telemetry.shutdown()
    return span.trace_id


@pytest.mark.long
def test_a_collector_is_told_of_a_call(collector: tuple[Collector, str]) -> None:
    servicer, endpoint = collector
    trace_id = _serve(endpoint)
    (resource,) = (spans for request in servicer.came for spans in request.resource_spans)
    assert {(a.key, a.value.string_value) for a in resource.resource.attributes} >= {("service.name", "identity")}
    (span,) = resource.scope_spans[0].spans
    assert span.trace_id.hex() == trace_id
    assert span.name == LOOKUP.removeprefix("/")
    assert span.start_time_unix_nano <= span.end_time_unix_nano
    told = {attribute.key: attribute.value for attribute in span.attributes}
    assert told["xiezhi.ledger.index"].int_value == 7
    assert told["rpc.method"].string_value == "LookupHousehold"
