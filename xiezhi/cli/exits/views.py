"""Shows entries, restrictions and what counters say to a person, in blocks that fit into any terminal."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from xiezhi.cli.render import enum_name, format_date, local_time
from xiezhi.exit_restriction.v1 import counter_pb2, listing_pb2, restriction_pb2

_STATE_STYLES = {"ACTIVE": "bold red", "FILED": "yellow", "PUBLISHED": "red", "CORRECTED": "red"}
_FORWARDING_STYLES = {"FORWARDED": "green", "LIST_ONLY": "yellow", "REFUSED": "red"}
_DECISION_STYLES = {"PASS": "bold green", "RESTRICTED": "bold red", "MANUAL": "bold yellow"}


def entries_view(entries: Collection[listing_pb2.Entry]) -> RenderableType:
    """Shows entries in the order given, each with its name on a line of its own."""
    return Group(*map(_entry, entries)) if entries else Text("No entries.")


def restrictions_view(restrictions: Collection[restriction_pb2.Restriction]) -> RenderableType:
    """Shows restrictions in the order given, each with all of its terms."""
    return Group(*map(_restriction, restrictions)) if restrictions else Text("No restrictions.")


def removal_view(answer: listing_pb2.RemoveEntryResponse) -> RenderableType:
    """Shows an entry that was taken off the list, and which restrictions stay until their own notice."""
    parts: list[RenderableType] = [_entry(answer.entry)]
    parts += [
        Text(f"{name} stays until the court releases it: xiezhi exit release {name}", "yellow")
        for name in answer.proposed_releases
    ]
    return Group(*parts)


def release_view(answer: restriction_pb2.ReleaseRestrictionResponse) -> RenderableType:
    """Shows a restriction that was released."""
    shown = _restriction(answer.restriction)
    return Group(shown, Text("It had ended before; nothing was changed.", "yellow")) if answer.already_ended else shown


def decision_view(answer: counter_pb2.CheckApplicationResponse) -> RenderableType:
    """Shows what a counter does with an application."""
    parts: list[RenderableType] = [decision_text(answer.decision)]
    if answer.name_differs:
        parts.append(Text("The name is another one on file: check by hand who applies.", "yellow"))
    if answer.grounds:
        parts.append(grounds_table(answer.grounds))
    return Group(*parts)


def decision_text(decision: int) -> Text:
    """Writes a decision of a counter."""
    name = enum_name(counter_pb2.ApplicationDecision.DESCRIPTOR, decision)
    return Text(name, _DECISION_STYLES.get(name, "red"))


def grounds_table(grounds: Iterable[counter_pb2.Ground]) -> RenderableType:
    """Shows what an applicant may be told."""
    table = Table("Court", "Telephone", "Decision", "Until", "Law")
    for ground in grounds:
        until = format_date(ground.end_date)
        table.add_row(ground.court_code, ground.phone, ground.decision_number, until, ground.legal_basis)
    return table


def past_view(answer: counter_pb2.AskPastResponse) -> RenderableType:
    """Shows what was in force at a moment."""
    if answer.name_differs:
        return Text("The name is another one on file: ask again with the right one.", "yellow")
    if not answer.measures:
        return Text("Nothing was in force at that moment.", "green")
    table = Table("Measure", "Court and case", "Decision", "Term then", "Rules")
    for one in answer.measures:
        term = f"{format_date(one.start_date)} to {format_date(one.end_date)}"
        case = f"{one.court_code} {one.case_number}"
        table.add_row(Text(one.name, overflow="fold"), case, one.decision_number, term, one.rule_version)
    return table


def outcome_text(outcome: listing_pb2.EntryOutcome) -> Text:
    """Writes what became of an entry, in a line or two."""
    name = enum_name(listing_pb2.Forwarding.DESCRIPTOR, outcome.forwarding)
    told = Text.assemble((name, _FORWARDING_STYLES.get(name, "red")))
    if outcome.reasons:
        told.append(f"  {', '.join(outcome.reasons)}")
    if outcome.restriction:
        told.append(f"  {outcome.restriction}", "cyan")
    return told


def _entry(entry: listing_pb2.Entry) -> Text:
    state = enum_name(listing_pb2.EntryState.DESCRIPTOR, entry.state)
    until = format_date(entry.end_date)
    return Text.assemble(
        (state, _STATE_STYLES.get(state, "dim")),
        f"  received {local_time(entry.receive_time)}{f', on the list until {until}' if until else ''}\n  ",
        outcome_text(entry.outcome),
        "\n  ",
        (entry.name, "cyan"),
    )


def _restriction(restriction: restriction_pb2.Restriction) -> Text:
    state = enum_name(restriction_pb2.RestrictionState.DESCRIPTOR, restriction.state)
    level = enum_name(restriction_pb2.FilingLevel.DESCRIPTOR, restriction.level).lower()
    shown = Text.assemble(
        (state, _STATE_STYLES.get(state, "dim")),
        f"  {restriction.court_code}  {restriction.decision_number}  ({level} level)\n",
        f"  {local_time(restriction.effective_time)} until {local_time(restriction.end_time)}\n",
    )
    for term in restriction.terms:
        span = f"{format_date(term.start_date)} to {format_date(term.end_date)}"
        shown.append(f"  Term {term.sequence}: {span}, under {term.rule_version}\n")
    if restriction.HasField("renewal_opens_date"):
        shown.append(f"  Can be renewed from {format_date(restriction.renewal_opens_date)}\n")
    if restriction.release_proposed:
        shown.append("  The debtor is off the list: release is proposed\n", "yellow")
    return shown.append(f"  {restriction.name}", "cyan")
