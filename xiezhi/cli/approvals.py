"""`xiezhi approvals`: see, decide, withdraw."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, cast

import typer
from google.protobuf.message import Message
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from xiezhi.approval.v1 import approval_pb2, approval_pb2_grpc
from xiezhi.cli.command import command, examples
from xiezhi.cli.documents import write_private
from xiezhi.cli.duration import parse_duration
from xiezhi.cli.output import CommandError
from xiezhi.cli.render import enum_name, local_time, message_dict, message_tree
from xiezhi.cli.session import Session
from xiezhi.client import Client, Review

app = typer.Typer(
    help="List, read, decide and withdraw approvals (审批).\n\n"
    "An approver sees the request decoded from the very bytes whose digest goes under the signature.",
    epilog=examples(
        "xiezhi approvals list --as GAN0102-C001 --state pending",
        "xiezhi approvals show NAME --as GAN0102-C001",
        "xiezhi approvals approve NAME --as GAN0102-C001 --reason 'Needed for enforcement.'",
    ),
    no_args_is_help=True,
)

NAME = "approvals/"
PAPER = "_pdf"
"""How the names of fields end that hold a PDF."""
Name = Annotated[str, typer.Argument(help="Name of the approval, or its UUID.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in your words.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before signing.")]
STATES = {
    name.removeprefix("STATE_").lower(): cast("approval_pb2.State", value)
    for name, value in approval_pb2.State.items()
    if value
}
_STYLES = {"PENDING": "yellow", "APPROVED": "green", "SPENT": "green"}


@command(
    app,
    "list",
    calls=True,
    epilog=examples(
        "xiezhi approvals list --as GAN0102-C001 --state pending", "xiezhi approvals list --as GAN0102-J001 --json"
    ),
)
def list_(
    session: Session,
    state: Annotated[str, typer.Option("--state", help=f"Only in this state: {', '.join(STATES)}.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Most to list.")] = 20,
) -> None:
    """List the approvals that you submitted or may decide on, newest first."""
    if state and state not in STATES:
        raise CommandError(f"There is no state {state}.", next_step=f"One of: {', '.join(STATES)}.")
    found: list[approval_pb2.Approval] = []
    with session.connect() as client:
        stub = approval_pb2_grpc.ApprovalServiceStub(client.channel)
        request = approval_pb2.ListApprovalsRequest(page_size=min(limit, 100))
        request.state = STATES.get(state, approval_pb2.STATE_UNSPECIFIED)
        while len(found) < limit:
            page = stub.ListApprovals(request)
            found += page.approvals
            request.page_token = page.next_page_token
            if not page.next_page_token:
                break
    shown = found[:limit]
    session.output.result([message_dict(approval) for approval in shown], _table(shown))


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi approvals show NAME --as GAN0102-C001",
        "xiezhi approvals show NAME --as GAN0102-C001 --papers-dir papers     rulings and notices to be read",
    ),
)
def show(
    session: Session,
    name: Name,
    papers_dir: Annotated[
        Path | None, typer.Option("--papers-dir", help="Write the papers in the request (PDF) here, to be read.")
    ] = None,
) -> None:
    """Show an approval, its request as decoded from the bytes, and their SHA-256."""
    with session.connect() as client:
        approval = _get(client, full_name(name))
    review = Review.of(approval) if approval.request else None
    data = message_dict(approval)
    if review is not None:
        data["request_decoded"] = message_dict(review.request)
        data["request_sha256_computed"] = review.request_sha256.hex()
    if review is not None and papers_dir is not None:
        data["papers"] = [str(file) for file in write_papers(review.request, papers_dir)]
    session.output.result(data, approval_view(approval, review))


@command(
    app,
    calls=True,
    epilog=examples("xiezhi approvals approve NAME --as GAN0102-C001 --reason 'Needed for enforcement.'"),
)
def approve(session: Session, name: Name, reason: Reason, yes: Yes = False) -> None:
    """Read a request, sign a consent over its digest, send it."""
    with session.connect() as client:
        review = _ask(session, client, name, question="Sign a CONSENT to exactly this request?", yes=yes)
        _report(session, client.approve(review, session.signer(), reason=reason))


@command(
    app, calls=True, epilog=examples("xiezhi approvals reject NAME --as GAN0102-C001 --reason 'The case is settled.'")
)
def reject(session: Session, name: Name, reason: Reason, yes: Yes = False) -> None:
    """Read a request, sign a refusal, send it."""
    with session.connect() as client:
        review = _ask(session, client, name, question="Sign a REFUSAL of this request?", yes=yes)
        _report(session, client.reject(review, session.signer(), reason=reason))


@command(
    app, calls=True, epilog=examples("xiezhi approvals revoke NAME --as GAN0102-C001 --reason 'The debtor has paid.'")
)
def revoke(session: Session, name: Name, reason: Reason, yes: Yes = False) -> None:
    """Take a consent back, at once; calls already answered stay answered."""
    with session.connect() as client:
        review = _ask(session, client, name, question="Sign a REVOCATION of this approval?", yes=yes)
        _report(session, client.revoke(review, session.signer(), reason=reason))


@command(
    app, calls=True, epilog=examples("xiezhi approvals withdraw NAME --as GAN0102-J001 --reason 'No longer needed.'")
)
def withdraw(session: Session, name: Name, reason: Reason) -> None:
    """Withdraw your own request."""
    with session.connect() as client:
        _report(session, client.withdraw(full_name(name), reason=reason))


@command(app, calls=True, epilog=examples("xiezhi approvals wait NAME --as GAN0102-J001 --timeout 2h"))
def wait(
    session: Session,
    name: Name,
    timeout: Annotated[str, typer.Option("--timeout", help="The longest to wait, as 90s, 10m or 2h.")] = "10m",
) -> None:
    """Follow an approval until it is decided. Exits with 1 unless it is approved."""
    with session.connect() as client:
        approval = client.wait(full_name(name), timeout=parse_duration(timeout, timedelta(seconds=1)))
    _report(session, approval)
    if approval.state != approval_pb2.STATE_APPROVED:
        raise typer.Exit(1)


def write_papers(request: Message, folder: Path) -> list[Path]:
    """Writes the papers that a request has in it, readable by their owner only.

    Args:
        request: The request.
        folder: Where to; made if missing.

    Returns:
        A file for each field that is a PDF and not empty, named as the field.
    """
    written = []
    for field, value in request.ListFields():
        if field.name.endswith(PAPER):
            written.append(folder / f"{field.name.removesuffix(PAPER)}.pdf")
            write_private(written[-1], value)
    return written


def full_name(name: str) -> str:
    """Returns the resource name of an approval that was given by name or by UUID."""
    return name if name.startswith(NAME) else NAME + name


def approval_view(approval: approval_pb2.Approval, review: Review | None) -> RenderableType:
    """Shows an approval to a person.

    Args:
        approval: The approval.
        review: Its decoded request; None where the caller does not get to see it.
    """
    facts = Table.grid(padding=(0, 2))
    for title, value in (
        ("Name", approval.name),
        ("State", _state(approval)),
        ("Method", approval.method),
        ("Case", f"{approval.court_code}  {approval.case_number}"),
        ("Requester", f"{approval.requester} of {approval.requester_court}"),
        ("Reason", approval.reason),
        *((("Rules", approval.framework_ref),) if approval.framework_ref else ()),
        ("Submitted", local_time(approval.submit_time)),
        ("Expires", local_time(approval.expire_time)),
        ("SHA-256", approval.request_sha256.hex()),
    ):
        facts.add_row(Text(title, style="cyan"), Text(value))
    parts: list[RenderableType] = [facts]
    if review is not None:
        tree = message_tree(review.request, str(review.request.DESCRIPTOR.full_name))
        parts.append(Panel(tree, title="The request, decoded from its bytes", title_align="left"))
        parts.append(Text(f"SHA-256 of these bytes, computed here: {review.request_sha256.hex()}"))
    if approval.timeline:
        parts.append(_timeline(approval))
    return Group(*parts)


def _ask(session: Session, client: Client, name: str, *, question: str, yes: bool) -> Review:
    """Shows what is to be signed and asks for the person's word."""
    review = client.review(full_name(name))
    if not session.output.as_json:
        session.output.console.print(approval_view(review.approval, review))
    if not yes:
        if session.output.as_json:
            raise CommandError("Nothing is signed unseen.", next_step="Add --yes to sign with --json.")
        typer.confirm(question, abort=True)
    return review


