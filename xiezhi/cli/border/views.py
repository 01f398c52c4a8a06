"""Shows border controls, and what officers at ports do, to a person."""

from __future__ import annotations

from collections.abc import Collection

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from xiezhi.cli.render import enum_name, format_date, local_time
from xiezhi.exit_restriction.v1 import border_pb2, control_pb2, hit_pb2

_STATE_STYLES = {"IN_FORCE": "bold red", "ACCEPTED": "yellow"}
_ACTION_STYLES = {"NOTHING": "bold green", "LET_PASS": "bold yellow"}


def outcomes_view(answer: control_pb2.FileControlsResponse) -> RenderableType:
    """Shows what became of each person of a batch."""
    blocks = [Text(f"Received {local_time(answer.receive_time)}", "bold")]
    for outcome in answer.outcomes:
        if outcome.refused_reason:
            blocks.append(Text.assemble(f"Person {outcome.index + 1}  ", (f"✗ {outcome.refused_reason}", "red")))
        else:
            blocks.append(_control(outcome.control))
        names = (enum_name(control_pb2.ControlNote.DESCRIPTOR, note) for note in outcome.notes)
        blocks += [Text(f"  {name}", "yellow") for name in names]
    return Group(*blocks)


def controls_view(controls: Collection[control_pb2.BorderControl]) -> RenderableType:
    """Shows controls in the order given, each with its name on a line of its own."""
    return Group(*map(_control, controls)) if controls else Text("No controls.")


def listed_view(answer: control_pb2.ListControlsResponse) -> RenderableType:
    """Shows the controls of a case on a person, and how often and where the person was met."""
    if not answer.hits:
        return controls_view(answer.controls)
    table = Table("Met", "Direction", "Port", "To be done", "Done", title="Hits", title_justify="left")
    for hit in answer.hits:
        table.add_row(
            local_time(hit.observe_time),
            enum_name(hit_pb2.TravelDirection.DESCRIPTOR, hit.direction),
            hit.port,
            action_text(hit.action),
            action_text(hit.handled) if hit.handled else Text("not recorded", "dim"),
        )
    return Group(controls_view(answer.controls), table)


def check_view(answer: border_pb2.CheckTravellerResponse) -> RenderableType:
    """Shows what an officer does with a traveller."""
    parts: list[RenderableType] = [action_text(answer.action)]
    if answer.contacts:
        table = Table("Court to be told", "Judge", "Telephone")
        for contact in answer.contacts:
            table.add_row(contact.court_code, contact.handler_name, contact.handler_phone)
        parts.append(table)
    if answer.identity_differs:
        parts.append(Text("Document and identity number are of different people: check by hand.", "bold yellow"))
    if answer.hit:
        parts.append(Text(f"The courts are told: {answer.hit}."))
    if answer.action == hit_pb2.BORDER_ACTION_LET_PASS:
        parts.append(Text("Show the traveller nothing.", "bold yellow"))
    return Group(*parts)


def action_text(action: int) -> Text:
    """Writes what is to be done, or was done."""
    name = enum_name(hit_pb2.BorderAction.DESCRIPTOR, action)
    return Text(name, _ACTION_STYLES.get(name, "bold red"))


def _control(control: control_pb2.BorderControl) -> Text:
    state = enum_name(control_pb2.ControlState.DESCRIPTOR, control.state)
    requirement = enum_name(hit_pb2.ControlRequirement.DESCRIPTOR, control.requirement)
    met = f", met {control.hit_count} times" if control.hit_count else ""
    return Text.assemble(
        (requirement, "bold"),
        "  ",
        (state, _STATE_STYLES.get(state, "dim")),
        f"  {control.person.name}\n  {control.court_code}  {control.case_number}, until "
        f"{format_date(control.end_date)}{met}\n  ",
        (control.name, "cyan"),
    )
