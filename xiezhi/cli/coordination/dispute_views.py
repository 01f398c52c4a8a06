"""Shows disputes to a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from xiezhi.cli.render import enum_name, facts_table, local_time
from xiezhi.coordination.v1 import dispute_pb2
from xiezhi.policy.v1 import policy_pb2

_STYLES = {"OPEN": "yellow", "ESCALATED": "red", "AGREED": "green", "SETTLED": "green", "WITHDRAWN": "dim"}


class _HasDispute(Protocol):
    @property
    def dispute(self) -> dispute_pb2.Dispute: ...


def answer_view(answer: _HasDispute) -> RenderableType:
    """Shows the dispute of an answer, with its log."""
    one = answer.dispute
    rows = (
        ("About", one.subject),
        ("Topic", enum_name(dispute_pb2.DisputeTopic.DESCRIPTOR, one.topic)),
        ("Court", _with_position(one.court_code, one.court_position)),
        ("Police", _with_position(one.police_organisation, one.police_position)),
        ("Department", enum_name(policy_pb2.Department.DESCRIPTOR, one.department)),
        ("Opened", f"{local_time(one.open_time)} by the {_side(one.opened_by)}"),
        ("Silence ends", local_time(one.silence_end_time)),
        ("Settlement", one.settlement_sha256.hex()),
    )
    head = Text.assemble((f"{one.name}  ", "bold"), _state(one.state))
    return Group(head, facts_table(rows), _steps(one.steps))


def disputes_view(disputes: Iterable[dispute_pb2.Dispute]) -> RenderableType:
    """Shows disputes, a line each."""
    table = Table("Dispute", "State", "Topic", "Court", "Police", "About", "Opened")
    for one in disputes:
        topic = enum_name(dispute_pb2.DisputeTopic.DESCRIPTOR, one.topic)
        name, subject = Text(one.name, overflow="fold"), Text(one.subject, overflow="fold")
        opened = local_time(one.open_time)
        table.add_row(name, _state(one.state), topic, one.court_code, one.police_organisation, subject, opened)
    return table if table.row_count else Text("No disputes.")


def _steps(steps: Iterable[dispute_pb2.DisputeStep]) -> RenderableType:
    table = Table("When", "What", "By", "Text", title="Log", title_justify="left")
    for step in steps:
        kind = enum_name(dispute_pb2.DisputeStepKind.DESCRIPTOR, step.kind)
        if step.position:
            kind = enum_name(dispute_pb2.DisputePosition.DESCRIPTOR, step.position)
        # The other side wrote the text: brackets in it are no markup.
        table.add_row(local_time(step.time), kind, Text(f"{step.organisation} {step.officer_id}"), Text(step.text))
    return table


def _with_position(organisation: str, position: int) -> str:
    if not position:
        return organisation
    return f"{organisation}  {enum_name(dispute_pb2.DisputePosition.DESCRIPTOR, position)}"


def _side(side: int) -> str:
    return enum_name(dispute_pb2.DisputeSide.DESCRIPTOR, side).lower()


def _state(state: int) -> Text:
    name = enum_name(dispute_pb2.DisputeState.DESCRIPTOR, state)
    return Text(name, style=_STYLES.get(name, ""))
