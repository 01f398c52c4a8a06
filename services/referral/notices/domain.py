"""Who sees what is due and is told of it: courts, units and the provincial bodies, each at a post."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from types import MappingProxyType

from services.codes.courts import HIGH_COURT
from services.referral.domain import (
    Duty,
    DutyKind,
    Fact,
    Notice,
    NoticeKind,
    Recipient,
    Referral,
    RuleId,
    Sent,
    Supplemented,
    Transferred,
    Withdrawn,
)

POLICE_DEPARTMENT = "360000000000"
PROVINCIAL = (HIGH_COURT, POLICE_DEPARTMENT)
"""The provincial bodies (省高级人民法院, 省公安厅)."""
OFFICE, LIAISON = "office", "liaison"
LIAISON_PERMISSION = "referral.liaison"
"""Permission by which a token is that of its organisation's liaison."""
NAMES = uuid.UUID("5b6f4c0e-7d0a-5f0c-9a53-3c1f0a6e8d21")
"""Space of the ids that are derived from what they name; it never changes."""

TOPIC_PREFIX = "duty."
"""Begins the topics of what the outbox holds until it is due."""
HAPPENED, ADJUSTED, KEY_CASES = "referral.happened", "referral.adjusted", "keyCases.published"
"""Topics of notices of what has happened."""
TOPICS: Mapping[NoticeKind, str] = MappingProxyType(
    {
        NoticeKind.DUE_SOON: f"{TOPIC_PREFIX}dueSoon",
        NoticeKind.OVERDUE: f"{TOPIC_PREFIX}overdue",
        NoticeKind.ESCALATED: f"{TOPIC_PREFIX}escalated",
        NoticeKind.PRIVATE_PROSECUTION: f"{TOPIC_PREFIX}privateProsecution",
    }
)
"""Topics of notices of duties, and of what the outbox holds until then."""


class Kind(IntEnum):
    """Why somebody is told, the values of `xiezhi.referral.v1.ReferralNoticeKind`."""

    HAPPENED = 1
    DUE_SOON = 2
    OVERDUE = 3
    ESCALATED = 4
    PRIVATE_PROSECUTION = 5
    ADJUSTED = 6
    KEY_CASES = 7


def told_of(fact: Fact, court_code: str, unit: str) -> tuple[str, ...]:
    """Returns who is told what happened: the side that did not do it, and the unit that gets a referral.

    Args:
        fact: What happened.
        court_code: Court that referred.
        unit: Unit that it lies with since.
    """
    if isinstance(fact, Transferred):
        return court_code, unit
    return (unit,) if isinstance(fact, Sent | Supplemented | Withdrawn) else (court_code,)


def addressee_of(organisation: str, post: str = OFFICE) -> str:
    """Returns under what notices to a post are kept, for example "赣0102|office"."""
    return f"{organisation}|{post}"


def post_of(*, is_liaison: bool) -> str:
    """Returns the post of somebody in their organisation."""
    return LIAISON if is_liaison else OFFICE


@dataclass(frozen=True, slots=True)
class Owed:
    """A duty with the referral that it is of, as it is listed and told.

    Attributes:
        key: Its key, 16 bytes, made of its clock.
        referral_id: Key of the referral.
        court_code: Court that referred.
        case_number: Case in which it did.
        unit: Unit that it lies with.
        kind: What is to be done.
        suspect: Place of the suspect in the referral; None where it is about all.
        actor: Court or unit that must act.
        due: Last day, inclusive.
        nominal: Last day before it was moved for a day off.
        rule: Rule that set it.
        rule_version: Version of the rules.
        calendar_versions: Versions of the calendars that were used.
        is_provisional: Whether one of them was not published yet.
        adjusted: Why it was computed anew; empty where it was not.
        started_at: Instant of the fact that started the clock.
    """

    key: bytes
    referral_id: str
    court_code: str
    case_number: str
    unit: str
    kind: DutyKind
    suspect: int | None
    actor: str
    due: date
    nominal: date
    rule: RuleId
    rule_version: str
    calendar_versions: tuple[str, ...]
    is_provisional: bool
    adjusted: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Outline:
    """Where a referral lies and what has become of it.

    Attributes:
        referral_id: Its key.
        court_code: Court that referred.
        case_number: Case in which it did.
        unit: Unit that it lies with.
        received_on: Day of the first receipt; None before it.
        filed: Suspects who are filed.
        is_closed: Whether every suspect has a written answer, or was withdrawn.
    """

    referral_id: str
    court_code: str
    case_number: str
    unit: str
    received_on: date | None
    filed: int
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What a notice says.

    Attributes:
        kind: Why it is sent.
        subject: Name of the referral, or of the list of key cases.
        court_code: Court that referred; empty for a list.
        case_number: Case in which it did; empty for a list.
        unit: Unit that it lies with; empty for a list.
        event: What happened, a value of `xiezhi.referral.v1.ReferralEventKind`; 0 for other kinds.
        owed: The duty; None where it is not about one.
        on: Day as of which the duty is told.
        former_due: The last day before it was computed anew; None for other kinds.
    """

    kind: Kind
    subject: str
    court_code: str = ""
    case_number: str = ""
    unit: str = ""
    event: int = 0
    owed: Owed | None = None
    on: date | None = None
    former_due: date | None = None


def owed_of(referral_id: str, referral: Referral, duty: Duty, *, unit: str) -> Owed:
    """Returns a duty as it is listed and told, also one that has ended.

    Args:
        referral_id: Key of the referral.
        referral: How it stands.
        duty: One of its duties.
        unit: Unit that it lies with.

    Raises:
        ValueError: If the rule only gives a time in which something may be done.
    """
    sent, ends = referral.sent, duty.deadline
    if ends.rule.kind is None:
        raise ValueError("what only gives a time is no duty")
    return Owed(
        key_of(referral_id, duty),
        referral_id,
        sent.court_code,
        sent.case_number,
        unit,
        kind=ends.rule.kind,
        suspect=sent.suspects.index(duty.suspect) if duty.suspect else None,
        actor=duty.who,
        due=ends.due,
        nominal=ends.nominal,
        rule=ends.rule.id,
        rule_version=ends.rule_version,
        calendar_versions=ends.calendar_versions,
        is_provisional=ends.is_provisional,
        adjusted="" if duty.adjusted is None else duty.adjusted.why,
        started_at=duty.started_at,
    )


def recipients_of(notice: Notice, court_code: str) -> tuple[str, ...]:
    """Returns the addressees of a notice about a duty of a referral, which a court sent."""
    match notice.recipient:
        case Recipient.UNIT:
            return (addressee_of(notice.duty.who),)
        case Recipient.COURT:
            return (addressee_of(court_code),)
        case Recipient.LIAISONS:
            return addressee_of(court_code, LIAISON), addressee_of(notice.duty.who, LIAISON)
        case Recipient.PROVINCIAL_BODIES:
            return tuple(map(addressee_of, PROVINCIAL))


def derive(*parts: str) -> str:
    """Returns the id of what is named by some texts, the same every time."""
    return str(uuid.uuid5(NAMES, "/".join(parts)))


def key_of(referral_id: str, duty: Duty) -> bytes:
    """Returns the key of a duty, 16 bytes, made of its clock, so that it stays when the duty is listed anew."""
    parts = (referral_id, duty.deadline.rule.id, duty.suspect, duty.started_at.isoformat())
    return uuid.uuid5(NAMES, "/".join(parts)).bytes
