"""`xiezhi dispute`: consultation between a court and the police, and settlement by both provincial bodies."""

from __future__ import annotations

import uuid
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from xiezhi.cli.answers import keep_receipts
from xiezhi.cli.carrying import Ordered, ask, fetch, list_all
from xiezhi.cli.command import command, examples
from xiezhi.cli.coordination.calls import read_words
from xiezhi.cli.coordination.dispute_views import answer_view, disputes_view
from xiezhi.cli.documents import read_bytes, write_private
from xiezhi.cli.output import CommandError
from xiezhi.cli.referral.calls import Receipt
from xiezhi.cli.sealed import seal
from xiezhi.cli.session import Session
from xiezhi.coordination.v1 import dispute_pb2

SERVICE = "/xiezhi.coordination.v1.DisputeService/"
PREFIX = "disputes/"
BODIES = ("赣", "360000000000")
"""Whose seals a settlement has: the High Court's and the Provincial Public Security Department's."""
PAGE = 100

app = typer.Typer(
    help="Disputes between a court and the police about a request, a measure or a referral (协商).\n\n"
    "Both sides consult; where they find no agreement, both provincial bodies settle by a record with both seals. "
    "Texts name no person and no number: the name of the object says what is meant.",
    epilog=examples(
        "xiezhi dispute open referrals/UUID --as GAN0102-J001 --topic delay --text 逾期未书面答复",
        "xiezhi dispute position NAME --as POL360102-C001 --agree --text 三日内书面答复",
        "xiezhi dispute list --as GAN0102-J001",
        "xiezhi dispute settle NAME --as POL360000-S001",
    ),
    no_args_is_help=True,
)
_JUDGE, _HEAD, _BODY = "--as GAN0102-J001", "--as POL360102-C001", "--as GAN-S001"


class Topic(StrEnum):
    """What is in dispute."""

    REFUSAL = "refusal"
    DELAY = "delay"
    CONTENT = "content"
    COMPETENCE = "competence"
    OTHER = "other"


class State(StrEnum):
    """State of a dispute."""

    OPEN = "open"
    AGREED = "agreed"
    ESCALATED = "escalated"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


DisputeName = Annotated[str, typer.Argument(metavar="NAME", help="Name of the dispute, or its UUID.")]
Words = Annotated[
    str, typer.Option("--text", help="What is written, without names and numbers of persons; - to pipe it in.")
]


@command(
    app,
    "open",
    calls=True,
    epilog=examples(
        f"xiezhi dispute open referrals/UUID {_JUDGE} --topic delay --text 逾期未书面答复",
        f"xiezhi dispute open seizures/UUID {_JUDGE} --topic content --with 360100000000 --text 查封信息有误",
    ),
)
def open_(
    session: Session,
    subject: Annotated[str, typer.Argument(metavar="OBJECT", help="Name of a request, a measure or a referral.")],
    topic: Annotated[Topic, typer.Option("--topic", help="What is in dispute.")],
    text: Words,
    counterpart: Annotated[
        str, typer.Option("--with", help="The police organisation that is meant, where the object leaves several.")
    ] = "",
    receipt: Receipt = None,
) -> None:
    """Open a dispute about an object that your organisation is a side of; it changes no measure and stops no clock."""
    request = dispute_pb2.OpenDisputeRequest(
        request_id=str(uuid.uuid4()),
        subject=subject,
        topic=f"DISPUTE_TOPIC_{topic.name}",
        text=read_words(text),
        counterpart=counterpart,
    )
    ask(session, Ordered(SERVICE, dispute_pb2.OpenDisputeResponse, answer_view), request, receipt=receipt)


@command(app, calls=True, epilog=examples(f"xiezhi dispute consult NAME {_HEAD} --text 正在补充调查"))
def consult(session: Session, name: DisputeName, text: Words, receipt: Receipt = None) -> None:
    """Write to the other side; it is kept in the log."""
    request = dispute_pb2.ConsultDisputeRequest(
        request_id=str(uuid.uuid4()), name=full_name(name), text=read_words(text)
    )
    ask(session, Ordered(SERVICE, dispute_pb2.ConsultDisputeResponse, answer_view), request, receipt=receipt)


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi dispute position NAME {_HEAD} --agree --text 三日内书面答复",
        f"xiezhi dispute position NAME {_JUDGE} --no-agreement --text 期限不能再延",
    ),
)
def position(
    session: Session,
    name: DisputeName,
    agree: Annotated[
        bool, typer.Option("--agree/--no-agreement", help="To agree to the terms, or to find no agreement.")
    ],
    text: Annotated[
        str,
        typer.Option("--text", help="The terms, the very same on both sides; or why there is none; - to pipe it in."),
    ],
    receipt: Receipt = None,
) -> None:
    """Record your side's position; both sides on the same terms agree, both without agreement go further."""
    found = dispute_pb2.DISPUTE_POSITION_AGREED if agree else dispute_pb2.DISPUTE_POSITION_NO_AGREEMENT
    request = dispute_pb2.RecordPositionRequest(
        request_id=str(uuid.uuid4()), name=full_name(name), position=found, text=read_words(text)
    )
    ask(session, Ordered(SERVICE, dispute_pb2.RecordPositionResponse, answer_view), request, receipt=receipt)


