"""`xiezhi due`: what is due today, and what is late."""

from __future__ import annotations

from typing import Annotated

import typer

from xiezhi.cli.answers import tell_answer
from xiezhi.cli.carrying import fetch
from xiezhi.cli.command import command, examples
from xiezhi.cli.papers import date_message, read_date
from xiezhi.cli.receipt import ProvenAnswer
from xiezhi.cli.referral.calls import SUPERVISION
from xiezhi.cli.referral.views import due_view
from xiezhi.cli.session import Session
from xiezhi.client import tracing
from xiezhi.referral.v1 import supervision_pb2

PAGE = 500


def add_to(app: typer.Typer) -> None:
    """Adds the command to an application."""

    @command(
        app,
        calls=True,
        epilog=examples(
            "xiezhi due --as POL360102-I001                       a unit: its own, and what courts owe it",
            "xiezhi due --as GAN0102-J001 --until 2026-12-31      a court, until a day",
            "xiezhi due --as GAN-S001 --json                      a provincial body: all of the province",
        ),
    )
    def due(
        session: Session,
        until: Annotated[str, typer.Option("--until", help="Last day, inclusive, YYYY-MM-DD; else today.")] = "",
        limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="Most to list.")] = PAGE,
    ) -> None:
        """List what is due in referrals until today or a day, and all that is late, the earliest first.

        Each day tells the rule, the version of the rules and the calendar of working days that made it; a provisional
        one may change once the calendar of its year is published.
        """
        request = supervision_pb2.ListDueRequest()
        if until:
            request.until_date.CopyFrom(date_message(read_date(until)))
        answer = supervision_pb2.ListDueResponse()
        proven: list[ProvenAnswer] = []
        with session.connect() as client, tracing() as trace:
            while not proven or (request.page_token and len(answer.items) < limit):
                request.page_size = min(PAGE, limit - len(answer.items))
                page, own = fetch(client, SUPERVISION, request, kind=supervision_pb2.ListDueResponse)
                proven.append(own)
                answer.items.extend(page.items)
                request.page_token = answer.next_page_token = page.next_page_token
        tell_answer(session, answer, due_view(answer.items), proven=proven, trace_id=trace.trace_id)
