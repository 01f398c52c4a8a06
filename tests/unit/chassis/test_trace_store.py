"""Tests of the local store of spans."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.trace import Link, SpanContext, SpanKind

from services.chassis.trace_store import TraceStore


def _span(number: int, *, links: tuple[Link, ...] = ()) -> ReadableSpan:
    return ReadableSpan(
        name="a.Service/Method",
        context=SpanContext(0xA0 + number, 0xB0 + number, is_remote=False),
        parent=SpanContext(0xA0 + number, 0xC0, is_remote=True),
        attributes={"xiezhi.decision": "answered"},
        links=links,
        kind=SpanKind.SERVER,
        start_time=1_000,
        end_time=2_000,
    )


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))


def test_a_span_is_one_line(tmp_path: Path) -> None:
    store = TraceStore(tmp_path / "traces", service="identity")
    link = Link(SpanContext(0xD, 0xE, is_remote=True))
    assert store.export([_span(1, links=(link,)), _span(2)]) is SpanExportResult.SUCCESS
    (file,) = _files(tmp_path / "traces")
    first, _ = map(json.loads, file.read_text().splitlines())
    assert first == {
        "trace_id": f"{0xA1:032x}",
        "span_id": f"{0xB1:016x}",
        "parent_id": f"{0xC0:016x}",
        "service": "identity",
        "name": "a.Service/Method",
        "kind": "server",
        "start": 1_000,
        "end": 2_000,
        "attributes": {"xiezhi.decision": "answered"},
        "links": [{"trace_id": f"{0xD:032x}", "span_id": f"{0xE:016x}"}],
    }
    store.shutdown()


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    store = TraceStore(tmp_path / "traces", service="identity")
    (file,) = _files(tmp_path / "traces")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "traces").stat().st_mode) == 0o700
    store.shutdown()


def test_an_empty_file_is_not_left_behind(tmp_path: Path) -> None:
    TraceStore(tmp_path, service="identity").shutdown()
    assert _files(tmp_path) == []


def test_a_service_keeps_the_newest_within_its_bound(tmp_path: Path) -> None:
    other = TraceStore(tmp_path, service="ledger")
    other.export([_span(99)])
    store = TraceStore(tmp_path, service="identity", file_bytes=2_000, service_bytes=8_000)
    for number in range(100):
        store.export([_span(number)])
    files = [path for path in _files(tmp_path) if path.name.startswith("identity.")]
    assert 1 < len(files) <= 5
    assert sum(path.stat().st_size for path in files) <= 8_000
    assert f"{0xB0 + 99:016x}" in files[-1].read_text()
    assert len(_files(tmp_path)) == len(files) + 1, "another service's files are not its to remove"
    store.shutdown()
    other.shutdown()


def test_a_torn_line_does_not_spoil_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = TraceStore(tmp_path, service="identity")
    write = os.write
    with monkeypatch.context() as full_disk:
        full_disk.setattr(os, "write", lambda file, lines: write(file, lines[:40]))
        store.export([_span(1)])
    with monkeypatch.context() as full_disk:
        full_disk.setattr(os, "write", _no_space)
        assert store.export([_span(2)]) is SpanExportResult.FAILURE
    assert store.export([_span(3)]) is SpanExportResult.SUCCESS
    (file,) = _files(tmp_path)
    torn, whole = file.read_text().splitlines()
    assert len(torn) == 40
    assert json.loads(whole)["span_id"] == f"{0xB3:016x}"
    store.shutdown()


def _no_space(_file: int, _lines: bytes) -> int:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("name", ["", "../x", "Identity", "a.b"])
def test_a_name_that_could_lead_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="name of a process"):
        TraceStore(tmp_path, service=name)
