"""Lists of coordination on a narrow terminal: what commands are called with is never cut off."""

from __future__ import annotations

import pytest
from google.type.date_pb2 import Date
from rich.console import Console, RenderableType

from xiezhi.cli.coordination import views
from xiezhi.coordination.v1 import channel_pb2, credential_pb2, directory_pb2

UUID = "3b9c1f60-0000-4000-8000-0000000000aa"
FIRST, LAST = Date(year=2026, month=11, day=28), Date(year=2026, month=12, day=31)
LIAISON = directory_pb2.Liaison(
    name=f"liaisons/{UUID}",
    organisation="360102000000",
    department=2,  # type: ignore[arg-type]
    officer_id="POL360102-L001",
    display_name="测试甲",
    phone="0791-00000001",
    start_date=FIRST,
    end_date=LAST,
    establishment_lost_date=LAST,
    is_deputy=True,
)
CREDENTIAL = credential_pb2.Credential(
    name=f"credentials/{UUID}",
    officer_id="GAN0102-R001",
    kind=credential_pb2.CREDENTIAL_KIND_ENFORCEMENT_CARD,
    number="ZXGWZGAN0102-R001",
    issue_date=FIRST,
    expire_date=LAST,
)
OUTAGE = channel_pb2.Outage(name=f"outages/{UUID}", declared_by="POL360000-S001")


def rows(view: RenderableType, width: int) -> tuple[str, ...]:
    """Returns the cells of a table's only row, each put together from its lines."""
    console = Console(width=width, record=True)
    console.print(view)
    lines = [line.split("│")[1:-1] for line in console.export_text().splitlines() if line.startswith("│")]
    return tuple("".join(cell.strip() for cell in column) for column in zip(*lines, strict=True))


@pytest.mark.parametrize(
    ("view", "parts"),
    [
        (views.liaisons_view([LIAISON]), (UUID, "POL360102-L001(deputy)", "0791-00000001", "2026-11-28")),
        (views.credentials_view([CREDENTIAL]), (UUID, "GAN0102-R001", "ZXGWZGAN0102-R001", "2026-12-31")),
        (views.outages_view([OUTAGE]), (UUID, "POL360000-S001")),
    ],
    ids=["liaisons", "credentials", "outages"],
)
def test_on_a_narrow_terminal_nothing_is_lost(view: RenderableType, parts: tuple[str, ...]) -> None:
    shown = rows(view, 80)
    assert all(any(part in cell for cell in shown) for part in parts), shown


def test_who_left_the_establishment_is_shown_with_the_day() -> None:
    assert any("off the establishment from 2026-12-31" in cell for cell in rows(views.liaisons_view([LIAISON]), 300))
