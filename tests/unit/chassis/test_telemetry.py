"""Tests of spans: what is kept, what it says, how it belongs together."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import io
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from services.chassis.config import TelemetrySection
from services.chassis.spans import MOST_CHILDREN, MOST_LINKS, link_current_span
from services.chassis.telemetry import Telemetry, TelemetrySettings, current_traceparent
from xiezhi.errors import Reason, error

METHOD = "/xiezhi.identity.v1.IdentityService/LookupHousehold"
ERROR_ID = "2f1d8c1e-6a5b-4c3d-8e9f-0a1b2c3d4e5f"
APPROVAL = f"approvals/{ERROR_ID}"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SECRET = "张伟 36990119900307123X"


class Observed:
    """A telemetry whose output is at hand.

    Attributes:
        telemetry: The telemetry.
        log: What it logged.
    """

    def __init__(self, ratio: float) -> None:
        self._spans = InMemorySpanExporter()
        self.log = io.StringIO()
        self.telemetry = Telemetry.start(
            service="identity",
            settings=TelemetrySettings(sample_ratio=ratio),
            log_stream=self.log,
            exporters=(self._spans,),
        )

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        self.telemetry.flush()
        return self._spans.get_finished_spans()

    def sample(self, name: str, **labels: str) -> float | None:
        return self.telemetry.metrics.registry.get_sample_value(name, labels)


@pytest.fixture
def everything() -> Iterator[Observed]:
    observed = Observed(1.0)
    yield observed
    observed.telemetry.shutdown()


@pytest.fixture
def nothing() -> Iterator[Observed]:
    """A telemetry that samples nothing by itself."""
    observed = Observed(0.0)
    yield observed
    observed.telemetry.shutdown()


def _parent(*, sampled: bool) -> tuple[tuple[str, str], ...]:
    return (("user-agent", "test"), ("traceparent", f"00-{TRACE}-{PARENT}-0{int(sampled)}"))


def test_the_settings_are_those_of_the_configuration() -> None:
    assert TelemetrySettings(**TelemetrySection().model_dump()) == TelemetrySettings()


def test_an_answered_call_follows_the_conventions(everything: Observed) -> None:
    with everything.telemetry.server_span(METHOD, _parent(sampled=True)) as span:
        span.set("xiezhi.ledger.index", 7)
        span.set("xiezhi.approval", APPROVAL)
    (built,) = everything.spans
    assert built.name == METHOD[1:]
    assert built.kind.name == "SERVER"
    assert f"{built.context.trace_id:032x}" == TRACE == span.trace_id
    assert built.parent is not None
    assert f"{built.parent.span_id:016x}" == PARENT
    assert built.parent.is_remote
    assert built.resource.attributes["service.name"] == "identity"
    assert dict(built.attributes or {}) == {
        "rpc.system": "grpc",
        "rpc.service": "xiezhi.identity.v1.IdentityService",
        "rpc.method": "LookupHousehold",
        "rpc.grpc.status_code": 0,
        "xiezhi.decision": "answered",
        "xiezhi.ledger.index": 7,
        "xiezhi.approval": APPROVAL,
    }
    assert built.status.status_code is StatusCode.UNSET
    assert built.start_time is not None
    assert built.end_time is not None
    assert built.start_time <= built.end_time


@pytest.mark.parametrize(
    ("reason", "code", "is_error"),
    [
        ("APPROVAL_REQUIRED", 9, False),
        ("TOKEN_MISSING", 16, False),
        ("STORE_UNAVAILABLE", 14, True),
        ("METHOD_UNKNOWN", 12, True),
        (SECRET, 2, True),
    ],
)
def test_a_refusal_says_its_reason_and_code(everything: Observed, reason: str, code: int, is_error: bool) -> None:
    with everything.telemetry.server_span(METHOD, ()) as span:
        span.refused(reason)
    (built,) = everything.spans
    told = dict(built.attributes or {})
    assert told["xiezhi.decision"] == "refused"
    assert told["xiezhi.reason"] == told["error.type"] == (reason if reason != SECRET else "UNSPECIFIED")
    assert told["rpc.grpc.status_code"] == code
    assert (built.status.status_code is StatusCode.ERROR) is is_error
    assert built.status.description is None


def test_every_reason_has_a_code(everything: Observed) -> None:
    for reason in Reason:
        with everything.telemetry.server_span(METHOD, ()) as span:
            span.refused(reason.value)
    codes = {
        (s.attributes or {})["xiezhi.reason"]: (s.attributes or {})["rpc.grpc.status_code"] for s in everything.spans
    }
    assert set(codes) == {reason.value for reason in Reason}
    assert 2 not in codes.values()


def test_unsampled_answers_are_not_kept_and_still_have_a_trace(nothing: Observed) -> None:
    with nothing.telemetry.server_span(METHOD, ()) as span:
        assert len(bytes.fromhex(span.trace_id)) == 16
        assert nothing.telemetry.inject() == (("traceparent", f"00-{span.trace_id}-{span.span_id}-00"),)
    with nothing.telemetry.server_span(METHOD, _parent(sampled=False)) as span:
        assert span.trace_id == TRACE
    assert nothing.spans == ()


@pytest.mark.parametrize("outcome", ["refused", "failed", "cancelled", "broken"])
def test_what_is_not_answered_is_kept_whatever_the_ratio(nothing: Observed, outcome: str) -> None:
    with (
        contextlib.suppress(asyncio.CancelledError, RuntimeError),
        nothing.telemetry.server_span(METHOD, ()) as span,
    ):
        if outcome == "refused":
            span.refused("APPROVAL_REQUIRED")
        elif outcome == "failed":
            span.failed(ERROR_ID)
        elif outcome == "cancelled":
            raise asyncio.CancelledError
        else:
            raise RuntimeError(SECRET)
    (built,) = nothing.spans
    told = dict(built.attributes or {})
    expected = {"refused": "APPROVAL_REQUIRED", "cancelled": "CANCELLED"}.get(outcome, "INTERNAL")
    assert told["xiezhi.reason"] == expected
    assert told.get("xiezhi.error_id") == (ERROR_ID if outcome == "failed" else None)
    assert SECRET not in built.to_json()
    assert built.events == ()


def test_a_caller_that_records_is_followed(nothing: Observed) -> None:
    with nothing.telemetry.server_span(METHOD, _parent(sampled=True)) as span:
        assert span.traceparent.endswith("-01")
    assert len(nothing.spans) == 1


def test_all_processes_of_one_ratio_choose_the_same_traces() -> None:
    first, second = Observed(0.3), Observed(0.3)
    ids = [f"{n:016x}{n * 0x9E3779B97F4A7C15 % 2**64:016x}" for n in range(1, 1001)]
    for trace_id in ids:
        for observed in (first, second):
            with observed.telemetry.server_span(METHOD, (("traceparent", f"00-{trace_id}-{PARENT}-00"),)):
                pass
    kept = [{span.context.trace_id for span in observed.spans} for observed in (first, second)]
    assert kept[0] == kept[1]
    assert 200 < len(kept[0]) < 400
    for observed in (first, second):
        observed.telemetry.shutdown()


@pytest.mark.parametrize("key", ["debtor.name", "xiezhi.id_number", "rpc.system", ""])
def test_a_key_that_is_not_listed_is_a_fault_of_the_program(everything: Observed, key: str) -> None:
    with everything.telemetry.server_span(METHOD, ()) as span, pytest.raises(ValueError, match="not on the list"):
        span.set(key, "x")


@pytest.mark.parametrize(
    ("key", "value"),
    [("xiezhi.approval", SECRET), ("xiezhi.ledger.index", "36990119900307123X"), ("xiezhi.error_id", "13900001234")],
)
def test_a_value_of_another_form_is_hidden(everything: Observed, key: str, value: str) -> None:
    with everything.telemetry.server_span(METHOD, ()) as span:
        span.set(key, value)
    assert (everything.spans[0].attributes or {})[key] == "***"


def test_spans_within_a_call_are_its_children(everything: Observed) -> None:
    telemetry = everything.telemetry
    with telemetry.server_span(METHOD, ()) as call:
        with (
            telemetry.internal_span("registry.read") as read,
            telemetry.client_span("/xiezhi.ledger.v1.L/Append") as made,
        ):
            assert telemetry.inject() == (("traceparent", made.traceparent),)
        telemetry.db_observer("db.read.seconds", 0.002)
    assert current_traceparent() == ()
    by_name = {span.name: span for span in everything.spans}
    assert set(by_name) == {METHOD[1:], "registry.read", "xiezhi.ledger.v1.L/Append", "db.read"}
    parents = {name: f"{span.parent.span_id:016x}" if span.parent else "" for name, span in by_name.items()}
    assert parents == {
        METHOD[1:]: "",
        "registry.read": call.span_id,
        "xiezhi.ledger.v1.L/Append": read.span_id,
        "db.read": call.span_id,
    }
    observed = by_name["db.read"]
    assert (observed.end_time or 0) - (observed.start_time or 0) == 2_000_000
    assert (by_name["xiezhi.ledger.v1.L/Append"].attributes or {})["rpc.service"] == "xiezhi.ledger.v1.L"


def test_a_refusal_brings_along_what_happened_within(nothing: Observed) -> None:
    telemetry = nothing.telemetry
    for refuse in (False, True):
        with telemetry.server_span(METHOD, ()) as call:
            with telemetry.internal_span("registry.read"):
                pass
            if refuse:
                call.refused("NOT_FOUND")
    assert [span.name for span in nothing.spans] == ["registry.read", METHOD[1:]]
    assert len({span.context.trace_id for span in nothing.spans}) == 1


@pytest.mark.parametrize("ratio", [0.0, 1.0])
def test_a_call_with_very_many_spans_keeps_a_bounded_number(ratio: float) -> None:
    observed = Observed(ratio)
    with observed.telemetry.server_span(METHOD, ()) as call:
        for _ in range(MOST_CHILDREN + 5):
            with observed.telemetry.internal_span("item"):
                pass
        call.refused("NOT_FOUND")
    assert len(observed.spans) == MOST_CHILDREN + 1
    assert (observed.spans[-1].attributes or {})["xiezhi.dropped_spans"] == 5
    observed.telemetry.shutdown()


def test_own_work_outside_of_a_call_begins_a_trace_and_links_to_its_cause(everything: Observed) -> None:
    with everything.telemetry.internal_span("outbox.deliver") as span:
        span.link(f"00-{TRACE}-{PARENT}-01")
        span.link("nonsense")
    (built,) = everything.spans
    assert built.parent is None
    assert [f"{link.context.trace_id:032x}" for link in built.links] == [TRACE]


def test_a_span_is_linked_to_as_many_others_as_collectors_keep(everything: Observed) -> None:
    link_current_span([f"00-{TRACE}-{PARENT}-01"])  # outside of a span
    with everything.telemetry.internal_span("feed.watch"):
        for _ in range(3):
            link_current_span(["", *(f"00-{TRACE}-{number:016x}-01" for number in range(1, MOST_LINKS))])
    (built,) = everything.spans
    assert [link.context.span_id for link in built.links] == [*range(1, MOST_LINKS), 1]


@pytest.mark.parametrize("name", ["", "Lookup", "张伟", "a b", "x" * 65])
def test_own_work_has_a_plain_name(everything: Observed, name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        everything.telemetry.internal_span(name)


def test_an_error_within_says_its_reason_or_its_type(everything: Observed) -> None:
    for failure in (error(Reason.STORE_UNAVAILABLE, SECRET), KeyError(SECRET)):
        with pytest.raises(type(failure)), everything.telemetry.internal_span("work"):
            raise failure
    told = [dict(span.attributes or {}) for span in everything.spans]
    assert [t["xiezhi.reason"] for t in told] == ["STORE_UNAVAILABLE", "INTERNAL"]
    assert told[1]["error.type"] == "KeyError"


def test_spans_of_concurrent_calls_do_not_mix(everything: Observed) -> None:
    async def call() -> tuple[str, str]:
        with everything.telemetry.server_span(METHOD, ()) as span:
            await asyncio.sleep(0)
            with everything.telemetry.internal_span("inner") as inner:
                await asyncio.sleep(0)
            return span.span_id, inner.parent_id

    async def calls() -> list[tuple[str, str]]:
        return await asyncio.gather(*(call() for _ in range(20)))

    assert all(own == seen for own, seen in asyncio.run(calls()))


def test_a_span_may_end_in_another_context(everything: Observed) -> None:
    span = everything.telemetry.server_span(METHOD, ())
    contextvars.copy_context().run(span.__enter__)
    span.__exit__(None, None, None)
    assert len(everything.spans) == 1


def test_a_stream_that_is_given_up_counts_as_cancelled(nothing: Observed) -> None:
    def answers() -> Iterator[int]:
        with nothing.telemetry.server_span(METHOD, ()):
            yield 1
            yield 2

    stream = answers()
    assert next(stream) == 1
    assert nothing.sample("xiezhi_requests_in_flight") == 1
    stream.close()  # type: ignore[attr-defined]
    assert nothing.sample("xiezhi_requests_in_flight") == 0
    assert nothing.sample("xiezhi_requests_total", method=METHOD, decision="refused", reason="CANCELLED") == 1


def test_measured_values_come_from_any_thread(everything: Observed) -> None:
    with everything.telemetry.server_span(METHOD, ()), ThreadPoolExecutor(4) as pool:
        for value in range(100):
            pool.submit(everything.telemetry.db_observer, "db.commit.seconds", value / 1000)
    assert everything.sample("xiezhi_db_commit_seconds_count") == 100
    assert len(everything.spans) == 1, "a commit of another thread is no part of this call"


def test_calls_are_counted_by_decision_and_reason(everything: Observed) -> None:
    telemetry = everything.telemetry
    telemetry.answered(METHOD, 0.001)
    telemetry.refused(METHOD, "APPROVAL_REQUIRED", 0.002)
    telemetry.refused(METHOD, "INTERNAL", 0.003)
    for decision, reason in (("answered", ""), ("refused", "APPROVAL_REQUIRED"), ("failed", "INTERNAL")):
        assert everything.sample("xiezhi_requests_total", method=METHOD, decision=decision, reason=reason) == 1
        assert everything.sample("xiezhi_request_seconds_count", method=METHOD, decision=decision) == 1


def test_a_failure_is_logged_without_its_words(everything: Observed) -> None:
    def stumble() -> None:
        id_number = SECRET
        raise ValueError(f"bad number {id_number}")

    try:
        try:
            stumble()
        except ValueError as cause:
            raise KeyError(SECRET) from cause
    except KeyError as failure:
        with everything.telemetry.server_span(METHOD, ()) as span:
            everything.telemetry.log_failure(METHOD, ERROR_ID, failure)
    (line,) = everything.log.getvalue().splitlines()
    told = json.loads(line)
    assert told["exception"] == ["builtins.KeyError", "builtins.ValueError"]
    assert any("stumble" in frame for frame in told["frames"])
    assert (told["error_id"], told["method"], told["trace_id"]) == (ERROR_ID, METHOD, span.trace_id)
    assert "张伟" not in line
    assert "3699" not in line
    assert "\\u" not in line


def test_a_killed_process_loses_no_more_than_a_second(tmp_path: Path) -> None:
    telemetry = Telemetry.start(
        service="identity", settings=TelemetrySettings(trace_dir=tmp_path), log_stream=io.StringIO()
    )
    with telemetry.server_span(METHOD, ()) as span:
        pass
    deadline = time.monotonic() + 1.0
    (file,) = tmp_path.glob("*.jsonl")
    while span.trace_id not in file.read_text() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert span.trace_id in file.read_text()
    telemetry.shutdown()


def test_an_unsampled_answered_call_costs_next_to_nothing(nothing: Observed) -> None:
    """Measured against a yardstick beside it, since machines and their load differ."""
    metadata = _parent(sampled=False)

    def call() -> None:
        with nothing.telemetry.server_span(METHOD, metadata):
            pass

    def yardstick() -> None:
        json.loads(json.dumps(dict(metadata)))

    rounds = [(_seconds(call), _seconds(yardstick)) for _ in range(60)]
    assert min(of_calls for of_calls, _ in rounds) < 2.5 * min(of_yardstick for _, of_yardstick in rounds)


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    for _ in range(100):
        work()
    return time.perf_counter() - started


def test_a_folder_that_cannot_be_written_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit, match="Cannot write spans"):
        Telemetry.start(service="identity", settings=TelemetrySettings(trace_dir=tmp_path / "file"))
