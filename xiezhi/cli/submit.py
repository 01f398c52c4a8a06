"""`xiezhi submit`: asks for an approval of a call."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import Message
from rich.console import Group
from rich.text import Text

from xiezhi.cli import household
from xiezhi.cli.approvals import approval_view
from xiezhi.cli.case import Case, Court, EnforcementCard, HandlerName, Phone, WorkCard
from xiezhi.cli.command import callback, command, examples
from xiezhi.cli.documents import read_json
from xiezhi.cli.duration import parse_duration
from xiezhi.cli.output import CommandError
from xiezhi.cli.render import message_dict
from xiezhi.cli.session import Session
from xiezhi.client import find_method

app = typer.Typer(help="Submit the exact bytes of a call for approval (报请审批).")

SHORTEST = timedelta(minutes=1)

Why = Annotated[str, typer.Option("--reason", help="Why, for the approvers.")]
Validity = Annotated[
    str, typer.Option("--validity", help="How long the approval shall live, as 30m, 8h or 3d; else the longest.")
]

_ANY = examples(
    "xiezhi submit --as GAN0102-J001 --method /xiezhi.identity.v1.IdentityService/LookupHousehold "
    "--file request.json --reason 'Whereabouts of the debtor.'",
    "xiezhi submit household --help",
)
_HOUSEHOLD = examples(
    "xiezhi submit household --as GAN0102-J001 --case （2018）赣0102执1234号 --name NAME --number NUMBER "
    "--reason 'Whereabouts of the debtor.'",
    "xiezhi submit household --as GAN0102-J001 --case ... --name ... --number ... --category household "
    "--reason '...' --validity 8h --json",
)


@callback(app, calls=True, epilog=_ANY)
def request(
    session: Session,
    method: Annotated[str, typer.Option("--method", help="Full name of the method.")] = "",
    file: Annotated[
        Path | None, typer.Option("--file", help="The request in protobuf's JSON form; - for standard input.")
    ] = None,
    reason: Why = "",
    validity: Validity = "",
) -> None:
    """Submit any request for approval, from a JSON file; or a household lookup, from options."""
    if not method or file is None or not reason:
        raise CommandError(
            "A submission needs --method, --file and --reason.",
            next_step="Or describe a household lookup with `xiezhi submit household`.",
        )
    message = read_request(method, file)
    _submit(session, method, message, reason=reason, validity=validity)


@command(app, name="household", calls=True, epilog=_HOUSEHOLD)
def submit_household(
    session: Session,
    reason: Why,
    case: Case,
    name: household.Name,
    number: household.Number,
    court: Court = "",
    category: household.Categories = None,
    historic: household.Historic = False,
    validity: Validity = "",
    handler_name: HandlerName = "",
    phone: Phone = "",
    work_card: WorkCard = "",
    enforcement_card: EnforcementCard = "",
) -> None:
    """Submit a household lookup (户籍查询) for approval.

    The call itself is made with `xiezhi lookup household` and the approval's name, once it is approved.
    """
    question = household.HouseholdQuestion(
        case=case,
        court=court,
        name=name,
        number=number,
        categories=tuple(category or household.EVERY_CATEGORY),
        historic=historic,
        handler_name=handler_name,
        phone=phone,
        work_card=work_card,
        enforcement_card=enforcement_card,
    )
    message = household.build_request(session, question, request_id=str(uuid.uuid4()))
    _submit(session, household.METHOD, message, reason=reason, validity=validity)


def read_request(method: str, file: Path) -> Message:
    """Reads a request from JSON.

    Args:
        method: Full name of the method.
        file: The file; "-" for standard input.

    Raises:
        CommandError: If it is no such request.
        UnknownMethodError: If there is no such method.
    """
    message = find_method(method).input_class()
    try:
        return ParseDict(read_json(file), message)
    except ParseError:
        raise CommandError(
            f"{file} is no {message.DESCRIPTOR.full_name}.",
            next_step="Write it in protobuf's JSON form, with the field names of the contract.",
        ) from None


def _submit(session: Session, method: str, message: Message, *, reason: str, validity: str) -> None:
    lives = parse_duration(validity, SHORTEST) if validity else None
    with session.connect() as client:
        approval = client.submit(method, message, reason=reason, validity=lives)
    lines = [
        f"Submitted as {approval.name}. An approver decides with",
        f"  xiezhi approvals approve {approval.name} --as APPROVER --reason '...'",
    ]
    if method == household.METHOD:
        call = f"  xiezhi lookup household --as {session.officer_id or 'OFFICER'} --approval {approval.name}"
        lines += ["and then the call is made with", call]
    told = Text("\n" + "\n".join(lines), overflow="fold")
    session.output.result(message_dict(approval), Group(approval_view(approval, None), told))