@command(app, calls=True, epilog=examples(f"xiezhi dispute escalate NAME {_JUDGE}"))
def escalate(session: Session, name: DisputeName, receipt: Receipt = None) -> None:
    """Take it to both provincial bodies, after the other side was silent for fifteen days."""
    request = dispute_pb2.EscalateDisputeRequest(request_id=str(uuid.uuid4()), name=full_name(name))
    ask(session, Ordered(SERVICE, dispute_pb2.EscalateDisputeResponse, answer_view), request, receipt=receipt)


@command(app, calls=True, epilog=examples(f"xiezhi dispute withdraw NAME {_JUDGE} --text 已解决"))
def withdraw(session: Session, name: DisputeName, text: Words, receipt: Receipt = None) -> None:
    """Withdraw a dispute that your side opened."""
    request = dispute_pb2.WithdrawDisputeRequest(
        request_id=str(uuid.uuid4()), name=full_name(name), text=read_words(text)
    )
    ask(session, Ordered(SERVICE, dispute_pb2.WithdrawDisputeResponse, answer_view), request, receipt=receipt)


@command(app, calls=True, epilog=examples(f"xiezhi dispute draft NAME {_BODY} --text 限五日内书面答复 --to record.pdf"))
def draft(
    session: Session,
    name: DisputeName,
    text: Annotated[
        str, typer.Option("--text", help="What both bodies settle, each line a paragraph; - to pipe it in.")
    ],
    to: Annotated[Path, typer.Option("--to", help="Save the record here, not sealed yet.")],
    receipt: Receipt = None,
) -> None:
    """Have the record of settlement (会商纪要) set as a PDF, for both bodies to seal; nothing is settled by it."""
    request = dispute_pb2.DraftSettlementRequest(name=full_name(name), text=read_words(text))
    with session.connect() as client:
        answer, proven = fetch(client, SERVICE, request, kind=dispute_pb2.DraftSettlementResponse)
    keep_receipts(receipt, [proven])
    write_private(to, answer.document)
    session.output.result({"file": str(to)}, f"The record is in {to}, not sealed yet.")


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi dispute settle NAME {_BODY} --file record.pdf --dev-seals   seals it with both development seals",
        f"xiezhi dispute settle NAME {_BODY} --file sealed.pdf",
    ),
)
def settle(
    session: Session,
    name: DisputeName,
    file: Annotated[Path, typer.Option("--file", help="The record with the seals of both bodies.")],
    dev_seals: Annotated[
        bool, typer.Option("--dev-seals", help="Seal it with the development seals of both bodies first.")
    ] = False,
    save: Annotated[Path | None, typer.Option("--save", help="Save the sealed record here.")] = None,
    receipt: Receipt = None,
) -> None:
    """Settle a dispute by a record that both provincial bodies have sealed; both sides are told."""
    pdf = read_bytes(file)
    if dev_seals:
        for body in BODIES:
            pdf = seal(session, pdf, organisation=body)
    if save is not None:
        write_private(save, pdf)
    request = dispute_pb2.SettleDisputeRequest(request_id=str(uuid.uuid4()), name=full_name(name), document=pdf)
    ask(session, Ordered(SERVICE, dispute_pb2.SettleDisputeResponse, answer_view), request, receipt=receipt)


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi dispute show NAME {_JUDGE}", f"xiezhi dispute show NAME {_JUDGE} --save record.pdf     once settled"
    ),
)
def show(
    session: Session,
    name: DisputeName,
    save: Annotated[Path | None, typer.Option("--save", help="Save the sealed record of settlement here.")] = None,
    receipt: Receipt = None,
) -> None:
    """Show a dispute with all that was written and recorded."""
    request = dispute_pb2.GetDisputeRequest(name=full_name(name))
    answer = ask(session, Ordered(SERVICE, dispute_pb2.GetDisputeResponse, answer_view), request, receipt=receipt)
    if save is not None:
        if not answer.dispute.settlement:
            raise CommandError("The dispute is not settled.", next_step="Look at its state; then leave --save out.")
        write_private(save, answer.dispute.settlement)


@command(
    app,
    "list",
    calls=True,
    epilog=examples(f"xiezhi dispute list {_JUDGE}", f"xiezhi dispute list {_BODY} --state escalated --json"),
)
def list_(
    session: Session,
    state: Annotated[State | None, typer.Option("--state", help="Only those in this state.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Most to list.")] = PAGE,
) -> None:
    """List the disputes of your organisation, the newest first; provincial bodies see what came to them too."""
    wanted = state.name if state is not None else "UNSPECIFIED"
    request = dispute_pb2.ListDisputesRequest(state=f"DISPUTE_STATE_{wanted}")
    list_all(
        session,
        SERVICE,
        request,
        kind=dispute_pb2.ListDisputesResponse,
        field="disputes",
        view=lambda answer: disputes_view(answer.disputes),
        limit=limit,
    )


def full_name(name: str) -> str:
    """Returns the resource name of a dispute that is given by name or by UUID.

    Raises:
        CommandError: If it is empty.
    """
    if not name:
        raise CommandError("No dispute is named.", next_step="`xiezhi dispute list` shows the names.")
    return name if name.startswith(PREFIX) else PREFIX + name
