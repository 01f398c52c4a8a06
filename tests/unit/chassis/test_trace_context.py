"""Tests of the traceparent, read and written."""

from __future__ import annotations

import pytest

from services.chassis.trace_context import Remote, format_traceparent, parse_traceparent, read_parent

TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"


@pytest.mark.parametrize("sampled", [True, False])
def test_what_is_written_is_read_again(sampled: bool) -> None:
    span = Remote(TRACE, SPAN, sampled)
    assert parse_traceparent(format_traceparent(span)) == span


@pytest.mark.parametrize(
    "text",
    [
        "",
        None,
        b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}-01\n",
        f"00-{TRACE}-{SPAN}-0x",
        f"01-{TRACE}-{SPAN}-01-{'x' * 1000}",
        "0" * 55,
    ],
)
def test_anything_else_is_no_parent(text: object) -> None:
    assert parse_traceparent(text) is None


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    assert parse_traceparent(f"01-{TRACE}-{SPAN}-03-later") == Remote(TRACE, SPAN, sampled=True)


def test_the_parent_is_found_among_other_metadata() -> None:
    line = f"00-{TRACE}-{SPAN}-00"
    assert read_parent((("authorization", "x"), ("a-bin", b"\x00"), ("traceparent", line))) == Remote(
        TRACE, SPAN, sampled=False
    )
    assert read_parent((("authorization", "x"),)) is None
