"""Tests of the trace that calls belong to."""

from __future__ import annotations

import re

import pytest

from xiezhi.client.trace import Trace, current_trace, read_trace_id, tracing


def test_calls_within_a_block_share_a_trace() -> None:
    assert current_trace() is None
    with tracing() as outer:
        assert current_trace() is outer
        with tracing(Trace.start()) as inner:
            assert current_trace() is inner
        assert current_trace() is outer
    assert current_trace() is None


def test_a_trace_is_written_as_w3c_asks() -> None:
    trace = Trace("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", sampled=True)
    assert trace.traceparent == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert read_trace_id(trace.traceparent) == trace.trace_id
    assert Trace.start(sampled=False).traceparent.endswith("-00")
    assert re.fullmatch("[0-9a-f]{32}", Trace.start().trace_id)


@pytest.mark.parametrize("text", ["", "00-1-2-01", "0af7651916cd43dd8448eb211c80319c"])
def test_other_forms_have_no_trace_id(text: str) -> None:
    assert read_trace_id(text) == ""
