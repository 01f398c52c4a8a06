"""The local span store, read and drawn: where the time of a trace went, and who refused what.

The store is written by the processes of the suite, one JSON object a line, in files of their own; this module needs
nothing of theirs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.bar import Bar
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

_TRACE_ID = re.compile("[0-9a-f]{32}")
_LEAST_BAR = 1 / 60
"""Share of a bar's width that the shortest span still takes."""
_SERVICE_STYLES = ("cyan", "green", "magenta", "blue", "bright_cyan", "bright_green")
_DECISION_STYLES = {"refused": "bold yellow", "failed": "bold red"}
_NOTES = (
    ("xiezhi.approval", "{}"),
    ("xiezhi.ledger.index", "ledger entry {}"),
    ("xiezhi.items", "{} items"),
    ("xiezhi.error_id", "error {}"),
)


@dataclass(frozen=True, slots=True)
class Span:
    """One span of a trace.

    Attributes:
        trace_id: 32 hexadecimal characters.
        span_id: 16 hexadecimal characters.
        parent_id: The span that it is within; empty for the first of a trace.
        service: The process that recorded it.
        name: A method, or what the process did.
        kind: "server", "client" or "internal".
        start: Nanoseconds since 1970.
        end: The same.
        attributes: What it says beside.
        links: Trace ids of what led to it.
    """

    trace_id: str
    span_id: str
    parent_id: str
    service: str
    name: str
    kind: str
    start: int
    end: int
    attributes: dict[str, Any]
    links: tuple[str, ...]

    @property
    def decision(self) -> str:
        """What came of it: "answered", "refused", "failed", or empty."""
        return str(self.attributes.get("xiezhi.decision", ""))

    @property
    def reason(self) -> str:
        """Why it was refused; empty where it was not."""
        return str(self.attributes.get("xiezhi.reason", ""))


def read_trace(folder: Path, trace_id: str) -> tuple[Span, ...]:
    """Reads what all processes recorded of a trace.

    Args:
        folder: The folder of the store.
        trace_id: The trace, 32 hexadecimal characters.

    Returns:
        Its spans, by their start; none where the trace is not there or the id has another form.
    """
    wanted = trace_id.strip().lower()
    if _TRACE_ID.fullmatch(wanted) is None:
        return ()
    found = {
        span.span_id: span
        for path in sorted(folder.glob("*.jsonl"))
        for line in _lines_with(path, wanted.encode())
        if (span := _parse(line)) is not None and span.trace_id == wanted
    }
    return tuple(sorted(found.values(), key=lambda span: (span.start, -span.end)))


def render(spans: Sequence[Span]) -> RenderableType:
    """Draws the spans of a trace as a waterfall.

    Args:
        spans: At least one, as `read_trace` returns them.

    Raises:
        ValueError: If there is none.
    """
    if not spans:
        raise ValueError("there is nothing to draw")
    begin, end = min(s.start for s in spans), max(s.end for s in spans)
    services = list(dict.fromkeys(s.service for s in spans))
    styles = {name: _SERVICE_STYLES[i % len(_SERVICE_STYLES)] for i, name in enumerate(services)}
    table = Table(box=None, expand=True, pad_edge=False, header_style="dim")
    table.add_column("span", overflow="ellipsis", no_wrap=True, ratio=4)
    table.add_column("service", no_wrap=True)
    table.add_column("at", justify="right", no_wrap=True)
    table.add_column("", ratio=3, min_width=8)
    table.add_column("took", justify="right", no_wrap=True)
    table.add_column("", overflow="fold", ratio=2)
    for span, guide in _walk(spans):
        style = _DECISION_STYLES.get(span.decision, styles[span.service])
        table.add_row(
            Text.assemble((guide, "dim"), (_short(span.name), style if span.reason else "")),
            Text(span.service, style=styles[span.service]),
            _milliseconds(span.start - begin),
            _bar(span, begin=begin, end=end, style=style),
            _milliseconds(span.end - span.start),
            _note(span),
        )
    head = Text.assemble(
        ("Trace ", "bold"),
        (spans[0].trace_id, "bold cyan"),
        f"  {_milliseconds(end - begin)}, {len(spans)} spans of {', '.join(services)}",
    )
    return Group(head, table)


