"""Between disputes and the contract's messages."""

from __future__ import annotations

from services.chassis.call import Call
from services.chassis.clock import write_instant
from services.coordination.disputes.domain import PREFIX, DisputeFile, Officer, Step, Topic
from services.coordination.disputes.handlers import Opening
from services.coordination.disputes.sealed import KINDS
from services.coordination.domain.dispute_steps import require_plain
from services.coordination.domain.disputes import Positioned, Side
from services.filing.convert import invalid
from xiezhi.coordination.v1 import dispute_pb2

MOST_SHOWN = 200
"""How many steps of a dispute are shown: the opening, and else the newest ones."""


def read_name(name: str) -> str:
    """Returns the key of a dispute."""
    return name.removeprefix(PREFIX)


def read_officer(call: Call) -> Officer:
    """Returns who takes a step."""
    return Officer(call.officer.organisation, call.officer.officer_id)


def read_text(text: str) -> str:
    """Reads what somebody writes.

    Raises:
        InvalidArgument: FIELDS_INVALID for a blank text, or PERSONAL_DATA_IN_TEXT.
    """
    if not text.strip():
        raise invalid("text", "it has more than spaces")
    require_plain(text)
    return text


def read_opening(request: dispute_pb2.OpenDisputeRequest, *, dispute_id: str) -> Opening:
    """Reads what an organisation disputes; raises as `read_text`.

    Args:
        request: The request.
        dispute_id: Key of the dispute to be.
    """
    text = read_text(request.text)
    return Opening(dispute_id, request.subject, Topic(request.topic), text, request.counterpart)


def write_dispute(message: dispute_pb2.Dispute, file: DisputeFile, *, days: int, has_steps: bool = True) -> None:
    """Writes a dispute into an empty message, without its settlement.

    Args:
        message: The message.
        file: The dispute.
        days: Days that a side has to answer.
        has_steps: Whether what happened is shown.
    """
    record, dispute = file.record, file.dispute
    message.name, message.subject = record.name, record.subject
    message.topic, message.state = record.topic, dispute.state  # type: ignore[assignment]
    message.opened_by = dispute.opened.side  # type: ignore[assignment]
    message.court_code, message.police_organisation = record.parties.court_code, record.parties.police
    message.department = record.parties.department  # type: ignore[assignment]
    if Side.COURT in dispute.positions:
        message.court_position = dispute.positions[Side.COURT].position  # type: ignore[assignment]
    if Side.POLICE in dispute.positions:
        message.police_position = dispute.positions[Side.POLICE].position  # type: ignore[assignment]
    write_instant(message.open_time, dispute.opened.at)
    ends_at = dispute.silence_ends_at(days=days)
    if ends_at is not None:
        write_instant(message.silence_end_time, ends_at)
    if dispute.settled is not None:
        message.settlement_sha256 = dispute.settled.sha256
    if has_steps:
        first, *later = file.steps
        for step in (first, *later[1 - MOST_SHOWN :]):
            _write_step(message.steps.add(), step)


def _write_step(message: dispute_pb2.DisputeStep, step: Step) -> None:
    message.kind = KINDS[type(step.fact)]  # type: ignore[assignment]
    write_instant(message.time, step.fact.at)
    message.organisation, message.officer_id = step.officer.organisation, step.officer.officer_id
    if isinstance(step.fact, Positioned):
        message.position = step.fact.position  # type: ignore[assignment]
    message.text = step.text
