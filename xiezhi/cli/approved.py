"""Calls that need an approval, in one command: submitted, waited for, and made with the bytes that were approved."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.message import Message
from rich.console import Group
from rich.text import Text

from xiezhi.approval.v1 import approval_pb2, approval_pb2_grpc
from xiezhi.cli.approvals import approval_view, full_name
from xiezhi.cli.duration import parse_duration
from xiezhi.cli.output import CommandError
from xiezhi.cli.receipt import ProvenAnswer
from xiezhi.cli.render import message_dict
from xiezhi.cli.session import Session
from xiezhi.client import Client, find_method
from xiezhi.proof.receipt import split_receipt

APPROVAL = "Its approval (审批): submit with --reason, or name one with --approval"
SHORTEST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ApprovalChoice:
    """How the caller comes to an approval.

    Attributes:
        approval: Name of one that is there already; its request is what is asked.
        reason: Why a new one is asked for.
        wait: How long to wait for its decision; empty not to wait.
        validity: How long it shall live; empty for the longest.
        receipt: Where the receipt is written; None for nowhere.
    """

    approval: Annotated[
        str,
        typer.Option("--approval", help="Make the call that this approval was given for.", rich_help_panel=APPROVAL),
    ] = ""
    reason: Annotated[
        str,
        typer.Option("--reason", help="Submit the call for approval; why, for approvers.", rich_help_panel=APPROVAL),
    ] = ""
    wait: Annotated[
        str,
        typer.Option("--wait", help="Wait for the decision, as 90s or 2h, then call.", rich_help_panel=APPROVAL),
    ] = ""
    validity: Annotated[
        str,
        typer.Option(
            "--validity", help="Life of the approval, as 8h or 3d; else the longest.", rich_help_panel=APPROVAL
        ),
    ] = ""
    receipt: Annotated[
        Path | None, typer.Option("--receipt", help="Write the receipt here, for `xiezhi ledger verify`.")
    ] = None


@dataclass(frozen=True, slots=True)
class Granted:
    """A request that was approved.

    Attributes:
        approval: Name of the approval.
        request: The exact bytes.
    """

    approval: str
    request: bytes


def obtain(
    session: Session, client: Client, method: str, *, build: Callable[[], Message], choice: ApprovalChoice
) -> Granted | None:
    """Comes to an approved request as the options say: the one named, or a new one.

    Args:
        session: Who asks; told how to go on where the call is only submitted.
        client: The caller's client.
        method: Full name of the method.
        build: Makes the request; asked for a new one only.
        choice: What the options say.

    Returns:
        The request, None where it was submitted and is not to be waited for.

    Raises:
        CommandError: If neither an approval nor a reason is given, the approval is for another method, or the decision
            is another one.
        DeadlineExceeded: If nothing is decided in time.
    """
    if choice.approval:
        name = full_name(choice.approval)
        return Granted(name, approved_request(client, name, method=method))
    if not choice.reason:
        raise CommandError(
            "This call needs an approval.",
            next_step="Submit it with --reason 'WHY', and --wait 10m to wait; or name one with --approval.",
        )
    patience = parse_duration(choice.wait, timedelta(seconds=1)) if choice.wait else None
    lives = parse_duration(choice.validity, SHORTEST) if choice.validity else None
    request = build().SerializeToString(deterministic=True)
    approval = client.submit(method, request, reason=choice.reason, validity=lives)
    if patience is None:
        _tell_submitted(session, approval)
        return None
    session.output.note(f"Submitted as {approval.name}; waiting for the decision.")
    decided = client.wait(approval, timeout=patience)
    if decided.state != approval_pb2.STATE_APPROVED:
        state = approval_pb2.State.Name(decided.state).removeprefix("STATE_")
        raise CommandError(f"{approval.name} is {state}.", next_step=f"Read why: xiezhi approvals show {approval.name}")
    return Granted(approval.name, request)


def approved_request(client: Client, name: str, *, method: str) -> bytes:
    """Returns the bytes that an approval was given for, as its requester may read them.

    Args:
        client: The requester's client.
        name: Name of the approval.
        method: The method it must be for.

    Raises:
        CommandError: If the approval is for another method or has ended.
        XiezhiError: If it is not the caller's.
    """
    stub = approval_pb2_grpc.ApprovalServiceStub(client.channel)
    found = stub.GetApproval(approval_pb2.GetApprovalRequest(name=name)).approval
    if found.method != method:
        raise CommandError(f"{name} was given for {found.method}.")
    if not found.request:
        state = approval_pb2.State.Name(found.state).removeprefix("STATE_")
        raise CommandError(f"{name} is {state}; its request is no longer kept.", next_step="Submit a new request.")
    return bytes(found.request)


def call_proven(client: Client, method: str, request: bytes, *, approval: str = "") -> ProvenAnswer:
    """Makes a call and returns the answer's exact bytes; its receipt has been verified.

    Args:
        client: The caller's client.
        method: Full name of the method.
        request: The request's exact bytes.
        approval: Name of the approval; empty where the method needs none.
    """
    return next(iter(stream_proven(client, method, request, approval=approval)))


def stream_proven(client: Client, method: str, request: bytes, *, approval: str = "") -> Iterator[ProvenAnswer]:
    """Makes a call and yields the exact bytes of each of its answers; as `call_proven` otherwise."""
    with client.using(approval):
        if find_method(method).server_streaming:
            answers: Iterator[bytes] = client.channel.unary_stream(method)(request)
        else:
            answers = iter((client.channel.unary_unary(method)(request),))
    digest = hashlib.sha256(request).digest()
    for raw in answers:
        payload, receipt = split_receipt(raw)
        if receipt is None:
            raise CommandError(f"{method} answers without a receipt.")
        yield ProvenAnswer(method, digest, raw, bytes(payload), receipt)


def _tell_submitted(session: Session, approval: approval_pb2.Approval) -> None:
    lines = (
        f"Submitted as {approval.name}. An approver decides with",
        f"  xiezhi approvals approve {approval.name} --as APPROVER --reason '...'",
        "and then this command is called again with",
        f"  --approval {approval.name}",
    )
    told = Text("\n" + "\n".join(lines), overflow="fold")
    session.output.result(message_dict(approval), Group(approval_view(approval, None), told))
