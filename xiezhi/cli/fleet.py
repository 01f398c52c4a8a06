"""Shows vehicles and their seizures to a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

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


def seizures_view(seizures: Iterable[seizure_pb2.Seizure], *, title: str = "") -> RenderableType:
    """Shows seizures in the order given.

    Args:
        seizures: The seizures.
        title: Title of the table; empty for none.
    """
    table = Table("Seizure", "Plate", "State", "From", "Until", "Ruling", title=title or None, title_justify="left")
    for seizure in seizures:
        table.add_row(
            Text(seizure.name.removeprefix("seizures/"), overflow="fold"),
            f"{seizure.plate} ({seizure.plate_type})",
            _state(seizure),
            local_time(seizure.effective_time),
            _until(seizure),
            f"{seizure.court_code} {seizure.ruling_number}",
        )
    return table


def outcomes_view(answer: seizure_pb2.RegisterSeizureResponse) -> RenderableType:
    """Shows what became of each vehicle of a ruling."""
    table = Table(
        "",
        "Plate",
        "Outcome",
        "Seizure",
        "Notes",
        title=f"Served {local_time(answer.serve_time)}",
        title_justify="left",
    )
    for outcome in answer.outcomes:
        notes = ", ".join(enum_name(seizure_pb2.SeizureNote.DESCRIPTOR, note) for note in outcome.notes)
        if outcome.refused_reason:
            table.add_row(str(outcome.index), "", Text(f"✗ {outcome.refused_reason}", "red"), "", notes)
            continue
        seizure = outcome.seizure
        name = Text(seizure.name, overflow="fold")
        table.add_row(str(outcome.index), f"{seizure.plate} ({seizure.plate_type})", _state(seizure), name, notes)
    return table


def _state(seizure: seizure_pb2.Seizure) -> Text:
    state = enum_name(seizure_pb2.SeizureState.DESCRIPTOR, seizure.state)
    waiting = seizure.state == seizure_pb2.SEIZURE_STATE_WAITING
    told = f"{state} as number {seizure.queue_position}" if waiting else state
    return Text(told, _STATE_STYLES.get(state, "dim"))


def _until(seizure: seizure_pb2.Seizure) -> str:
    """Returns the last day of one in force, and when the others ended."""
    if seizure.state == seizure_pb2.SEIZURE_STATE_EFFECTIVE:
        return f"{format_date(seizure.last_date)} inclusive"
    return local_time(seizure.end_time)


def _vehicles(vehicles: Sequence[vehicle_pb2.Vehicle]) -> RenderableType:
    from services.codes.vehicles import PLATE_TYPES, VEHICLE_TYPES

    table = Table("Plate", "Type", "Make", "VIN", "Colours", "Status", "Owner", "Mortgage", "Seizures")
    for vehicle in vehicles:
        colours = ", ".join(enum_name(vehicle_pb2.Colour.DESCRIPTOR, colour) for colour in vehicle.colours)
        statuses = "\n".join(enum_name(vehicle_pb2.VehicleStatus.DESCRIPTOR, status) for status in vehicle.statuses)
        seized = vehicle_pb2.VEHICLE_STATUS_SEIZED in vehicle.statuses
        table.add_row(
            Text(vehicle.plate, "bold"),
            _named(vehicle.plate_type, {code: name.chinese for code, name in PLATE_TYPES.items()}),
            f"{vehicle.brand} {vehicle.model}\n"
            + _named(vehicle.vehicle_type, {code: name.chinese for code, name in VEHICLE_TYPES.items()}),
            vehicle.vin,
            colours,
            Text(statuses, "red" if seized else ""),
            f"{vehicle.owner.name}\n{vehicle.owner.certificate_type} {vehicle.owner.certificate_number}",
            vehicle.mortgagee,
            _queue(vehicle.seizures),
        )
    return table


def _queue(queued: Iterable[vehicle_pb2.QueuedSeizure]) -> str:
    return "\n".join(
        f"{one.court_code} waits as number {one.queue_position}"
        if one.queue_position
        else f"{one.court_code} until {format_date(one.last_date)}"
        for one in queued
    )


def _named(code: str, names: Mapping[str, str]) -> str:
    return f"{code} {names.get(code, '')}".rstrip()
