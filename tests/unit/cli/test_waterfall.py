"""Tests of the waterfall: reading what several processes recorded, and drawing it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from services.chassis.telemetry import Telemetry, TelemetrySettings
from xiezhi.cli.waterfall import Span, as_data, read_trace, render
from xiezhi.client.trace import Trace, tracing

TRACE = "0af7651916cd43dd8448eb211c80319c"
OTHER = "1" * 32
SUBMIT = "/xiezhi.approval.v1.ApprovalService/SubmitApproval"
LOOKUP = "/xiezhi.identity.v1.IdentityService/LookupHousehold"
MS = 1_000_000


def _line(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "trace_id": TRACE,
        "span_id": f"{number:016x}",
        "parent_id": "",
        "service": "gateway",
        "name": LOOKUP[1:],
        "kind": "server",
        "start": 1_000 * MS,
        "end": 1_010 * MS,
        "attributes": {},
        "links": [],
        **changes,
    }


def _write(folder: Path, name: str, *lines: dict[str, Any]) -> None:
    (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def _drawn(spans: tuple[Span, ...], *, width: int = 140) -> list[str]:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(render(spans))
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined,no-any-return]


def test_a_trace_is_read_from_the_files_of_all_processes(tmp_path: Path) -> None:
    _write(tmp_path, "ledger.1", _line(3, parent_id=f"{2:016x}", service="ledger", start=1_004 * MS, end=1_005 * MS))
    _write(tmp_path, "gateway.1", _line(1), _line(9, trace_id=OTHER))
    _write(
        tmp_path, "identity.1", _line(2, parent_id=f"{1:016x}", service="identity", start=1_002 * MS, end=1_008 * MS)
    )
    spans = read_trace(tmp_path, TRACE)
    assert [span.service for span in spans] == ["gateway", "identity", "ledger"]
    assert read_trace(tmp_path, f" {TRACE.upper()}\n") == spans


@pytest.mark.parametrize("trace_id", ["", "x", TRACE[:-1], "../" + TRACE, ".*", "2" * 32])
def test_what_is_no_recorded_trace_has_no_spans(tmp_path: Path, trace_id: str) -> None:
    _write(tmp_path, "gateway.1", _line(1))
    assert read_trace(tmp_path, trace_id) == ()


def test_a_folder_that_is_not_there_has_no_spans(tmp_path: Path) -> None:
    assert read_trace(tmp_path / "nowhere", TRACE) == ()


def test_torn_and_strange_lines_are_passed_over(tmp_path: Path) -> None:
    whole = json.dumps(_line(1))
    link = json.dumps(_line(2, trace_id=OTHER, links=[{"trace_id": TRACE, "span_id": "0" * 16}]))
    lines = [whole[: len(whole) // 2], json.dumps({"trace_id": TRACE}), f'["{TRACE}"]', link, whole, whole[:-5]]
    (tmp_path / "gateway.1.jsonl").write_bytes("\n".join(lines).encode() + b"\n\xff" + TRACE.encode())
    assert [span.span_id for span in read_trace(tmp_path, TRACE)] == [f"{1:016x}"]


def test_it_is_drawn_as_a_tree_with_times(tmp_path: Path) -> None:
    _write(
        tmp_path,
        "all",
        _line(1, attributes={"xiezhi.decision": "answered", "xiezhi.approval": "approvals/7"}),
        _line(2, parent_id=f"{1:016x}", service="identity", start=1_002 * MS, end=1_008 * MS),
        _line(
            3,
            parent_id=f"{2:016x}",
            service="ledger",
            name="db.commit",
            kind="internal",
            start=1_004 * MS,
            end=1_005 * MS,
            attributes={"xiezhi.ledger.index": 17},
        ),
        _line(
            4,
            start=1_020 * MS,
            end=1_020 * MS + 1,
            attributes={"xiezhi.decision": "refused", "xiezhi.reason": "APPROVAL_SPENT"},
        ),
    )
    head, columns, *rows = _drawn(read_trace(tmp_path, TRACE))
    assert TRACE in head
    assert "4 spans of gateway, identity, ledger" in head
    assert "span" in columns
    assert rows[0].startswith("IdentityService/LookupHousehold")
    assert "approvals/7" in rows[0]
    assert rows[1].startswith("└ IdentityService/LookupHousehold")
    assert "2.0 ms" in rows[1]
    assert "6.0 ms" in rows[1]
    assert rows[2].startswith("  └ db.commit")
    assert "ledger entry 17" in rows[2]
    assert rows[3].startswith("IdentityService/LookupHousehold")
    assert "APPROVAL_SPENT" in rows[3]
    assert all(any("█" <= sign <= "▏" or sign in "▐▕" for sign in row) for row in rows), "each has a bar"


@pytest.mark.parametrize("width", [40, 80, 300])
def test_it_fits_any_terminal(tmp_path: Path, width: int) -> None:
    _write(tmp_path, "all", _line(1), _line(2, parent_id=f"{1:016x}", service="identity"))
    assert all(len(line) <= width for line in _drawn(read_trace(tmp_path, TRACE), width=width))


def test_spans_whose_parents_form_a_circle_are_shown(tmp_path: Path) -> None:
    _write(
        tmp_path,
        "all",
        _line(1, parent_id=f"{2:016x}"),
        _line(2, parent_id=f"{1:016x}"),
        _line(3, parent_id=f"{3:016x}"),
    )
    assert {span["span_id"] for span in as_data(read_trace(tmp_path, TRACE))} == {f"{n:016x}" for n in (1, 2, 3)}


def test_nothing_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        render(())
    assert as_data(()) == []


def test_a_story_of_one_client_is_one_trace(tmp_path: Path) -> None:
    """The client's own trace goes through real telemetry of two processes into the store and back."""
    settings = TelemetrySettings(trace_dir=tmp_path, sample_ratio=0.0)
    gateway, identity = (
        Telemetry.start(service=name, settings=settings, log_stream=io.StringIO()) for name in ("gateway", "identity")
    )
    with tracing(Trace.start()) as trace:
        with gateway.server_span(SUBMIT, (("traceparent", trace.traceparent),)) as submission:
            gateway.db_observer("db.write.seconds", 0.001)
        with gateway.server_span(LOOKUP, (("traceparent", trace.traceparent),)) as call:
            call.link(submission.traceparent)
            with identity.server_span(LOOKUP, gateway.inject()) as inner:
                inner.refused("NOT_HANDLING_JUDGE")
            call.refused("NOT_HANDLING_JUDGE")
    gateway.shutdown()
    identity.shutdown()
    told = as_data(read_trace(tmp_path, trace.trace_id))
    assert [(row["depth"], row["service"], row["name"], row["decision"], row["reason"]) for row in told] == [
        (0, "gateway", SUBMIT[1:], "answered", ""),
        (1, "gateway", "db.write", "", ""),
        (0, "gateway", LOOKUP[1:], "refused", "NOT_HANDLING_JUDGE"),
        (1, "identity", LOOKUP[1:], "refused", "NOT_HANDLING_JUDGE"),
    ]
    assert told[2]["links"] == [trace.trace_id]
    assert all(row["offset_ms"] >= 0 and row["duration_ms"] >= 0 for row in told)
    json.dumps(told)