def _report(session: Session, approval: approval_pb2.Approval) -> None:
    session.output.result(message_dict(approval), f"{approval.name} is [bold]{_state(approval)}[/].")


def _get(client: Client, name: str) -> approval_pb2.Approval:
    stub = approval_pb2_grpc.ApprovalServiceStub(client.channel)
    return stub.GetApproval(approval_pb2.GetApprovalRequest(name=name)).approval


def _state(approval: approval_pb2.Approval) -> str:
    return enum_name(approval_pb2.State.DESCRIPTOR, approval.state)


def _table(approvals: list[approval_pb2.Approval]) -> RenderableType:
    if not approvals:
        return Text("No approvals.")
    table = Table("Approval", "State", "Case", "Requester", "Expires")
    for approval in approvals:
        state = _state(approval)
        name = Text(approval.name.removeprefix(NAME), overflow="fold")
        expires = local_time(approval.expire_time)
        case = Text(approval.case_number, overflow="fold")
        table.add_row(name, Text(state, _STYLES.get(state, "red")), case, approval.requester, expires)
    return table


def _timeline(approval: approval_pb2.Approval) -> RenderableType:
    table = Table("When", "What", "Who", "Reason", "Trace", title="Timeline", title_justify="left")
    for event in approval.timeline:
        kind = enum_name(approval_pb2.TimelineEvent.Kind.DESCRIPTOR, event.kind)
        trace = Text(event.trace_id, overflow="fold")
        table.add_row(local_time(event.time), kind, event.actor, Text(event.reason), trace)
    return table