def as_data(spans: Sequence[Span]) -> list[dict[str, Any]]:
    """Returns the spans of a trace for programs, in the order in which the waterfall draws them.

    Args:
        spans: As `read_trace` returns them.

    Returns:
        For each span its ids, service, name, kind, depth, offset_ms, duration_ms, decision, reason, attributes and
        links.
    """
    begin = min((s.start for s in spans), default=0)
    return [
        {
            "trace_id": span.trace_id,
            "span_id": span.span_id,
            "parent_id": span.parent_id,
            "service": span.service,
            "name": span.name,
            "kind": span.kind,
            "depth": len(guide) // 2,
            "offset_ms": (span.start - begin) / 1e6,
            "duration_ms": (span.end - span.start) / 1e6,
            "decision": span.decision,
            "reason": span.reason,
            "attributes": span.attributes,
            "links": list(span.links),
        }
        for span, guide in _walk(spans)
    ]


def _lines_with(path: Path, wanted: bytes) -> Iterator[bytes]:
    try:
        content = path.read_bytes()
    except OSError:
        return  # pruned by the process that owns it, between the listing and now
    position = content.find(wanted)
    while position >= 0:
        begin = content.rfind(b"\n", 0, position) + 1
        end = content.find(b"\n", position)
        if end < 0:
            return
        yield content[begin:end]
        position = content.find(wanted, end)


def _parse(line: bytes) -> Span | None:
    """Reads a line; None for one that a full disk or a killed process left torn."""
    try:
        told = json.loads(line)
        return Span(
            trace_id=str(told["trace_id"]),
            span_id=str(told["span_id"]),
            parent_id=str(told["parent_id"]),
            service=str(told["service"]),
            name=str(told["name"]),
            kind=str(told["kind"]),
            start=int(told["start"]),
            end=int(told["end"]),
            attributes=dict(told["attributes"]),
            links=tuple(str(link["trace_id"]) for link in told["links"]),
        )
    except (ValueError, KeyError, TypeError):
        return None


def _walk(spans: Sequence[Span]) -> Iterator[tuple[Span, str]]:
    """Yields spans with the guide before their names, each after its parent.

    The caller's own span is not in the store, so what has no recorded parent stands at the left.
    """
    known = {span.span_id for span in spans}
    children: dict[str, list[Span]] = {}
    for span in spans:
        parent = span.parent_id if span.parent_id in known and span.parent_id != span.span_id else ""
        children.setdefault(parent, []).append(span)
    seen: set[str] = set()

    def grow(parent: str, prefix: str) -> Iterator[tuple[Span, str]]:
        level = children.get(parent, [])
        for position, span in enumerate(level):
            seen.add(span.span_id)
            last = position == len(level) - 1
            yield span, prefix + ("└ " if last else "├ ") if parent else ""
            yield from grow(span.span_id, prefix + ("  " if last else "│ ") if parent else "")

    yield from grow("", "")
    # A damaged store may name parents in a circle; such spans are shown rather than lost.
    yield from ((span, "") for span in spans if span.span_id not in seen)


def _bar(span: Span, *, begin: int, end: int, style: str) -> Bar:
    size = max(end - begin, 1)
    left = min((span.start - begin) / size, 1 - _LEAST_BAR)
    right = max((span.end - begin) / size, left + _LEAST_BAR)
    return Bar(1.0, left, right, color=style.rsplit(maxsplit=1)[-1])


def _note(span: Span) -> Text:
    if span.reason:
        return Text(span.reason, style=_DECISION_STYLES.get(span.decision, ""))
    notes = [form.format(span.attributes[key]) for key, form in _NOTES if key in span.attributes]
    notes += [f"from trace {link[:8]}" for link in span.links]
    return Text(", ".join(notes), style="dim")


def _short(name: str) -> str:
    """Leaves away the package of a method: "xiezhi.identity.v1.IdentityService/Get" becomes "IdentityService/Get"."""
    service, slash, method = name.rpartition("/")
    return f"{service.rpartition('.')[2]}{slash}{method}"


def _milliseconds(nanoseconds: int) -> str:
    value = nanoseconds / 1e6
    return f"{value / 1000:,.2f} s" if abs(value) >= 10_000 else f"{value:,.1f} ms"
