"""`xiezhi liaison`: who is liaison (联络员) of which court and police department."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import typer
from google.protobuf.message import Message

from xiezhi.cli.carrying import Ordered, ask, list_all
from xiezhi.cli.command import command, examples
from xiezhi.cli.coordination import views
from xiezhi.cli.coordination.calls import (
    DIRECTORY,
    Department,
    department_value,
    full_name,
    own_organisation,
    read_secret,
)
from xiezhi.cli.papers import date_message, read_date
from xiezhi.cli.session import Session
from xiezhi.coordination.v1 import directory_pb2

LIAISONS = "liaisons/"

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the appointment, or its UUID.")]
On = Annotated[str, typer.Option("--on", help="The day, YYYY-MM-DD; else today.")]

app = typer.Typer(
    help="Liaisons: two of each court, one of each of the six police departments.",
    epilog=examples(
        "xiezhi liaison list --organisation 赣0102 --as GAN0102-R001",
        "xiezhi liaison faults --as GAN-S001",
        "xiezhi liaison appoint GAN0102-J005 --as GAN0102-R001 < name-and-phone.txt",
    ),
    no_args_is_help=True,
)


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi liaison appoint GAN0102-J005 --as GAN0102-R001                    asks for name and telephone",
        "xiezhi liaison appoint POL360102-I001 --department traffic --as POL360102-L001 < name-and-phone.txt",
        "xiezhi liaison appoint GAN0102-J006 --deputy --from 2026-12-01 --until 2026-12-31 --as GAN0102-R001",
    ),
)
def appoint(
    session: Session,
    officer: Annotated[str, typer.Argument(metavar="OFFICER", help="Officer id of whom to appoint.")],
    display_name: Annotated[str, typer.Option("--name", help="Name (姓名); else asked for.")] = "",
    phone: Annotated[str, typer.Option("--phone", help="Telephone (联系电话); else asked for.")] = "",
    department: Annotated[Department | None, typer.Option("--department", help="Department of the police.")] = None,
    organisation: Annotated[str, typer.Option("--organisation", help="Your court or unit; else by your keys.")] = "",
    start: Annotated[str, typer.Option("--from", help="First day, YYYY-MM-DD; else today.")] = "",
    end: Annotated[str, typer.Option("--until", help="Last day, YYYY-MM-DD; else until it is ended.")] = "",
    deputy: Annotated[bool, typer.Option("--deputy", help="As deputy, who stands in during leave.")] = False,
    not_established: Annotated[
        bool, typer.Option("--not-established", help="The officer is not on the establishment (非在编).")
    ] = False,
) -> None:
    """Appoint a liaison or a deputy of your own organisation.

    A further one is admitted only for a handover of at most thirty days. Name and telephone are asked for, or read
    from standard input, a line each: so no list of processes and no history of commands shows them.
    """
    request = directory_pb2.AppointLiaisonRequest(
        request_id=str(uuid.uuid4()),
        organisation=own_organisation(session, organisation),
        department=department_value(department),
        officer_id=officer,
        display_name=display_name or read_secret("Name", is_hidden=False),
        phone=phone or read_secret("Telephone", is_hidden=False),
        on_establishment=not not_established,
        is_deputy=deputy,
        start_date=date_message(read_date(start) if start else session.today()),
    )
    if end:
        request.end_date.CopyFrom(date_message(read_date(end)))
    _record(session, request, directory_pb2.AppointLiaisonResponse)


@command(app, calls=True, epilog=examples("xiezhi liaison end NAME --on 2026-12-31 --reason 调任 --as GAN0102-R001"))
def end(
    session: Session,
    name: Name,
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    on: Annotated[str, typer.Option("--on", help="Last day, YYYY-MM-DD; else today.")] = "",
) -> None:
    """End an appointment with a day, or move its end."""
    request = directory_pb2.EndAppointmentRequest(
        request_id=str(uuid.uuid4()),
        name=full_name(name, LIAISONS),
        end_date=date_message(read_date(on) if on else session.today()),
        reason=reason,
    )
    _record(session, request, directory_pb2.EndAppointmentResponse)


@command(
    app, calls=True, epilog=examples("xiezhi liaison leave NAME --from 2026-12-01 --until 2026-12-05 --as GAN0102-R001")
)
def leave(
    session: Session,
    name: Name,
    start: Annotated[str, typer.Option("--from", help="First day, YYYY-MM-DD.")],
    end: Annotated[str, typer.Option("--until", help="Last day, YYYY-MM-DD.")],
) -> None:
    """Record that a liaison is on leave; a deputy stands in."""
    request = directory_pb2.RecordLeaveRequest(
        request_id=str(uuid.uuid4()),
        name=full_name(name, LIAISONS),
        start_date=date_message(read_date(start)),
        end_date=date_message(read_date(end)),
    )
    _record(session, request, directory_pb2.RecordLeaveResponse)


@command(
    app,
    "off-establishment",
    calls=True,
    epilog=examples("xiezhi liaison off-establishment NAME --from 2026-12-01 --reason 调离 --as GAN0102-R001"),
)
def off_establishment(
    session: Session,
    name: Name,
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    start: Annotated[str, typer.Option("--from", help="First day of it, YYYY-MM-DD; else today.")] = "",
) -> None:
    """Record that a liaison is no longer on the establishment (不再在编); it is a fault until the appointment ends."""
    request = directory_pb2.RecordEstablishmentLossRequest(
        request_id=str(uuid.uuid4()),
        name=full_name(name, LIAISONS),
        lost_date=date_message(read_date(start) if start else session.today()),
        reason=reason,
    )
    _record(session, request, directory_pb2.RecordEstablishmentLossResponse)


@command(
    app,
    "list",
    calls=True,
    epilog=examples("xiezhi liaison list --organisation 360102000000 --on 2026-12-01 --as GAN0102-J001"),
)
def list_(
    session: Session,
    organisation: Annotated[str, typer.Option("--organisation", help="Of this court or unit; else of all.")] = "",
    on: On = "",
) -> None:
    """List appointments that run on a day or begin later, and who acts then."""
    request = directory_pb2.ListLiaisonsRequest(organisation=organisation)
    if on:
        request.as_of_date.CopyFrom(date_message(read_date(on)))
    list_all(
        session,
        DIRECTORY,
        request,
        kind=directory_pb2.ListLiaisonsResponse,
        field="liaisons",
        view=lambda answer: views.liaisons_view(answer.liaisons),
    )


@command(app, calls=True, epilog=examples("xiezhi liaison faults --as GAN-S001"))
def faults(session: Session, on: On = "") -> None:
    """List what is missing in the directory: your own, or the whole province's for its two bodies."""
    request = directory_pb2.ListDirectoryFaultsRequest()
    if on:
        request.as_of_date.CopyFrom(date_message(read_date(on)))
    list_all(
        session,
        DIRECTORY,
        request,
        kind=directory_pb2.ListDirectoryFaultsResponse,
        field="faults",
        view=lambda answer: views.faults_view(answer.faults),
    )


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi liaison route /xiezhi.vehicle.v1.SeizureService/RegisterSeizure --court 赣0102 --as GAN0102-J001"
    ),
)
def route(
    session: Session,
    method: Annotated[str, typer.Argument(metavar="METHOD", help="Full name of a method, with its leading slash.")],
    court: Annotated[str, typer.Option("--court", help="Court that would ask; else your own.")] = "",
) -> None:
    """Say to which police department and organisation a court's request goes, and what was missing on the way."""
    request = directory_pb2.ResolveRouteRequest(method=method, court_code=own_organisation(session, court))
    ask(session, Ordered(DIRECTORY, directory_pb2.ResolveRouteResponse, views.route_view), request)


def _record(session: Session, request: Message, kind: Any) -> None:
    """Makes a call that changes an appointment, and shows the appointment as it is then."""
    ask(session, Ordered(DIRECTORY, kind, lambda answer: views.liaisons_view([answer.liaison])), request)
