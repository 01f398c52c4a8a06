"""A trace as a picture (SVG), which any browser shows and any program reads as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

WIDTH, ROW, LEFT, RIGHT = 1_200, 20, 470, 130
_COLOURS = ("#0b7285", "#2b8a3e", "#862e9c", "#1864ab", "#5f3dc4", "#087f5b", "#364fc7")
_DECISIONS: Mapping[str, str] = {"refused": "#e67700", "failed": "#c92a2a"}
_STYLE = "text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#212529}.dim{fill:#868e96}"
_LONGEST_NAME = 52


def draw_trace(spans: Sequence[Mapping[str, Any]]) -> str:
    """Draws the spans of a trace, one a row, each bar as long as it took.

    Args:
        spans: As `xiezhi.cli.waterfall.as_data` returns them, at least one.

    Returns:
        An SVG document.

    Raises:
        ValueError: If there is no span.
    """
    if not spans:
        raise ValueError("there is nothing to draw")
    whole = max(*(span["offset_ms"] + span["duration_ms"] for span in spans), 0.001)
    services = list(dict.fromkeys(span["service"] for span in spans))
    colours = {name: _COLOURS[place % len(_COLOURS)] for place, name in enumerate(services)}
    height = ROW * (len(spans) + 2)
    rows = [_row(span, place, colours[span["service"]], whole=whole) for place, span in enumerate(spans, start=2)]
    head = f"Trace {spans[0]['trace_id']}: {whole:,.1f} ms, {len(spans)} spans of {', '.join(services)}"
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
            f"<title>{escape(head)}</title><style>{_STYLE}</style>",
            f'<rect width="{WIDTH}" height="{height}" fill="#fff"/><text x="8" y="{ROW}">{escape(head)}</text>',
            *rows,
            "</svg>\n",
        )
    )


def _row(span: Mapping[str, Any], place: int, colour: str, *, whole: float) -> str:
    y = ROW * place
    scale = (WIDTH - LEFT - RIGHT) / whole
    x, width = LEFT + span["offset_ms"] * scale, max(span["duration_ms"] * scale, 1.5)
    indent = 8 + 10 * int(span["depth"])
    name = _short(str(span["name"]))
    note = span["reason"] or f"{span['duration_ms']:,.1f} ms"
    fill = _DECISIONS.get(str(span["decision"]), colour)
    return (
        f"<g><title>{escape(str(span['service']))}: {escape(str(span['name']))}</title>"
        f'<text x="{indent}" y="{y + 13}">{escape(name)} '
        f'<tspan class="dim">{escape(str(span["service"]))}</tspan></text>'
        f'<rect x="{x:.1f}" y="{y + 3}" width="{width:.1f}" height="{ROW - 7}" rx="2" fill="{fill}"/>'
        f'<text x="{min(x + width + 5, WIDTH - RIGHT + 5):.1f}" y="{y + 13}" class="dim">{escape(str(note))}</text></g>'
    )


def _short(name: str) -> str:
    service, slash, method = name.rpartition("/")
    short = f"{service.rpartition('.')[2]}{slash}{method}"
    return short if len(short) <= _LONGEST_NAME else short[: _LONGEST_NAME - 1] + "…"
