"""Tests of the metrics."""

from __future__ import annotations

import io
import time
import urllib.request
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from services.chassis.metrics import MOST_METHODS, MOST_SERIES, Metrics, MetricsServer
from services.chassis.telemetry import Telemetry, TelemetrySettings

METHOD = "/xiezhi.identity.v1.IdentityService/LookupHousehold"


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(service="identity", in_flight=lambda: 3)


def _value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_calls_are_counted_and_timed(metrics: Metrics) -> None:
    for seconds in (0.001, 0.2):
        metrics.count(METHOD, "answered", reason="", seconds=seconds)
    metrics.count(METHOD, "refused", reason="APPROVAL_REQUIRED", seconds=0.003)
    assert _value(metrics, "xiezhi_requests_total", method=METHOD, decision="answered", reason="") == 2
    assert _value(metrics, "xiezhi_request_seconds_sum", method=METHOD, decision="answered") == pytest.approx(0.201)
    assert _value(metrics, "xiezhi_requests_total", method=METHOD, decision="refused", reason="APPROVAL_REQUIRED") == 1
    assert _value(metrics, "xiezhi_requests_in_flight") == 3
    assert _value(metrics, "xiezhi_process_info", service="identity") == 1


@pytest.mark.parametrize("method", ["unknown", "", "/张伟/36990119900307123X", "/a.B/C\n", "36990119900307123X"])
def test_methods_that_no_contract_could_name_share_one_label(metrics: Metrics, method: str) -> None:
    metrics.count(method, "refused", reason="METHOD_UNKNOWN", seconds=0.001)
    assert _value(metrics, "xiezhi_requests_total", method="unknown", decision="refused", reason="METHOD_UNKNOWN") == 1


def test_a_reason_of_another_form_is_not_shown(metrics: Metrics) -> None:
    metrics.count(METHOD, "refused", reason="36990119900307123X", seconds=0.001)
    assert "369901" not in metrics.text()


def test_the_number_of_series_is_bounded(metrics: Metrics) -> None:
    for number in range(MOST_METHODS + 10):
        metrics.count(f"/a.B/M{number}", "answered", reason="", seconds=0.001)
    assert _value(metrics, "xiezhi_requests_total", method="unknown", decision="answered", reason="") == 10
    for number in range(MOST_SERIES):
        metrics.observe(f"a.b{number}.total", 1)
    with pytest.raises(ValueError, match="more than"):
        metrics.observe("one.more.total", 1)


def test_the_last_word_of_a_measured_value_says_what_it_becomes(metrics: Metrics) -> None:
    for value in (0.004, 0.006):
        metrics.observe("db.commit.seconds", value)
    metrics.observe("db.commit.writes", 12)
    metrics.observe("spool.kept.total", 2)
    metrics.observe("spool.kept.total", 3)
    metrics.observe("outbox.waiting.now", 9)
    metrics.observe("outbox.waiting.now", 4)
    assert _value(metrics, "xiezhi_db_commit_seconds_sum") == pytest.approx(0.01)
    assert _value(metrics, "xiezhi_db_commit_seconds_bucket", le="0.005") == 1
    assert _value(metrics, "xiezhi_db_commit_writes_bucket", le="16.0") == 1
    assert _value(metrics, "xiezhi_db_commit_writes_bucket", le="8.0") == 0
    assert _value(metrics, "xiezhi_spool_kept_total") == 5
    assert _value(metrics, "xiezhi_outbox_waiting_now") == 4


@pytest.mark.parametrize("name", ["", "seconds", "Db.Commit", "db..x", "张伟.seconds", "a.b.c.d.e.f"])
def test_a_measured_value_has_a_plain_name(metrics: Metrics, name: str) -> None:
    with pytest.raises(ValueError, match="not the name"):
        metrics.observe(name, 1)


def test_counting_costs_a_few_microseconds(metrics: Metrics) -> None:
    rounds = []
    for _ in range(20):
        started = time.perf_counter()
        for _ in range(200):
            metrics.count(METHOD, "answered", reason="", seconds=0.003)
        rounds.append((time.perf_counter() - started) / 200)
    assert min(rounds) < 10e-6


def _fetch(address: str) -> dict[str, list[float]]:
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=5) as answer:
        families = list(text_string_to_metric_families(answer.read().decode()))
    return {family.name: [sample.value for sample in family.samples] for family in families}


def test_a_process_shows_its_metrics_on_a_free_port_and_says_which(tmp_path: Path) -> None:
    file = tmp_path / "identity.metrics"
    settings = TelemetrySettings(metrics_port=0, metrics_file=file)
    telemetry = Telemetry.start(service="identity", settings=settings, log_stream=io.StringIO())
    try:
        address = file.read_text().strip()
        assert address == telemetry.metrics_address
        assert address.startswith("127.0.0.1:")
        telemetry.answered(METHOD, 0.001)
        with telemetry.server_span(METHOD, ()):
            shown = _fetch(address)
        assert shown["xiezhi_requests_in_flight"] == [1]
        assert 1 in shown["xiezhi_requests"]
        assert "process_resident_memory_bytes" in shown
    finally:
        telemetry.shutdown()
    with pytest.raises(OSError, match="refused"):
        _fetch(address)


def test_two_processes_cannot_show_theirs_on_one_port(metrics: Metrics) -> None:
    server = MetricsServer(metrics, host="127.0.0.1", port=0)
    taken = TelemetrySettings(metrics_port=int(server.address.rpartition(":")[2]))
    with pytest.raises(SystemExit, match=r"Cannot show metrics at 127\.0\.0\.1"):
        Telemetry.start(service="identity", settings=taken, log_stream=io.StringIO())
    server.close()


def test_without_a_port_nothing_listens() -> None:
    telemetry = Telemetry.start(service="identity", settings=TelemetrySettings(), log_stream=io.StringIO())
    assert telemetry.metrics_address == ""
    telemetry.shutdown()
