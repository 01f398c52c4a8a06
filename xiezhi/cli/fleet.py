"""Shows vehicles and their seizures to a person, in blocks that fit into any terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from xiezhi.cli.render import enum_name, format_date, local_time
from xiezhi.vehicle.v1 import lookup_pb2, seizure_pb2, vehicle_pb2

_STATE_STYLES = {"EFFECTIVE": "bold red", "WAITING": "yellow"}
_RESULT_STYLES = {"HIT": "green", "NO_RECORD": "yellow", "ROLLED_BACK": "red"}


def fleet_view(answer: lookup_pb2.LookupVehiclesResponse) -> RenderableType:
    """Shows the vehicles of a debtor.

    Args:
        answer: The answer, all of its parts in one.
    """
    result = enum_name(lookup_pb2.VehicleResult.DESCRIPTOR, answer.result)
    head = Text.assemble(
        (result, _RESULT_STYLES.get(result, "red")), f"  {answer.total} as of {format_date(answer.as_of_date)}"
    )
    parts: list[RenderableType] = [head]
    if answer.name_differs:
        parts.append(Text("Some are registered under another name of the organisation.", "yellow"))
    if answer.vehicles:
        parts.append(_vehicles(answer.vehicles))
    parts.append(Text(answer.classification, "bold yellow"))
    return Group(*parts)


def seizures_view(seizures: Iterable[seizure_pb2.Seizure]) -> RenderableType:
    """Shows seizures in the order given, each with its name on a line of its own."""
    return Group(*(_seizure(seizure) for seizure in seizures))


def outcomes_view(answer: seizure_pb2.RegisterSeizureResponse) -> RenderableType:
    """Shows what became of each vehicle of a ruling."""
    blocks = [Text(f"Served {local_time(answer.serve_time)}", "bold")]
    for outcome in answer.outcomes:
        if outcome.refused_reason:
            blocks.append(Text.assemble(f"Vehicle {outcome.index + 1}  ", (f"✗ {outcome.refused_reason}", "red")))
        else:
            blocks.append(_seizure(outcome.seizure))
        names = (enum_name(seizure_pb2.SeizureNote.DESCRIPTOR, note) for note in outcome.notes)
        blocks += [Text(f"  {name}", "yellow") for name in names]
    return Group(*blocks)


def _seizure(seizure: seizure_pb2.Seizure) -> Text:
    span = _span(seizure)
    return Text.assemble(
        (f"{seizure.plate} ({seizure.plate_type})", "bold"),
        "  ",
        _state(seizure),
        f"\n  {span}" if span else "",
        f"\n  {seizure.court_code}  {seizure.ruling_number}\n  ",
        (seizure.name, "cyan"),
    )


def _state(seizure: seizure_pb2.Seizure) -> tuple[str, str]:
    state = enum_name(seizure_pb2.SeizureState.DESCRIPTOR, seizure.state)
    waiting = seizure.state == seizure_pb2.SEIZURE_STATE_WAITING
    return (f"{state} as number {seizure.queue_position}" if waiting else state), _STATE_STYLES.get(state, "dim")


def _span(seizure: seizure_pb2.Seizure) -> str:
    """Returns from when to when it is in force, or was; nothing of one that never was."""
    start = local_time(seizure.effective_time)
    if seizure.state == seizure_pb2.SEIZURE_STATE_EFFECTIVE:
        return f"{start} to {format_date(seizure.last_date)} inclusive"
    ended = local_time(seizure.end_time)
    return f"{start} to {ended}".strip() if ended else ""


def _vehicles(vehicles: Sequence[vehicle_pb2.Vehicle]) -> RenderableType:
    from services.codes.vehicles import PLATE_TYPES, VEHICLE_TYPES

    table = Table(show_header=False, box=None, padding=(0, 2))
    for title in ("Vehicle", "Make", "Owner"):
        table.add_column(title, overflow="fold")
    for vehicle in vehicles:
        plate_type, kind = PLATE_TYPES.get(vehicle.plate_type), VEHICLE_TYPES.get(vehicle.vehicle_type)
        make = f"{vehicle.brand} {vehicle.model}\n{vehicle.vehicle_type} {kind.chinese if kind else ''}\n"
        table.add_row(
            Text.assemble(
                (vehicle.plate, "bold"),
                f"\n{vehicle.plate_type} {plate_type.chinese if plate_type else ''}\n{vehicle.vin}\n",
                *_statuses(vehicle),
            ),
            make + _colours(vehicle),
            "\n".join((vehicle.owner.name, vehicle.owner.certificate_number, *_burdens(vehicle), "")),
        )
    return table


def _statuses(vehicle: vehicle_pb2.Vehicle) -> Iterator[tuple[str, str]]:
    for status in vehicle.statuses:
        style = "bold red" if status == vehicle_pb2.VEHICLE_STATUS_SEIZED else "dim"
        yield enum_name(vehicle_pb2.VehicleStatus.DESCRIPTOR, status) + " ", style


def _colours(vehicle: vehicle_pb2.Vehicle) -> str:
    return ", ".join(enum_name(vehicle_pb2.Colour.DESCRIPTOR, colour) for colour in vehicle.colours)


def _burdens(vehicle: vehicle_pb2.Vehicle) -> Iterator[str]:
    """Yields the mortgage and the seizures in the order of their queue."""
    if vehicle.mortgagee:
        yield f"Mortgaged to {vehicle.mortgagee}"
    for one in vehicle.seizures:
        if one.queue_position:
            yield f"{one.court_code} waits as number {one.queue_position}"
        else:
            yield f"Seized by {one.court_code} until {format_date(one.last_date)}"
