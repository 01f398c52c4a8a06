"""Shows referrals, their suspects, duties, events and documents to a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from xiezhi.cli.render import enum_name, facts_table, format_date, local_time
from xiezhi.referral.v1 import referral_pb2, supervision_pb2

_STATE_STYLES = {
    "SENT": "yellow",
    "RECEIVED": "cyan",
    "SUPPLEMENT_REQUESTED": "yellow",
    "FILED": "cyan",
    "NOT_FILED": "cyan",
    "REOPENED": "yellow",
    "FEEDBACK_GIVEN": "green",
    "OPINION_GIVEN": "green",
}
_OPEN, _LATE = referral_pb2.DUTY_STATE_OPEN, referral_pb2.DUTY_STATE_OVERDUE
_SOON = 3


class Answer(Protocol):
    """An answer that tells a referral."""

    @property
    def referral(self) -> referral_pb2.Referral:
        """The referral."""


def answer_view(answer: Answer) -> RenderableType:
    """Shows the referral that an answer tells."""
    return referral_view(answer.referral)


def referral_view(referral: referral_pb2.Referral) -> RenderableType:
    """Shows a referral with all that is known of it."""
    parts: list[RenderableType] = [
        Text.assemble((referral.name, "bold"), "  ", state_text(referral.state)),
        _facts(referral),
        _suspects(referral.suspects),
    ]
    if referral.duties:
        parts.append(duties_view(referral.duties))
    if referral.evidence:
        parts.append(_evidence(referral.evidence))
    if referral.documents:
        parts.append(_documents(referral.documents))
    if referral.events:
        parts.append(_events(referral.events))
    return Group(*parts)


def referrals_view(referrals: Sequence[referral_pb2.Referral]) -> RenderableType:
    """Shows many referrals, a line each, with what is due next."""
    if not referrals:
        return Text("No referrals.")
    table = Table("Referral", "State", "Court", "Case", "Suspects", "Received", "Next due")
    for one in referrals:
        name = Text(one.name.removeprefix("referrals/"), overflow="fold")
        due = next((duty for duty in one.duties if duty.state in (_OPEN, _LATE)), None)
        told = due_text(due) if due is not None else Text("")
        suspects = str(len(one.suspects))
        received = local_time(one.receive_time)
        table.add_row(name, state_text(one.state), one.court_code, one.case_number, suspects, received, told)
    return table


def state_text(state: referral_pb2.ReferralState) -> Text:
    """Writes the state of a referral or a suspect."""
    name = enum_name(referral_pb2.ReferralState.DESCRIPTOR, state)
    return Text(name, _STATE_STYLES.get(name, "dim"))


def due_text(duty: referral_pb2.Duty) -> Text:
    """Writes the last day of a duty, coloured by how late it is, and whether it may change yet."""
    day = format_date(duty.due_date)
    return Text(f"{day} (provisional)" if duty.provisional else day, _due_style(duty))


def duties_view(duties: Iterable[referral_pb2.Duty]) -> RenderableType:
    """Shows what is due in a referral and what was missed, with the rule and the versions that made each day."""
    table = Table("Due", "Stands", "Duty", "Suspect", "By", "Rule", title="Deadlines", title_justify="left")
    for duty in duties:
        table.add_row(*duty_cells(duty))
    return table


def due_view(items: Sequence[supervision_pb2.DueItem]) -> RenderableType:
    """Shows what is due over many referrals."""
    if not items:
        return Text("Nothing is due.", "green")
    table = Table("Due", "Stands", "Duty", "Suspect", "By", "Rule", "Case", "Referral")
    for item in items:
        referral = Text(item.referral.removeprefix("referrals/"), overflow="fold")
        table.add_row(*duty_cells(item.duty), f"{item.case_number}\n{item.court_code} → {item.unit}", referral)
    return table


def duty_cells(duty: referral_pb2.Duty) -> Iterator[Text]:
    """Yields the cells of a duty: day, state, what, whom about, by whom, and on what the day rests."""
    yield due_text(duty)
    yield Text(_stands(duty), _due_style(duty))
    yield Text(enum_name(referral_pb2.DutyKind.DESCRIPTOR, duty.kind))
    yield Text(str(duty.suspect) if duty.HasField("suspect") else "all")
    yield Text(duty.actor)
    lines = [f"{duty.rule}, {duty.citation}", f"rules {duty.rule_version}"]
    if duty.calendar_versions:
        lines.append(f"calendar {', '.join(duty.calendar_versions)}")
    if duty.due_date != duty.nominal_date:
        lines.append(f"moved from {format_date(duty.nominal_date)}, a day off")
    if duty.adjusted:
        lines.append(f"computed anew: {duty.adjusted}")
    yield Text("\n".join(lines), overflow="fold")


def _stands(duty: referral_pb2.Duty) -> str:
    state = enum_name(referral_pb2.DutyState.DESCRIPTOR, duty.state)
    if duty.state == _OPEN:
        return "today" if not duty.days else f"{duty.days} d left"
    if duty.state == _LATE:
        return f"{abs(duty.days)} d late"
    return f"{state}, {duty.days} d late" if duty.days else state


def _due_style(duty: referral_pb2.Duty) -> str:
    if duty.state == _LATE:
        return "bold red"
    if duty.state != _OPEN:
        return "yellow" if duty.state == referral_pb2.DUTY_STATE_DONE_LATE else "dim"
    if duty.days <= 0:
        return "bold yellow"
    return "yellow" if duty.days <= _SOON else "green"


def _facts(referral: referral_pb2.Referral) -> RenderableType:
    rows = (
        ("Case", f"{referral.case_number} of {referral.court_code}"),
        ("Unit", referral.unit),
        ("Sent", local_time(referral.send_time)),
        ("Received", f"{local_time(referral.receive_time)}  {referral.receipt_number}".strip()),
        ("Follows", referral.predecessor),
        ("Followed by", referral.successor),
        ("Facts", referral.facts),
        ("Private prosecution from", format_date(referral.private_prosecution_date)),
    )
    return facts_table(rows)


def _suspects(suspects: Iterable[referral_pb2.Suspect]) -> RenderableType:
    table = Table("Place", "Suspect", "Number", "State", "Decided", "Answered")
    for one in suspects:
        decided, answered = format_date(one.decision_date), local_time(one.answer_time)
        number = Text(one.party.id_number)
        table.add_row(str(one.index), Text(one.party.name), number, state_text(one.state), decided, answered)
    return table


def _evidence(pieces: Iterable[referral_pb2.Evidence]) -> RenderableType:
    table = Table("Class", "Evidence", "SHA-256")
    for piece in pieces:
        kind = enum_name(referral_pb2.EvidenceClass.DESCRIPTOR, piece.evidence_class)
        table.add_row(kind, Text(piece.title), Text(piece.sha256.hex(), overflow="fold"))
    return table


def _documents(documents: Iterable[referral_pb2.ReferralDocument]) -> RenderableType:
    table = Table("Document", "Number", "Sealed by", "SHA-256")
    for one in documents:
        kind = enum_name(referral_pb2.ReferralDocumentKind.DESCRIPTOR, one.kind)
        table.add_row(kind, Text(one.document_number), one.sealed_by, Text(one.sha256.hex(), overflow="fold"))
    return table


def _events(events: Iterable[referral_pb2.ReferralEvent]) -> RenderableType:
    table = Table("When", "What", "By", "Suspects", "Text", title="Events", title_justify="left")
    for event in events:
        kind = enum_name(referral_pb2.ReferralEventKind.DESCRIPTOR, event.kind)
        whom = ", ".join(map(str, event.suspects)) or "all"
        # The other side wrote the text: brackets in it are no markup.
        who, text = Text(f"{event.organisation} {event.officer_id}"), Text(event.text)
        table.add_row(local_time(event.record_time), kind, who, whom, text)
    return table
