"""What courts are told, as it is kept; the feed seals it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from services.chassis.records import read_record, write_record
from services.exit_restriction.domain import Action, Author, Direction, Requirement
from services.exit_restriction.notices.domain import CourtTold, Met, NoticeKind

_FORM = 1


def write_told(told: CourtTold) -> bytes:
    """Writes what a court is told."""
    last_day, met = told.last_day, told.met
    values = [
        told.kind,
        told.author.court_code,
        told.author.case_number,
        told.measure,
        told.handler_id,
        None if last_day is None else last_day.isoformat(),
        None if met is None else _met_values(met),
    ]
    return write_record(_FORM, values)


def read_told(record: bytes) -> CourtTold:
    """Reads what `write_told` wrote.

    Raises:
        RecordForm: If it is of an unknown form.
    """
    kind, court, case, measure, handler, last_day, met = read_record(_FORM, record)
    return CourtTold(
        NoticeKind(kind),
        Author(court, case),
        measure,
        handler,
        last_day=None if last_day is None else date.fromisoformat(last_day),
        met=None if met is None else _read_met(met),
    )


def _met_values(met: Met) -> list[object]:
    return [
        met.hit_id,
        met.port,
        met.direction,
        met.observed_at.isoformat(),
        met.unit,
        met.requirement,
        met.action,
        met.handled,
        met.note,
        met.person_name,
    ]


def _read_met(values: list[Any]) -> Met:
    hit, port, direction, observed, unit, requirement, action, handled, note, name = values
    return Met(
        hit,
        port,
        Direction(direction),
        observed_at=datetime.fromisoformat(observed),
        unit=unit,
        requirement=Requirement(requirement),
        action=Action(action),
        handled=None if handled is None else Action(handled),
        note=note,
        person_name=name,
    )
