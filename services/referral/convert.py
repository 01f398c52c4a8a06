"""Between messages and domain: names, duties and what happened, which several of the services here show."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from services.filing.convert import write_date
from services.referral.domain import (
    Adjusted,
    Decided,
    Decision,
    Duty,
    DutyState,
    Extended,
    Fact,
    FeedbackGiven,
    OpinionGiven,
    Received,
    Reopened,
    Sent,
    Supplemented,
    SupplementRequested,
    Transferred,
    Withdrawn,
)
from xiezhi.referral.v1 import referral_pb2

NAME = "referrals/"

_EVENTS: Mapping[type[Fact], int] = MappingProxyType(
    {
        Sent: referral_pb2.REFERRAL_EVENT_KIND_SENT,
        Received: referral_pb2.REFERRAL_EVENT_KIND_RECEIVED,
        SupplementRequested: referral_pb2.REFERRAL_EVENT_KIND_SUPPLEMENT_REQUESTED,
        Supplemented: referral_pb2.REFERRAL_EVENT_KIND_SUPPLEMENTED,
        Transferred: referral_pb2.REFERRAL_EVENT_KIND_TRANSFERRED,
        Extended: referral_pb2.REFERRAL_EVENT_KIND_EXTENDED,
        FeedbackGiven: referral_pb2.REFERRAL_EVENT_KIND_FEEDBACK_GIVEN,
        OpinionGiven: referral_pb2.REFERRAL_EVENT_KIND_OPINION_GIVEN,
        Reopened: referral_pb2.REFERRAL_EVENT_KIND_REOPENED,
        Withdrawn: referral_pb2.REFERRAL_EVENT_KIND_WITHDRAWN,
        Adjusted: referral_pb2.REFERRAL_EVENT_KIND_ADJUSTED,
    }
)


def event_of(fact: Fact) -> int:
    """Returns what happened, a value of `xiezhi.referral.v1.ReferralEventKind`.

    Args:
        fact: The fact.
    """
    if isinstance(fact, Decided):
        is_filed = fact.decision is Decision.FILED
        return referral_pb2.REFERRAL_EVENT_KIND_FILED if is_filed else referral_pb2.REFERRAL_EVENT_KIND_NOT_FILED
    return _EVENTS[type(fact)]


def read_name(name: str) -> str:
    """Returns the key of a referral by its name, whose form the contract checks; empty for an empty name."""
    return name.removeprefix(NAME)


def write_duty(message: referral_pb2.Duty, duty: Duty, *, place: int | None) -> None:
    """Writes a duty into an empty message.

    Args:
        message: The message.
        duty: The duty, whose rule is one that something is to be done by.
        place: Place of the suspect in the referral; None where it is about all.
    """
    ends = duty.deadline
    message.kind = ends.rule.kind or referral_pb2.DUTY_KIND_UNSPECIFIED  # type: ignore[assignment]
    if place is not None:
        message.suspect = place
    message.actor = duty.who
    write_date(message.due_date, ends.due)
    write_date(message.nominal_date, ends.nominal)
    message.rule, message.citation, message.rule_version = ends.rule.id, ends.rule.citation, ends.rule_version
    message.calendar_versions.extend(ends.calendar_versions)
    message.provisional = ends.is_provisional
    message.state = duty.state  # type: ignore[assignment]
    is_late = duty.state is DutyState.OVERDUE
    message.days = (duty.days_left or 0) if duty.state is DutyState.OPEN else (-1 if is_late else 1) * duty.days_late
    if duty.adjusted is not None:
        message.adjusted = duty.adjusted.why
