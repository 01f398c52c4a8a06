"""`xiezhi referral keycases`: key cases under the joint supervision (联合督办) of both provincial bodies."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from xiezhi.cli.answers import tell_answer
from xiezhi.cli.carrying import Ordered, ask, fetch
from xiezhi.cli.command import command, examples
from xiezhi.cli.documents import read_bytes, write_private
from xiezhi.cli.referral.calls import KEY_CASE_LISTS, SUPERVISION, full_name
from xiezhi.cli.referral.letters import own_unit
from xiezhi.cli.render import enum_name, local_time
from xiezhi.cli.sealed import seal
from xiezhi.cli.session import Session
from xiezhi.client import Client, tracing
from xiezhi.referral.v1 import supervision_pb2

app = typer.Typer(
    help="Key cases under joint supervision (联合督办重点案件): a list counts once both bodies have signed.",
    epilog=examples(
        "xiezhi referral keycases propose REFERRAL --as GAN-S001 --title 2026年重点案件清单",
        "xiezhi referral keycases sign LIST --as POL360000-S001",
        "xiezhi referral keycases list --as GAN0102-J001",
    ),
    no_args_is_help=True,
)


@command(
    app,
    calls=True,
    epilog=examples("xiezhi referral keycases propose REFERRAL --as GAN-S001 --title 2026年重点案件清单"),
)
def propose(
    session: Session,
    referrals: Annotated[list[str], typer.Argument(metavar="REFERRAL...", help="Names of referrals.")],
    title: Annotated[str, typer.Option("--title", help="Title of the list.")],
    year: Annotated[int | None, typer.Option("--year", min=2018, max=2100, help="Year; else this one.")] = None,
) -> None:
    """Propose a list; it is PENDING until both bodies have signed it."""
    request = supervision_pb2.ProposeKeyCasesRequest(
        request_id=str(uuid.uuid4()),
        year=year or session.today().year,
        title=title,
        referrals=map(full_name, referrals),
    )
    kind = supervision_pb2.ProposeKeyCasesResponse
    ask(session, Ordered(SUPERVISION, kind, lambda answer: lists_view([answer.list])), request)


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi referral keycases sign LIST --as GAN-S001",
        "xiezhi referral keycases sign LIST --as GAN-S001 --draft-to list.pdf     to be sealed elsewhere",
        "xiezhi referral keycases sign LIST --as GAN-S001 --file sealed.pdf",
    ),
)
def sign(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="LIST", help="Name of the list, or its UUID.")],
    file: Annotated[
        Path | None,
        typer.Option("--file", help="The list, sealed elsewhere; else it is sealed with the body's development seal."),
    ] = None,
    draft_to: Annotated[Path | None, typer.Option("--draft-to", help="Only save the list without a seal.")] = None,
    save: Annotated[Path | None, typer.Option("--save", help="Save the sealed list here.")] = None,
) -> None:
    """Sign a list with your body's seal; with the second of the two signatures it is published."""
    full = full_name(name, KEY_CASE_LISTS)
    with session.connect() as client, tracing() as trace:
        if draft_to is not None:
            write_private(draft_to, draft_list(client, full))
            session.output.result({"file": str(draft_to)}, f"The list is in {draft_to}, not sealed yet.")
            return
        pdf = read_bytes(file) if file is not None else sealed_list(session, client, full)
        request = supervision_pb2.SignKeyCasesRequest(request_id=str(uuid.uuid4()), name=full, list_pdf=pdf)
        answer, proven = fetch(client, SUPERVISION, request, kind=supervision_pb2.SignKeyCasesResponse)
    if save is not None:
        write_private(save, pdf)
    tell_answer(session, answer, lists_view([answer.list]), proven=[proven], trace_id=trace.trace_id)


@command(app, "list", calls=True, epilog=examples("xiezhi referral keycases list --as GAN0102-J001 --year 2026"))
def list_(
    session: Session,
    year: Annotated[int, typer.Option("--year", min=0, max=2100, help="Year; else this one.")] = 0,
) -> None:
    """List a year's lists; courts and units see the published ones with their own cases."""
    kind = supervision_pb2.ListKeyCasesResponse
    request = supervision_pb2.ListKeyCasesRequest(year=year)
    ask(session, Ordered(SUPERVISION, kind, lambda answer: lists_view(answer.lists)), request)


def draft_list(client: Client, name: str) -> bytes:
    """Has the exchange set a list, as a PDF that is not sealed yet.

    Args:
        client: A client of a provincial body.
        name: Full name of the list.
    """
    request = supervision_pb2.DraftKeyCaseListRequest(name=name)
    answer, _ = fetch(client, SUPERVISION, request, kind=supervision_pb2.DraftKeyCaseListResponse)
    return bytes(answer.pdf)


def sealed_list(session: Session, client: Client, name: str) -> bytes:
    """Has the exchange set a list, and seals it with the development seal of the officer's body; as `draft_list`."""
    return seal(session, draft_list(client, name), organisation=own_unit(session))


def lists_view(lists: Iterable[supervision_pb2.KeyCaseList]) -> RenderableType:
    """Shows lists with their cases."""
    parts = [part for one in lists for part in _list(one)]
    return Group(*parts) if parts else Text("No lists.")


def _list(one: supervision_pb2.KeyCaseList) -> tuple[RenderableType, RenderableType]:
    state = enum_name(supervision_pb2.KeyCaseListState.DESCRIPTOR, one.state)
    signed = f"signed by {', '.join(one.signed_by)}" if one.signed_by else "signed by nobody yet"
    style = "green" if one.state == supervision_pb2.KEY_CASE_LIST_STATE_PUBLISHED else "yellow"
    head = Text.assemble(
        (f"{one.year} {one.title}  ", "bold"), (state, style), f"  {signed}  {local_time(one.publish_time)}\n{one.name}"
    )
    table = Table("Case", "Court", "Unit", "Stands", "Referral")
    for case in one.cases:
        stands = "closed" if case.closed else "open"
        stands += ", carried over" if case.carried_over else ""
        referral = Text(case.referral.removeprefix("referrals/"), overflow="fold")
        table.add_row(case.case_number, case.court_code, case.unit, stands, referral)
    return head, table
