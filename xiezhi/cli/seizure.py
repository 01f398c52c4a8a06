"""`xiezhi seizure`: seizes vehicles for a court, and changes, ends and lists what was seized."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.message import Message
from rich.console import Group, RenderableType
from rich.text import Text

from xiezhi.cli.answers import tell_answer
from xiezhi.cli.approved import ApprovalChoice
from xiezhi.cli.carrying import Ordered, carry_out, fetch
from xiezhi.cli.case import CaseQuestion, DebtorQuestion
from xiezhi.cli.command import command, examples
from xiezhi.cli.duration import read_instant
from xiezhi.cli.fleet import outcomes_view, seizures_view
from xiezhi.cli.orders import SERVICE, Order, buyer
from xiezhi.cli.papers import NoticeChoice, PapersChoice
from xiezhi.cli.plates import FORM, read_vehicles
from xiezhi.cli.receipt import ProvenAnswer
from xiezhi.cli.session import Session
from xiezhi.client import tracing
from xiezhi.vehicle.v1 import seizure_pb2

app = typer.Typer(
    help="Seize vehicles (查封), and extend, lift, withdraw, record a sale of, and list what was seized.\n\n"
    "Each needs the court's sealed papers and an approval: the first call submits it with --reason, and with --wait "
    "goes on once it is approved; or a second call names it with --approval.",
    epilog=examples(
        "xiezhi seizure register --as GAN0102-J001 --case CASE --name NAME --number NUMBER --vehicle 赣A12345:02 "
        "--draft --reason WHY --wait 10m",
        "xiezhi seizure list --as GAN0102-J001 --case CASE --name NAME --number NUMBER",
        "xiezhi seizure lift NAME --as GAN0102-J001 --approval APPROVAL",
    ),
    no_args_is_help=True,
)

SeizureName = Annotated[str, typer.Argument(help="Name of the seizure, or its UUID; not needed with --approval.")]
Months = Annotated[int, typer.Option("--months", min=0, help="Term in months, 1 to 24; else 24.")]
LastDay = Annotated[str, typer.Option("--last-day", help="Last day as the ruling writes it, YYYY-MM-DD.")]

_COURT = "--as GAN0102-J001 --case CASE --name NAME --number NUMBER"


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi seizure register {_COURT} --vehicle 赣A12345:02:VIN --ruling ruling.pdf --notice notice.pdf "
        "--ruling-number （2018）赣0102执1234号之一 --reason WHY --wait 2h",
        f"xiezhi seizure register {_COURT} --vehicles fleet.txt --ruling ... --notice ... --reason WHY",
        f"xiezhi seizure register {_COURT} --vehicle 赣A12345:02 --draft --reason WHY     synthetic papers",
        "xiezhi seizure register --as GAN0102-J001 --approval APPROVAL",
    ),
)
def register(
    session: Session,
    about: CaseQuestion,
    debtor: DebtorQuestion,
    papers: PapersChoice,
    choice: ApprovalChoice,
    vehicle: Annotated[
        list[str] | None, typer.Option("--vehicle", metavar="VEHICLE", help=f"A vehicle as {FORM}; repeatable.")
    ] = None,
    vehicles: Annotated[
        Path | None, typer.Option("--vehicles", help="File with one vehicle on each line; - for standard input.")
    ] = None,
    months: Months = 0,
    last_day: LastDay = "",
) -> None:
    """Seize vehicles of a debtor on a sealed ruling and a sealed assistance notice.

    Each vehicle has its own outcome: in effect, waiting with its place behind other courts, or refused with the reason.
    """
    order = Order(session, about, debtor, papers)

    def build() -> Message:
        return order.register(read_vehicles(vehicle or (), vehicles), months=months, last_day=last_day)

    carry_out(session, Ordered(SERVICE, seizure_pb2.RegisterSeizureResponse, outcomes_view), build=build, choice=choice)


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi seizure extend NAME {_COURT} --months 12 --ruling ... --notice ... --reason WHY",
        "xiezhi seizure extend --as GAN0102-J001 --approval APPROVAL",
    ),
)
def extend(
    session: Session,
    about: CaseQuestion,
    debtor: DebtorQuestion,
    papers: PapersChoice,
    choice: ApprovalChoice,
    name: SeizureName = "",
    months: Months = 0,
    last_day: LastDay = "",
) -> None:
    """Extend a seizure that is in effect, before it ends (续行查封)."""
    order = Order(session, about, debtor, papers)
    ordered = Ordered(SERVICE, seizure_pb2.ExtendSeizureResponse, lambda answer: seizures_view([answer.seizure]))
    carry_out(session, ordered, build=lambda: order.extend(name, months=months, last_day=last_day), choice=choice)


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi seizure lift NAME NAME {_COURT} --ruling ... --notice ... --reason WHY",
        f"xiezhi seizure lift NAME {_COURT} --plate 赣A12345 --draft --reason WHY     synthetic papers",
        "xiezhi seizure lift --as GAN0102-J001 --approval APPROVAL",
    ),
)
def lift(
    session: Session,
    about: CaseQuestion,
    debtor: DebtorQuestion,
    papers: PapersChoice,
    choice: ApprovalChoice,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME...", help="Names of the seizures; not needed with --approval.")
    ] = None,
) -> None:
    """Lift seizures (解除查封), all or none; the next in each queue takes effect at the same instant."""
    order = Order(session, about, debtor, papers)
    ordered = Ordered(SERVICE, seizure_pb2.LiftSeizureResponse, lambda answer: seizures_view(answer.seizures))
    carry_out(session, ordered, build=lambda: order.lift(names or ()), choice=choice)


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi seizure withdraw NAME {_COURT} --notice notice.pdf --reason WHY",
        "xiezhi seizure withdraw --as GAN0102-J001 --approval APPROVAL",
    ),
)
def withdraw(
    session: Session,
    about: CaseQuestion,
    debtor: DebtorQuestion,
    notice: NoticeChoice,
    choice: ApprovalChoice,
    name: SeizureName = "",
) -> None:
    """Withdraw a seizure that waits behind others (撤回轮候查封), on an assistance notice alone."""
    order = Order(session, about, debtor, notice.papers)
    ordered = Ordered(SERVICE, seizure_pb2.WithdrawSeizureResponse, lambda answer: seizures_view([answer.seizure]))
    carry_out(session, ordered, build=lambda: order.withdraw(name), choice=choice)


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi seizure dispose NAME {_COURT} --buyer-name BUYER --buyer-number NUMBER --sale-date 2024-11-20 "
        "--ruling ... --notice ... --reason WHY",
        "xiezhi seizure dispose --as GAN0102-J001 --approval APPROVAL",
    ),
)
def dispose(
    session: Session,
    about: CaseQuestion,
    debtor: DebtorQuestion,
    papers: PapersChoice,
    choice: ApprovalChoice,
    name: SeizureName = "",
    buyer_name: Annotated[str, typer.Option("--buyer-name", help="Buyer (买受人) as in the ruling.")] = "",
    buyer_number: Annotated[str, typer.Option("--buyer-number", help="Identity number of the buyer.")] = "",
    buyer_organisation: Annotated[bool, typer.Option("--buyer-organisation", help="An organisation bought.")] = False,
    sale_date: Annotated[str, typer.Option("--sale-date", help="Day of the sale, YYYY-MM-DD; else today.")] = "",
) -> None:
    """Record that the court has sold the vehicle: the seizure is extinguished, and all that wait are void."""
    order = Order(session, about, debtor, papers)
    today = session.today().isoformat()

    def build() -> Message:
        who = buyer(buyer_name, buyer_number, organisation=buyer_organisation)
        return order.dispose(name, buyer=who, sale_date=sale_date or today)

    def view(answer: seizure_pb2.RecordDisposalResponse) -> RenderableType:
        told = f"{answer.voided_count} seizures that waited are void."
        return Group(seizures_view([answer.seizure]), Text(told))

    carry_out(session, Ordered(SERVICE, seizure_pb2.RecordDisposalResponse, view), build=build, choice=choice)


@command(
    app,
    "list",
    calls=True,
    epilog=examples(
        f"xiezhi seizure list {_COURT}",
        f"xiezhi seizure list {_COURT} --at 2024-11-20T10:00:00+08:00 --json",
    ),
)
def list_(
    session: Session,
    about: CaseQuestion,
    debtor: DebtorQuestion,
    at: Annotated[
        str, typer.Option("--at", help="The moment asked about, with its zone: 2024-11-20T10:00:00+08:00; else now.")
    ] = "",
) -> None:
    """List the seizures of a case as they stand now or stood at a moment, with their places in the queues."""
    context = about.context(session, request_id=str(uuid.uuid4()))
    request = seizure_pb2.ListSeizuresRequest(context=context, debtor=debtor.party())
    if at:
        request.as_of_time.FromDatetime(read_instant(at))
    answer = seizure_pb2.ListSeizuresResponse()
    proven: list[ProvenAnswer] = []
    with session.connect() as client, tracing() as trace:
        while not proven or request.page_token:
            page, own = fetch(client, SERVICE, request, kind=seizure_pb2.ListSeizuresResponse)
            proven.append(own)
            answer.seizures.extend(page.seizures)
            request.page_token = page.next_page_token
    tell_answer(session, answer, seizures_view(answer.seizures), proven=proven, trace_id=trace.trace_id)
