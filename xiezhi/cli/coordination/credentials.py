"""`xiezhi credential`: the register of duty credentials (执行公务证, 工作证)."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import Annotated

import typer

from xiezhi.cli.carrying import Ordered, ask, list_all
from xiezhi.cli.command import command, examples
from xiezhi.cli.coordination import views
from xiezhi.cli.coordination.calls import CREDENTIALS, full_name, own_organisation, read_secret
from xiezhi.cli.papers import date_message, read_date
from xiezhi.cli.session import Session
from xiezhi.coordination.v1 import credential_pb2

NAMES = "credentials/"


class Kind(StrEnum):
    """Kinds of credentials."""

    WORK_CARD = "work-card"
    ENFORCEMENT_CARD = "enforcement-card"


app = typer.Typer(
    help="Duty credentials of a court's officers. A call in a case needs both of the officer's own, in force.",
    epilog=examples(
        "xiezhi credential list --as GAN0102-R001",
        "xiezhi credential register GAN0102-J009 work-card --until 2030-12-31 --as GAN0102-R001",
    ),
    no_args_is_help=True,
)


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi credential register GAN0102-J009 work-card --until 2030-12-31 --as GAN0102-R001",
        "xiezhi credential register GAN0102-J009 enforcement-card --until 2030-12-31 --as GAN0102-R001 < number.txt",
    ),
)
def register(
    session: Session,
    officer: Annotated[str, typer.Argument(metavar="OFFICER", help="Officer id of whose it is.")],
    kind: Annotated[Kind, typer.Argument(metavar="KIND", help="work-card (工作证) or enforcement-card (执行公务证).")],
    until: Annotated[str, typer.Option("--until", help="Last day, YYYY-MM-DD; at most ten years after the first.")],
    start: Annotated[str, typer.Option("--from", help="First day, YYYY-MM-DD; else today.")] = "",
    court: Annotated[str, typer.Option("--court", help="Your court; else by your keys.")] = "",
) -> None:
    """Register a credential of an officer of your own court.

    Its number is asked for, or read from standard input: no list of processes and no history of commands shows it.
    """
    request = credential_pb2.RegisterCredentialRequest(
        request_id=str(uuid.uuid4()),
        court_code=own_organisation(session, court),
        officer_id=officer,
        kind=f"CREDENTIAL_KIND_{kind.name}",
        issue_date=date_message(read_date(start) if start else session.today()),
        expire_date=date_message(read_date(until)),
        number=read_secret("number"),
    )
    answers = credential_pb2.RegisterCredentialResponse
    ask(session, Ordered(CREDENTIALS, answers, lambda answer: views.credentials_view([answer.credential])), request)


@command(app, calls=True, epilog=examples("xiezhi credential revoke NAME --reason 遗失 --as GAN0102-R001"))
def revoke(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the credential, or its UUID.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
) -> None:
    """Revoke a credential of your own court, at once and for good."""
    request = credential_pb2.RevokeCredentialRequest(
        request_id=str(uuid.uuid4()), name=full_name(name, NAMES), reason=reason
    )
    answers = credential_pb2.RevokeCredentialResponse
    ask(session, Ordered(CREDENTIALS, answers, lambda answer: views.credentials_view([answer.credential])), request)


@command(app, "list", calls=True, epilog=examples("xiezhi credential list --officer GAN0102-J001 --as GAN0102-R001"))
def list_(
    session: Session,
    officer: Annotated[str, typer.Option("--officer", help="Only of this officer.")] = "",
) -> None:
    """List the credentials of your own court, the newest first."""
    list_all(
        session,
        CREDENTIALS,
        credential_pb2.ListCredentialsRequest(officer_id=officer),
        kind=credential_pb2.ListCredentialsResponse,
        field="credentials",
        view=lambda answer: views.credentials_view(answer.credentials),
    )
