"""How answers of coordination are shown to people."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from xiezhi.cli.coordination.calls import department_name
from xiezhi.cli.render import enum_name, format_date, local_time
from xiezhi.coordination.v1 import channel_pb2, credential_pb2, directory_pb2


def liaisons_view(liaisons: Iterable[directory_pb2.Liaison]) -> RenderableType:
    """Shows appointments, a line each."""
    table = Table("Organisation", "Department", "Officer", "Name", "Telephone", "Days", "Acts", "Appointment")
    for one in liaisons:
        until = format_date(one.end_date) if one.HasField("end_date") else "open"
        lost = one.establishment_lost_date
        off = f"; off the establishment from {format_date(lost)}" if one.HasField("establishment_lost_date") else ""
        leaves = "".join(f"; leave {format_date(d.start_date)} to {format_date(d.end_date)}" for d in one.leaves)
        table.add_row(
            _whole(one.organisation),
            department_name(one.department),
            _whole(one.officer_id + (" (deputy)" if one.is_deputy else "")),
            _whole(one.display_name),
            _whole(one.phone),
            _whole(f"{format_date(one.start_date)} to {until}{leaves}{off}"),
            "yes" if one.acts else "no",
            _whole(one.name.partition("/")[2]),
        )
    return table if table.row_count else Text("Nobody is appointed.")


def faults_view(faults: Iterable[directory_pb2.DirectoryFault]) -> RenderableType:
    """Shows what is missing, a line each."""
    table = Table("Organisation", "Department", "Fault", "There", "Wanted", "Since")
    for one in faults:
        since = format_date(one.since_date) if one.HasField("since_date") else "always"
        kind = enum_name(directory_pb2.FaultKind.DESCRIPTOR, one.kind)
        department = department_name(one.department)
        table.add_row(Text(one.organisation), department, kind, str(one.have), str(one.want), since)
    return table if table.row_count else Text("The directory is as the notice asks.")


def route_view(answer: directory_pb2.ResolveRouteResponse) -> RenderableType:
    """Shows where a request goes."""
    if not answer.organisation:
        return Text("The exchange itself answers.")
    where = f"{department_name(answer.taker)} of {answer.organisation} takes it."
    if answer.taker != answer.department:
        where += f" The contract names {department_name(answer.department)}, which has nobody there."
    shown: list[RenderableType] = [Text(where), liaisons_view(answer.liaisons)]
    return Group(*shown, faults_view(answer.faults)) if answer.faults else Group(*shown)


def credentials_view(credentials: Iterable[credential_pb2.Credential]) -> RenderableType:
    """Shows credentials, a line each."""
    table = Table("Officer", "Kind", "Number", "Days", "State", "Credential")
    for one in credentials:
        table.add_row(
            _whole(one.officer_id),
            enum_name(credential_pb2.CredentialKind.DESCRIPTOR, one.kind),
            _whole(one.number),
            _whole(f"{format_date(one.issue_date)} to {format_date(one.expire_date)}"),
            enum_name(credential_pb2.CredentialState.DESCRIPTOR, one.state),
            _whole(one.name.partition("/")[2]),
        )
    return table if table.row_count else Text("No credentials.")


def declared_view(answer: channel_pb2.DeclareOperationalResponse) -> RenderableType:
    """Shows what a declaration has brought about."""
    if answer.awaits_other:
        return Text("It is recorded, and counts once the other provincial body has declared the same.")
    return Text("It is recorded, and both provincial bodies have declared it.")


def outages_view(outages: Iterable[channel_pb2.Outage]) -> RenderableType:
    """Shows outages, a line each."""
    table = Table("Court", "Department", "From", "Until", "Declared by", "Outage")
    for one in outages:
        table.add_row(
            Text(one.pair.court_code or "all"),
            department_name(one.pair.department) or "all",
            local_time(one.start_time),
            local_time(one.end_time),
            _whole(one.declared_by),
            _whole(one.name.partition("/")[2]),
        )
    return table


def channel_view(answer: channel_pb2.GetChannelResponse) -> RenderableType:
    """Shows how it stands."""
    state = enum_name(channel_pb2.ChannelState.DESCRIPTOR, answer.state)
    since = f", since {local_time(answer.operational_time)}" if answer.HasField("operational_time") else ": paper only"
    shown = Text(f"{state}{since}.")
    return Group(shown, outages_view(answer.outages)) if answer.outages else shown


def _whole(text: str) -> Text:
    """Returns a cell that is never cut off, however narrow the terminal is: commands are called with what it says."""
    return Text(text, overflow="fold")
