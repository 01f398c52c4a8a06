"""A watcher's span links to the trace that caused what it delivers, on the way of an escalation too."""

from contextlib import aclosing
from datetime import timedelta

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.chassis.feed import Escalation
from services.chassis.spans import current_span
from services.chassis.telemetry import Telemetry, TelemetrySettings

WITHIN = timedelta(minutes=30)


@pytest.fixture
def exporter():
    return InMemorySpanExporter()


@pytest.fixture
def telemetry(exporter):
    started = Telemetry.start(service="test", settings=TelemetrySettings(), exporters=(exporter,))
    yield started
    started.shutdown()


async def test_the_watchers_span_links_to_the_cause(desk, clock, telemetry, exporter):
    with telemetry.server_span("/test.Service/Change", ()) as cause:
        await desk.tell(
            "seen",
            traceparent=current_span().traceparent,
            ack_within=WITHIN,
            escalations=(Escalation(("b",)),),
        )
    clock.advance(WITHIN)
    assert await desk.relay().step()
    for addressee in "ab":
        with telemetry.server_span("/test.Service/Watch", ()) as span:
            async with aclosing(desk.feed.watch(addressee, cursor="")) as groups:
                (notice,) = await anext(groups)
        assert notice.trace_id == cause.trace_id != span.trace_id
    telemetry.flush()
    changed, *watched = exporter.get_finished_spans()
    assert f"{changed.context.trace_id:032x}" == cause.trace_id
    for span in watched:
        assert span.context.trace_id != changed.context.trace_id
        assert [(link.context.trace_id, link.context.span_id) for link in span.links] == [
            (changed.context.trace_id, changed.context.span_id)
        ]
