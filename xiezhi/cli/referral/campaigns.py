"""`xiezhi referral campaign`: campaigns (专项行动) that group referrals for statistics."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from xiezhi.cli.carrying import Ordered, ask
from xiezhi.cli.command import command, examples
from xiezhi.cli.papers import date_message, read_date
from xiezhi.cli.referral.calls import CAMPAIGNS, SUPERVISION, full_name
from xiezhi.cli.render import format_date
from xiezhi.cli.session import Session
from xiezhi.referral.v1 import supervision_pb2

app = typer.Typer(
    help="Campaigns (专项行动) of a provincial body: they group referrals for statistics and move no deadline.",
    epilog=examples(
        "xiezhi referral campaign open --as GAN-S001 --title 春雷行动 --from 2026-11-01 --to 2026-12-31",
        "xiezhi referral campaign list --as GAN-S001",
    ),
    no_args_is_help=True,
)


@command(
    app,
    "open",
    calls=True,
    epilog=examples("xiezhi referral campaign open --as GAN-S001 --title 春雷行动 --from 2026-11-01 --to 2026-12-31"),
)
def open_(
    session: Session,
    title: Annotated[str, typer.Option("--title", help="Its title.")],
    first: Annotated[str, typer.Option("--from", help="First day, YYYY-MM-DD.")],
    last: Annotated[str, typer.Option("--to", help="Last day, inclusive.")],
) -> None:
    """Open a campaign."""
    request = supervision_pb2.CreateCampaignRequest(
        request_id=str(uuid.uuid4()),
        title=title,
        start_date=date_message(read_date(first)),
        end_date=date_message(read_date(last)),
    )
    kind = supervision_pb2.CreateCampaignResponse
    ask(session, Ordered(SUPERVISION, kind, lambda answer: campaigns_view([answer.campaign])), request)


@command(app, calls=True, epilog=examples("xiezhi referral campaign join CAMPAIGN REFERRAL REFERRAL --as GAN-S001"))
def join(
    session: Session,
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Name of the campaign, or its UUID.")],
    referrals: Annotated[list[str], typer.Argument(metavar="REFERRAL...", help="Names of referrals.")],
) -> None:
    """Add referrals to a campaign; those that are in it already stay."""
    request = supervision_pb2.JoinCampaignRequest(
        request_id=str(uuid.uuid4()), name=full_name(campaign, CAMPAIGNS), referrals=map(full_name, referrals)
    )
    kind = supervision_pb2.JoinCampaignResponse
    ask(session, Ordered(SUPERVISION, kind, lambda answer: campaigns_view([answer.campaign])), request)


@command(app, "list", calls=True, epilog=examples("xiezhi referral campaign list --as GAN-S001"))
def list_(session: Session) -> None:
    """List campaigns with their numbers, the newest first."""
    kind = supervision_pb2.ListCampaignsResponse
    request = supervision_pb2.ListCampaignsRequest()
    ask(session, Ordered(SUPERVISION, kind, lambda answer: campaigns_view(answer.campaigns)), request)


def campaigns_view(campaigns: Iterable[supervision_pb2.Campaign]) -> RenderableType:
    """Shows campaigns, a line each."""
    table = Table("Campaign", "Title", "From", "To", "By", "Referrals", "Filed")
    for one in campaigns:
        name = Text(one.name.removeprefix(CAMPAIGNS), overflow="fold")
        days = format_date(one.start_date), format_date(one.end_date)
        table.add_row(name, Text(one.title), *days, one.opened_by, str(one.referral_count), str(one.filed_count))
    return table if table.row_count else Text("No campaigns.")
