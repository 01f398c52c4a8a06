"""`xiezhi bundle list`: what of a court's paper the exchange has taken in, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from xiezhi.cli.carrying import list_all
from xiezhi.cli.command import command, examples
from xiezhi.cli.render import local_time
from xiezhi.cli.session import Session
from xiezhi.paper.v1 import paper_pb2

SERVICE = "/xiezhi.paper.v1.PaperService/"
PAGE = 100

app = typer.Typer()


@command(
    app,
    "list",
    calls=True,
    epilog=examples(
        "xiezhi bundle list --as GAN1121-L001", "xiezhi bundle list --as POL360000-L001 --limit 500 --json"
    ),
)
def list_(
    session: Session,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Most items to list.")] = PAGE,
) -> None:
    """List what came on paper, the newest first: your court's own, or what your police organisation imported.

    Who exports a bundle and hears nothing of it finds here whether it was imported, and what was refused.
    """
    list_all(
        session,
        SERVICE,
        paper_pb2.ListPaperRequest(),
        kind=paper_pb2.ListPaperResponse,
        field="items",
        view=lambda answer: items_view(answer.items, more=bool(answer.next_page_token)),
        limit=limit,
    )


def items_view(items: Sequence[paper_pb2.PaperItem], *, more: bool) -> RenderableType:
    """Shows what came on paper, a line each.

    Args:
        items: The items.
        more: Whether there are more.
    """
    if not items:
        return Text("Nothing came on paper.")
    table = Table("Reference", "Method", "Court", "Imported by", "Signed", "What became of it", "Approval")
    if more:
        table.caption = "There are more: ask for them with --limit."
    for one in items:
        ended = local_time(one.perform_time) if one.HasField("perform_time") else ""
        cells = (
            one.paper_reference,
            one.method.rpartition("/")[2],
            one.court_code,
            one.organisation,
            local_time(one.sign_time),
            f"{one.reason or 'performed'}, {ended}" if ended else "not ended yet: import it again",
            one.approval.removeprefix("approvals/"),
        )
        table.add_row(*(Text(cell, overflow="fold") for cell in cells))
    return table
