"""`xiezhi exit`: what courts do with the list of dishonest debtors and with restrictions."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import Annotated

import typer

from xiezhi.cli.approved import ApprovalChoice
from xiezhi.cli.carrying import Ordered, ask, carry_out
from xiezhi.cli.case import CaseQuestion, DebtorQuestion
from xiezhi.cli.command import command, examples
from xiezhi.cli.duration import read_instant
from xiezhi.cli.exits.orders import LISTING, RESTRICTIONS, ExitOrder
from xiezhi.cli.exits.questions import DecisionChoice, RecordQuestion, TermQuestion
from xiezhi.cli.exits.views import entries_view, release_view, removal_view, restrictions_view
from xiezhi.cli.papers import NoticeChoice
from xiezhi.cli.session import Session
from xiezhi.exit_restriction.v1 import listing_pb2, restriction_pb2

app = typer.Typer(
    help="List dishonest debtors (失信被执行人), restrict their applications for exit documents, and ask as a counter "
    "does.\n\nA court's measure needs its sealed papers and an approval: the first call submits it with --reason, and "
    "with --wait goes on once it is approved; or a second call names it with --approval. The level of the approver "
    "bounds the term: a basic court's 3 months, an intermediate court's 12, the High Court's 60.",
    epilog=examples(
        "xiezhi exit push --as GAN0102-J001 --case CASE --name NAME --number NUMBER --draft --reason WHY --wait 10m",
        "xiezhi exit list --as GAN0102-J001 --case CASE --name NAME --number NUMBER",
        "xiezhi exit check --as POL360100-E001 --number NUMBER --name NAME",
        "xiezhi exit bulk push entries.jsonl --as GAN0102-J001 --reason WHY --wait 10m",
        "xiezhi exit notices watch --as GAN0102-J001",
    ),
    no_args_is_help=True,
)

EntryName = Annotated[str, typer.Argument(help="Name of the entry, or its UUID; not needed with --approval.")]
RestrictionName = Annotated[
    str, typer.Argument(help="Name of the restriction, or its UUID; not needed with --approval.")
]
AsOf = Annotated[
    str,
    typer.Option("--as-of", help="The moment asked about, with its zone: 2024-11-20T10:00:00+08:00; else now."),
]

_COURT = "--as GAN0102-J001 --case CASE --name NAME --number NUMBER"


class Removal(StrEnum):
    """Why an entry is taken off the list."""

    WITHDRAWN = "withdrawn"
    DELETED = "deleted"


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi exit push {_COURT} --draft --reason WHY --wait 10m     synthetic papers, approved by GAN01-V001",
        f"xiezhi exit push {_COURT} --draft --without-decision --reason WHY     stays on the list only",
        f"xiezhi exit push {_COURT} --decision decision.pdf --notice notice.pdf --behaviour evasion --basis NUMBER "
        "--basis-unit COURT --case-filed 2024-05-06 --reason WHY",
        "xiezhi exit push --as GAN0102-J001 --approval APPROVAL",
    ),
)
def push(
    session: Session,
    about: CaseQuestion,
    debtor: DebtorQuestion,
    record: RecordQuestion,
    term: TermQuestion,
    papers: DecisionChoice,
    choice: ApprovalChoice,
) -> None:
    """Push one debtor to the list on a sealed assistance notice; with a decision, applications are restricted too.

    Says what became of it: FORWARDED to the exit-entry system, so that a restriction begins; LIST_ONLY, with every
    reason; or refused.
    """
    order = ExitOrder(session, about, debtor, papers)
    ordered = Ordered(LISTING, listing_pb2.PushEntryResponse, lambda answer: entries_view([answer.entry]))
    carry_out(session, ordered, build=lambda: order.push(record, term), choice=choice)


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi exit correct ENTRY {_COURT} --draft --reason WHY     --name and --number as they are to be",
        "xiezhi exit correct --as GAN0102-J001 --approval APPROVAL",
    ),
)
def correct(
    session: Session,
    about: CaseQuestion,
    debtor: DebtorQuestion,
    record: RecordQuestion,
    papers: DecisionChoice,
    choice: ApprovalChoice,
    entry: EntryName = "",
) -> None:
    """Correct an entry (更正): the record, or the debtor's name and number as they are to be.

    A restriction that rested on a wrong person is superseded at once.
    """
    order = ExitOrder(session, about, debtor, papers)
    ordered = Ordered(LISTING, listing_pb2.CorrectEntryResponse, lambda answer: entries_view([answer.entry]))
    carry_out(session, ordered, build=lambda: order.correct(entry, record), choice=choice)


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi exit remove ENTRY {_COURT} --because deleted --reason WHY --wait 10m",
        "xiezhi exit remove --as GAN0102-J001 --approval APPROVAL",
    ),
)
def remove(
    session: Session,
    about: CaseQuestion,
    debtor: DebtorQuestion,
    choice: ApprovalChoice,
    entry: EntryName = "",
    because: Annotated[
        Removal,
        typer.Option("--because", help="withdrawn: should not have been made (撤销); deleted: ground is gone (删除)."),
    ] = Removal.DELETED,
) -> None:
    """Take an entry off the list. Its restriction stays, is proposed for release, and ends by `xiezhi exit release`."""
    order = ExitOrder(session, about, debtor, DecisionChoice())
    ordered = Ordered(LISTING, listing_pb2.RemoveEntryResponse, removal_view)
    carry_out(
        session, ordered, build=lambda: order.remove(entry, withdrawn=because is Removal.WITHDRAWN), choice=choice
    )


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi exit entries {_COURT}", f"xiezhi exit entries {_COURT} --as-of 2024-11-20T10:00:00+08:00 --json"
    ),
)
def entries(session: Session, about: CaseQuestion, debtor: DebtorQuestion, as_of: AsOf = "") -> None:
    """List the entries of a case on a debtor as they stand now or stood at a moment."""
    context = about.context(session, request_id=str(uuid.uuid4()))
    request = listing_pb2.ListEntriesRequest(context=context, debtor=debtor.party())
    if as_of:
        request.as_of_time.FromDatetime(read_instant(as_of))
    listed = Ordered(LISTING, listing_pb2.ListEntriesResponse, lambda answer: entries_view(answer.entries))
    ask(session, listed, request)


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi exit file ENTRY {_COURT} --draft --months 12 --reason WHY --wait 10m",
        "xiezhi exit file --as GAN0102-J001 --approval APPROVAL",
    ),
)
def file(
    session: Session,
    about: CaseQuestion,
    debtor: DebtorQuestion,
    term: TermQuestion,
    papers: DecisionChoice,
    choice: ApprovalChoice,
    entry: EntryName = "",
) -> None:
    """Restrict a debtor who is on the list already: on a later decision, or after an earlier restriction ended."""
    order = ExitOrder(session, about, debtor, papers)
    ordered = Ordered(
        RESTRICTIONS, restriction_pb2.FileRestrictionResponse, lambda answer: restrictions_view([answer.restriction])
    )
    carry_out(session, ordered, build=lambda: order.file(entry, term), choice=choice)


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi exit renew RESTRICTION {_COURT} --draft --decision-number NUMBER --reason WHY --wait 10m",
        "xiezhi exit renew --as GAN0102-J001 --approval APPROVAL",
    ),
)
def renew(
    session: Session,
    about: CaseQuestion,
    debtor: DebtorQuestion,
    term: TermQuestion,
    papers: DecisionChoice,
    choice: ApprovalChoice,
    restriction: RestrictionName = "",
) -> None:
    """Renew a restriction in the last month of its term (续报): the next term follows without gap or overlap."""
    order = ExitOrder(session, about, debtor, papers)
    ordered = Ordered(
        RESTRICTIONS, restriction_pb2.RenewRestrictionResponse, lambda answer: restrictions_view([answer.restriction])
    )
    carry_out(session, ordered, build=lambda: order.renew(restriction, term), choice=choice)


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi exit release RESTRICTION {_COURT} --draft --reason WHY --wait 10m",
        "xiezhi exit release --as GAN0102-J001 --approval APPROVAL",
    ),
)
def release(
    session: Session,
    about: CaseQuestion,
    debtor: DebtorQuestion,
    notice: NoticeChoice,
    choice: ApprovalChoice,
    restriction: RestrictionName = "",
) -> None:
    """Release a restriction before its end (提前解除), on an assistance notice; other courts' stay as they are."""
    papers = DecisionChoice.of_notice(notice)
    order = ExitOrder(session, about, debtor, papers)
    ordered = Ordered(RESTRICTIONS, restriction_pb2.ReleaseRestrictionResponse, release_view)
    carry_out(session, ordered, build=lambda: order.release(restriction), choice=choice)


@command(
    app,
    "list",
    calls=True,
    epilog=examples(
        f"xiezhi exit list {_COURT}", f"xiezhi exit list {_COURT} --as-of 2024-11-20T10:00:00+08:00 --json"
    ),
)
def list_(session: Session, about: CaseQuestion, debtor: DebtorQuestion, as_of: AsOf = "") -> None:
    """List the restrictions of a case on a debtor, with every term, as they stand now or stood at a moment."""
    context = about.context(session, request_id=str(uuid.uuid4()))
    request = restriction_pb2.ListRestrictionsRequest(context=context, debtor=debtor.party())
    if as_of:
        request.as_of_time.FromDatetime(read_instant(as_of))
    kind = restriction_pb2.ListRestrictionsResponse
    listed = Ordered(RESTRICTIONS, kind, lambda answer: restrictions_view(answer.restrictions))
    ask(session, listed, request)
