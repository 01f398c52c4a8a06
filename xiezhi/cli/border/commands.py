"""`xiezhi border`: what courts order of the border."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.message import Message

from xiezhi.cli.approved import ApprovalChoice
from xiezhi.cli.border.orders import (
    CONTROLS,
    BorderOrder,
    LibertyChoice,
    Requirement,
    item,
    read_batch,
)
from xiezhi.cli.border.views import controls_view, listed_view, outcomes_view
from xiezhi.cli.carrying import Ordered, ask, carry_out
from xiezhi.cli.case import CaseQuestion, DebtorQuestion
from xiezhi.cli.command import command, examples
from xiezhi.cli.duration import read_instant
from xiezhi.cli.exits.commands import AsOf
from xiezhi.cli.exits.questions import DecisionChoice
from xiezhi.cli.papers import NoticeChoice
from xiezhi.cli.session import Session
from xiezhi.exit_restriction.v1 import control_pb2

app = typer.Typer(
    help="Hand debtors over for border control (边控), and check travellers as ports do.\n\nA court's order needs its "
    "sealed papers and an approval of a vice president: see `xiezhi exit --help`.",
    epilog=examples(
        "xiezhi border file --as GAN0102-J001 --case CASE --name NAME --number NUMBER --requirement block-exit --draft "
        "--reason WHY --wait 10m",
        "xiezhi border file batch.json --as GAN0102-J001 --case CASE --draft --reason WHY --wait 10m",
        "xiezhi border check --as POL360000-B001 --direction exit --port 南昌昌北机场 --document EX0000001",
        "xiezhi border stream numbers.txt --as POL360000-B001 --direction exit --port 南昌昌北机场 --packed",
        "xiezhi border notices watch --as GAN0102-J001",
    ),
    no_args_is_help=True,
)

_COURT = "--as GAN0102-J001 --case CASE --name NAME --number NUMBER"


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi border file {_COURT} --requirement monitor --months 12 --draft --reason WHY --wait 10m",
        f"xiezhi border file {_COURT} --requirement detain --decision d.pdf --notice n.pdf --liberty l.pdf ...",
        "xiezhi border file batch.json --as GAN0102-J001 --case CASE --draft --reason WHY",
        "xiezhi border file --as GAN0102-J001 --approval APPROVAL",
    ),
)
def file(
    session: Session,
    about: CaseQuestion,
    person: DebtorQuestion,
    papers: DecisionChoice,
    liberty: LibertyChoice,
    choice: ApprovalChoice,
    batch: Annotated[
        Path | None, typer.Argument(help="JSON file of up to 500 people; else one by --name and --number.")
    ] = None,
    requirement: Annotated[
        Requirement, typer.Option("--requirement", help="What is to be done with the one.")
    ] = Requirement.BLOCK_EXIT,
    months: Annotated[int, typer.Option("--months", min=0, max=60, help="Months; else 12 to monitor, or 1.")] = 0,
    last_day: Annotated[str, typer.Option("--last-day", help="Last day in the decision, YYYY-MM-DD.")] = "",
    document: Annotated[
        list[str] | None, typer.Option("--document", help="Number of an exit document that is known; repeatable.")
    ] = None,
) -> None:
    """Hand people over for control: one by options, or many in a batch, each with an outcome of its own."""
    order = BorderOrder(session, about, papers)

    def build() -> Message:
        if batch is not None:
            return order.file(read_batch(batch), liberty)
        one = item(person, requirement, months=months, last_day=last_day, documents=document or ())
        return order.file([one], liberty)

    carry_out(session, Ordered(CONTROLS, control_pb2.FileControlsResponse, outcomes_view), build=build, choice=choice)


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi border lift CONTROL {_COURT} --draft --reason WHY --wait 10m",
        "xiezhi border lift CONTROL CONTROL --batch batch.json --as GAN0102-J001 --case CASE --draft --reason WHY",
        "xiezhi border lift --as GAN0102-J001 --approval APPROVAL",
    ),
)
def lift(
    session: Session,
    about: CaseQuestion,
    person: DebtorQuestion,
    notice: NoticeChoice,
    choice: ApprovalChoice,
    control: Annotated[
        list[str] | None, typer.Argument(help="Names of the controls, or their UUIDs; not needed with --approval.")
    ] = None,
    batch: Annotated[
        Path | None, typer.Option("--batch", help="JSON file of the people, as it was filed; else the one named.")
    ] = None,
) -> None:
    """Lift controls before their end (撤控), at once: all that are named, or none."""
    papers = DecisionChoice.of_notice(notice)

    def build() -> Message:
        people = [one.person for one in read_batch(batch)] if batch is not None else [person.party()]
        return BorderOrder(session, about, papers).lift(control or (), people)

    ordered = Ordered(CONTROLS, control_pb2.LiftControlsResponse, lambda answer: controls_view(answer.controls))
    carry_out(session, ordered, build=build, choice=choice)


@command(
    app,
    "list",
    calls=True,
    epilog=examples(
        f"xiezhi border list {_COURT}", f"xiezhi border list {_COURT} --as-of 2024-11-20T10:00:00+08:00 --json"
    ),
)
def list_(session: Session, about: CaseQuestion, person: DebtorQuestion, as_of: AsOf = "") -> None:
    """List the controls of a case on a person, and where the person was met, now or at a moment."""
    context = about.context(session, request_id=str(uuid.uuid4()))
    request = control_pb2.ListControlsRequest(context=context, person=person.party())
    if as_of:
        request.as_of_time.FromDatetime(read_instant(as_of))
    ask(session, Ordered(CONTROLS, control_pb2.ListControlsResponse, listed_view), request)
