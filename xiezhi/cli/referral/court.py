"""What courts do with referrals: send, supplement, withdraw, list, and fetch documents."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.message import Message
from rich.console import Group, RenderableType
from rich.text import Text

from xiezhi.cli.answers import keep_receipts, tell_answer
from xiezhi.cli.approved import ApprovalChoice
from xiezhi.cli.carrying import Ordered, ask, carry_out, fetch
from xiezhi.cli.case import CaseQuestion
from xiezhi.cli.command import command, examples
from xiezhi.cli.documents import read_bytes, write_private
from xiezhi.cli.duration import read_instant
from xiezhi.cli.output import CommandError
from xiezhi.cli.referral.calls import COURT, UNIT, Receipt, ReferralName, full_name
from xiezhi.cli.referral.packages import Dossier, EvidenceTexts, PackageChoice, SupplementChoice
from xiezhi.cli.referral.suspects import SuspectsQuestion
from xiezhi.cli.referral.views import answer_view, referral_view
from xiezhi.cli.render import enum_name
from xiezhi.cli.session import Session
from xiezhi.client import tracing
from xiezhi.referral.v1 import investigation_pb2, referral_pb2

_CASE = "--as GAN0102-J001 --case CASE"
_SUSPECT = f"{_CASE} --suspect NAME:NUMBER"

app = typer.Typer()

Named = Annotated[
    str, typer.Argument(metavar="NAME", help="Name of the referral, or its UUID; not needed with --approval.")
]


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi referral send {_CASE} --suspect NAME:NUMBER --suspect-unit NAME:CODE --unit 360102000000 "
        "--facts-file facts.txt --evidence documentary:银行流水:flow.pdf --letter letter.pdf --account account.pdf "
        "--reason WHY --wait 2h",
        f"xiezhi referral send {_SUSPECT} --unit 360102000000 --facts FACTS --evidence documentary:银行流水 --draft "
        "--reason WHY     synthetic papers",
        "xiezhi referral send --as GAN0102-J001 --approval APPROVAL",
    ),
)
def send(
    session: Session,
    about: CaseQuestion,
    suspects: SuspectsQuestion,
    papers: PackageChoice,
    choice: ApprovalChoice,
    unit: Annotated[str, typer.Option("--unit", help="Unit of criminal investigation (刑侦), 12 digits.")] = "",
    facts: Annotated[str, typer.Option("--facts", help="The facts (案件事实).")] = "",
    facts_file: Annotated[Path | None, typer.Option("--facts-file", help="File with the facts, in UTF-8.")] = None,
    evidence: EvidenceTexts = None,
    predecessor: Annotated[
        str, typer.Option("--predecessor", help="Earlier referral that it follows on new evidence.")
    ] = "",
) -> None:
    """Refer suspects with the sealed package (案件移送), as a vice president approves.

    It takes effect when the unit signs for it.
    """
    dossier = Dossier(session, about, suspects)

    def build() -> Message:
        told = _read_text(facts_file) if facts_file is not None else facts
        return dossier.send(papers, unit=unit, facts=told, evidence=evidence or (), predecessor=predecessor)

    ordered = Ordered(COURT, referral_pb2.SendReferralResponse, answer_view)
    carry_out(session, ordered, build=build, choice=choice)


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi referral supplement NAME {_SUSPECT} --supplement supplement.pdf --reason WHY --wait 2h",
        f"xiezhi referral supplement NAME {_SUSPECT} --evidence documentary:房产登记 --draft --reason WHY",
        "xiezhi referral supplement --as GAN0102-J001 --approval APPROVAL",
    ),
)
def supplement(
    session: Session,
    about: CaseQuestion,
    suspects: SuspectsQuestion,
    papers: SupplementChoice,
    choice: ApprovalChoice,
    name: Named = "",
    evidence: EvidenceTexts = None,
) -> None:
    """Send what the unit has asked for (补充材料). It stops no clock and starts none."""
    dossier = Dossier(session, about, suspects)
    ordered = Ordered(COURT, referral_pb2.SupplementReferralResponse, answer_view)
    carry_out(session, ordered, build=lambda: dossier.supplement(name, papers, evidence=evidence or ()), choice=choice)


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi referral withdraw NAME {_SUSPECT} --why 已履行完毕 --reason WHY --wait 2h",
        "xiezhi referral withdraw --as GAN0102-J001 --approval APPROVAL",
    ),
)
def withdraw(
    session: Session,
    about: CaseQuestion,
    suspects: SuspectsQuestion,
    choice: ApprovalChoice,
    name: Named = "",
    why: Annotated[
        str, typer.Option("--why", help="Why, as the unit reads it; else what approvers are told with --reason.")
    ] = "",
) -> None:
    """Withdraw a referral before any decision (撤回移送), for example because the duty was performed."""
    dossier = Dossier(session, about, suspects)
    ordered = Ordered(COURT, referral_pb2.WithdrawReferralResponse, answer_view)
    carry_out(session, ordered, build=lambda: dossier.withdraw(name, why=why or choice.reason), choice=choice)


@command(
    app,
    "list",
    calls=True,
    epilog=examples(
        f"xiezhi referral list {_SUSPECT}",
        f"xiezhi referral list {_SUSPECT} --at 2026-11-20T10:00:00+08:00 --json",
    ),
)
def list_(
    session: Session,
    about: CaseQuestion,
    suspects: SuspectsQuestion,
    at: Annotated[
        str, typer.Option("--at", help="The moment asked about, with its zone: 2026-11-20T10:00:00+08:00; else now.")
    ] = "",
    receipt: Receipt = None,
) -> None:
    """List the referrals of a case that have a suspect, with what is due and what was missed."""
    request = Dossier(session, about, suspects).list()
    if at:
        request.as_of_time.FromDatetime(read_instant(at))
    ask(session, Ordered(COURT, referral_pb2.ListReferralsResponse, listed_view), request, receipt=receipt)


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi referral document NAME SHA256 {_SUSPECT} --to opinion.pdf     for the court",
        "xiezhi referral document NAME SHA256 --as POL360102-I001 --to letter.pdf     for the unit",
        "xiezhi paper verify opinion.pdf --of 360102000000",
    ),
)
def document(
    session: Session,
    about: CaseQuestion,
    suspects: SuspectsQuestion,
    name: ReferralName,
    digest: Annotated[str, typer.Argument(metavar="SHA256", help="Its SHA-256 as listed, 64 hexadecimal digits.")],
    to: Annotated[Path, typer.Option("--to", help="Where it is saved; only its owner may read the file.")],
    receipt: Receipt = None,
) -> None:
    """Save a document of a referral exactly as it was received: for a court with its --case, else for the unit."""
    sha256 = read_digest(digest)
    request: Message
    kind: type[referral_pb2.FetchDocumentResponse | investigation_pb2.FetchUnitDocumentResponse]
    if about.case:
        service, request = COURT, Dossier(session, about, suspects).fetch(name, sha256)
        kind = referral_pb2.FetchDocumentResponse
    else:
        service, request = UNIT, investigation_pb2.FetchUnitDocumentRequest(name=full_name(name), sha256=sha256)
        kind = investigation_pb2.FetchUnitDocumentResponse
    with session.connect() as client, tracing() as trace:
        answer, proven = fetch(client, service, request, kind=kind)
    write_private(to, answer.pdf)
    keep_receipts(receipt, [proven])
    answer.ClearField("pdf")
    found = answer.document
    what = enum_name(referral_pb2.ReferralDocumentKind.DESCRIPTOR, found.kind)
    lines = (
        f"{what} {found.document_number}, under the seal of {found.sealed_by}, is in {to}.",
        f"Whether the seal holds: xiezhi paper verify {to} --of {found.sealed_by}",
    )
    tell_answer(session, answer, Text("\n".join(lines)), proven=[proven], trace_id=trace.trace_id)


def listed_view(answer: referral_pb2.ListReferralsResponse) -> RenderableType:
    """Shows the referrals of a case."""
    return Group(*map(referral_view, answer.referrals)) if answer.referrals else Text("No referrals.")


def read_digest(text: str) -> bytes:
    """Reads a SHA-256 in hexadecimal.

    Raises:
        CommandError: If it is none.
    """
    if not re.fullmatch("[0-9A-Fa-f]{64}", text):
        raise CommandError("A document is named by its SHA-256, 64 hexadecimal digits, as listed with the referral.")
    return bytes.fromhex(text)


def _read_text(file: Path) -> str:
    try:
        return read_bytes(file).decode().strip()
    except UnicodeDecodeError:
        raise CommandError(f"{file} is not text in UTF-8.") from None
