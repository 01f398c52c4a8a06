"""Notices to courts as they are written, with ids that follow from what they tell, so that nothing is told twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.chassis.feed import Escalation, Notice
from services.exit_restriction.changes import ReleaseProposed, RestrictionRecord
from services.exit_restriction.domain import Standing
from services.exit_restriction.meetings import HandledTold, HitTold
from services.exit_restriction.notices.domain import (
    CourtTold,
    Met,
    NoticeKind,
    addressee_of_court,
    control_name,
    derive_id,
    restriction_name,
    told_late,
)
from services.exit_restriction.notices.due import ControlEnd, TermDue
from services.exit_restriction.notices.records import write_told
from services.exit_restriction.restrictions.domain import Shown


def draft_hit(hit: HitTold, *, acknowledge_within: timedelta) -> Notice:
    """Drafts that a person under control was met.

    Args:
        hit: How.
        acknowledge_within: How long the court has to acknowledge it before others are told.
    """
    court = hit.author.court_code
    return Notice(
        notice_id=derive_id(hit.hit_id, NoticeKind.HIT.name, hit.control_id, hit.at.isoformat()),
        addressee=addressee_of_court(court),
        topic=NoticeKind.HIT.topic,
        subject=_subject(hit.subject_id),
        payload=write_told(_told_of(NoticeKind.HIT, hit, _met(hit))),
        made_at=hit.at,
        traceparent=hit.traceparent,
        ack_within=acknowledge_within,
        escalations=(Escalation(told_late(court)),),
    )


def draft_handled(told: HandledTold) -> Notice:
    """Drafts what was done with a person who was met."""
    hit, kind = told.hit, NoticeKind.HANDLED
    return _draft(
        _told_of(kind, hit, _met(hit, told)),
        notice_id=derive_id(hit.hit_id, kind.name, hit.control_id, told.at.isoformat()),
        subject_id=hit.subject_id,
        at=told.at,
        traceparent=told.traceparent,
    )


def draft_proposal(proposed: ReleaseProposed) -> Notice:
    """Drafts that a release is proposed."""
    kind, record = NoticeKind.RELEASE_PROPOSED, proposed.record
    return _draft(
        _told_about(kind, record, proposed.standing, handler_id=record.officer_id),
        notice_id=derive_id(record.restriction_id, kind.name, proposed.at.isoformat()),
        subject_id=record.subject_id,
        at=proposed.at,
        traceparent=proposed.traceparent,
    )


def draft_term(kind: NoticeKind, due: TermDue, *, shown: Shown, at: datetime, traceparent: str) -> Notice:
    """Drafts what is due of a term of a restriction.

    Args:
        kind: Why the court is told.
        due: The term.
        shown: How the restriction stands; the judge of its last term reads the content.
        at: The present instant.
        traceparent: Trace of what it follows from.
    """
    return _draft(
        _told_about(kind, shown.record, shown.standing, handler_id=shown.officer_id),
        notice_id=derive_id(due.restriction_id, kind.name, due.sequence, due.number),
        subject_id=shown.record.subject_id,
        at=at,
        traceparent=traceparent,
    )


def draft_control_end(end: ControlEnd, *, at: datetime, traceparent: str) -> Notice:
    """Drafts that a control is over by itself.

    Args:
        end: Which, and whom to tell.
        at: The present instant.
        traceparent: Trace of what it follows from.
    """
    kind = NoticeKind.EXPIRED
    return _draft(
        CourtTold(kind, end.author, control_name(end.control_id), end.handler_id, last_day=end.last_day),
        notice_id=derive_id(end.control_id, kind.name),
        subject_id=end.subject_id,
        at=at,
        traceparent=traceparent,
    )


def _draft(told: CourtTold, *, notice_id: str, subject_id: int, at: datetime, traceparent: str) -> Notice:
    return Notice(
        notice_id=notice_id,
        addressee=addressee_of_court(told.author.court_code),
        topic=told.kind.topic,
        subject=_subject(subject_id),
        payload=write_told(told),
        made_at=at,
        traceparent=traceparent,
    )


def _told_about(kind: NoticeKind, record: RestrictionRecord, standing: Standing, *, handler_id: str) -> CourtTold:
    name = restriction_name(record.restriction_id)
    return CourtTold(kind, record.filed.author, name, handler_id, last_day=standing.last_day)


def _told_of(kind: NoticeKind, hit: HitTold, met: Met) -> CourtTold:
    return CourtTold(kind, hit.author, control_name(hit.control_id), hit.handler_id, met=met)


def _met(hit: HitTold, handled: HandledTold | None = None) -> Met:
    return Met(
        hit.hit_id,
        hit.port,
        hit.direction,
        observed_at=hit.observed_at,
        unit=hit.unit,
        requirement=hit.requirement,
        action=hit.action,
        handled=None if handled is None else handled.handled,
        note="" if handled is None else handled.note,
        person_name=hit.person_name,
    )


def _subject(subject_id: int) -> bytes:
    return str(subject_id).encode()
