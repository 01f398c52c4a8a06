"""`xiezhi channel`: between whom the exchange runs, and where paper stands in for it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Annotated

import typer

from xiezhi.cli.carrying import Ordered, ask
from xiezhi.cli.command import command, examples
from xiezhi.cli.coordination import views
from xiezhi.cli.coordination.calls import CHANNELS, Department, department_value, full_name
from xiezhi.cli.duration import parse_duration, read_instant
from xiezhi.cli.session import Session
from xiezhi.coordination.v1 import channel_pb2

OUTAGES = "outages/"
LEAST = timedelta(minutes=1)

Court = Annotated[str, typer.Option("--court", help="Only for this court; else for all.")]
OfDepartment = Annotated[
    Department | None, typer.Option("--department", help="Only for this department of the police; else for all six.")
]
Start = Annotated[str, typer.Option("--from", help="From when on, for example 2026-12-01T00:00+08:00; else now.")]

app = typer.Typer(
    help="The channel between courts and police: the platform once both provincial bodies declared it, else paper.",
    epilog=examples(
        "xiezhi channel show --court 赣0102 --department traffic --as GAN0102-J001",
        "xiezhi channel operational --court 赣1121 --as GAN-S001",
        "xiezhi channel outage --department traffic --for 4h --reason 检修 --as POL360000-S001",
    ),
    no_args_is_help=True,
)


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi channel operational --court 赣1121 --department public-order --as GAN-S001",
        "xiezhi channel operational --court 赣1121 --department public-order --as POL360000-S001",
    ),
)
def operational(session: Session, court: Court = "", department: OfDepartment = None, start: Start = "") -> None:
    """Declare the platform operational; it runs once both provincial bodies have declared it."""
    request = channel_pb2.DeclareOperationalRequest(request_id=str(uuid.uuid4()), pair=_pair(court, department))
    request.start_time.FromDatetime(read_instant(start) if start else session.now())
    ask(session, Ordered(CHANNELS, channel_pb2.DeclareOperationalResponse, views.declared_view), request)


@command(
    app,
    calls=True,
    epilog=examples("xiezhi channel outage --department traffic --for 4h --reason 检修 --as POL360000-S001"),
)
def outage(
    session: Session,
    lasting: Annotated[str, typer.Option("--for", help="How long, for example 4h or 2d; at most thirty days.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    court: Court = "",
    department: OfDepartment = None,
    start: Start = "",
) -> None:
    """Declare an outage, during which paper may stand in; it ends by itself."""
    begins = read_instant(start) if start else session.now()
    request = channel_pb2.DeclareOutageRequest(
        request_id=str(uuid.uuid4()), pair=_pair(court, department), reason=reason
    )
    request.start_time.FromDatetime(begins)
    request.end_time.FromDatetime(begins + parse_duration(lasting, LEAST))
    kind = channel_pb2.DeclareOutageResponse
    ask(session, Ordered(CHANNELS, kind, lambda answer: views.outages_view([answer.outage])), request)


@command(app, "end-outage", calls=True, epilog=examples("xiezhi channel end-outage NAME --as GAN-S001"))
def end_outage(
    session: Session, name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the outage, or its UUID.")]
) -> None:
    """End an outage before its end."""
    request = channel_pb2.EndOutageRequest(request_id=str(uuid.uuid4()), name=full_name(name, OUTAGES))
    kind = channel_pb2.EndOutageResponse
    ask(session, Ordered(CHANNELS, kind, lambda answer: views.outages_view([answer.outage])), request)


@command(
    app,
    calls=True,
    epilog=examples("xiezhi channel show --court 赣1121 --department public-order --as GAN1121-J001"),
)
def show(
    session: Session,
    court: Annotated[str, typer.Option("--court", help="The court.")],
    department: Annotated[Department, typer.Option("--department", help="The department of the police.")],
    at: Annotated[str, typer.Option("--at", help="The moment, for example 2026-12-01T09:00+08:00; else now.")] = "",
) -> None:
    """Show how it stands between a court and a department, now or at a past moment."""
    request = channel_pb2.GetChannelRequest(court_code=court, department=department_value(department))
    if at:
        request.as_of_time.FromDatetime(read_instant(at))
    ask(session, Ordered(CHANNELS, channel_pb2.GetChannelResponse, views.channel_view), request)


def _pair(court: str, department: Department | None) -> channel_pb2.Pair:
    return channel_pb2.Pair(court_code=court, department=department_value(department))
