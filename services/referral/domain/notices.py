"""Which notices about deadlines are due: a reminder before, and what follows when nothing was done.

They are derived like everything else, so a process that stands still for a week finds the ones it has missed, and their
keys tell it which ones are out already. A notice that comes late changes nothing about who must act until when.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from services.codes.terms import end_of
from services.referral.domain.calendars import Calendars
from services.referral.domain.clocks import Actor, Mark
from services.referral.domain.duties import Duty

_DAY = timedelta(days=1)


class NoticeKind(IntEnum):
    """Why a notice about a deadline is given, values of `xiezhi.referral.v1.ReferralNoticeKind`."""

    DUE_SOON = 2
    OVERDUE = 3
    ESCALATED = 4
    PRIVATE_PROSECUTION = 5


class Recipient(IntEnum):
    """Who is told."""

    UNIT = 1
    COURT = 2
    LIAISONS = 3
    PROVINCIAL_BODIES = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """When notices are given.

    Attributes:
        remind_before: Working days from the reminder to the last day, from 1.
        escalate_after: Days after the last day on which the provincial bodies are told.
    """

    remind_before: int = 1
    escalate_after: int = 5


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice about a duty.

    Attributes:
        key: Key, the same whenever and however often it is derived: of the duty, its last day and the kind.
        kind: Why it is given.
        due_at: Instant at which it is due.
        recipient: Who is told.
        duty: The duty as it stands now.
    """

    key: str
    kind: NoticeKind
    due_at: datetime
    recipient: Recipient
    duty: Duty


def notices_of(
    referral_id: str, duties: Iterable[Duty], moment: datetime, *, calendars: Calendars, plan: Plan | None = None
) -> tuple[Notice, ...]:
    """Returns all notices that were due in a referral until a moment, whether or not they are out.

    Args:
        referral_id: Key of the referral.
        duties: Its duties at that moment, those that have ended too: what was due before they did is told nevertheless.
        moment: The current instant.
        calendars: All calendars.
        plan: When notices are given; None for the ordinary plan.

    Returns:
        The notices in the order in which they were due.
    """
    found = (n for d in duties for n in _notices(referral_id, d, calendars=calendars, plan=plan or Plan()))
    due = (n for n in found if n.due_at <= moment and (n.duty.ended_at is None or n.due_at < n.duty.ended_at))
    return tuple(sorted(due, key=lambda notice: (notice.due_at, notice.key)))


def _notices(referral_id: str, duty: Duty, *, calendars: Calendars, plan: Plan) -> Iterator[Notice]:
    due = duty.deadline.due
    actor = Recipient.UNIT if duty.deadline.rule.actor is Actor.UNIT else Recipient.COURT
    reminded_on = calendars.as_of(duty.started_at).working_day_before(due, plan.remind_before)
    reminded_at = max(duty.started_at, end_of(reminded_on - _DAY))
    if reminded_at < duty.deadline.ends_at:
        yield _notice(referral_id, duty, NoticeKind.DUE_SOON, at=reminded_at, to=actor)
    late_at = max(duty.started_at, duty.deadline.ends_at)
    if duty.deadline.rule.marks is Mark.SIXTY_DAY_ELAPSED:
        yield _notice(referral_id, duty, NoticeKind.PRIVATE_PROSECUTION, at=late_at, to=Recipient.COURT)
    if duty.deadline.rule.marks is Mark.FEEDBACK_OVERDUE:
        escalated_at = max(duty.started_at, end_of(due + plan.escalate_after * _DAY))
        yield _notice(referral_id, duty, NoticeKind.OVERDUE, at=late_at, to=Recipient.LIAISONS)
        yield _notice(referral_id, duty, NoticeKind.ESCALATED, at=escalated_at, to=Recipient.PROVINCIAL_BODIES)


def _notice(referral_id: str, duty: Duty, kind: NoticeKind, *, at: datetime, to: Recipient) -> Notice:
    ends = duty.deadline
    parts = (referral_id, ends.rule.id, duty.suspect, duty.started_at.isoformat(), ends.due.isoformat(), kind.name)
    return Notice("/".join(parts), kind, at, to, duty)
