"""Tells counters' copies of restrictions, in the transaction of what they are told of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from services.chassis.feed import Feed, Notice
from services.chassis.outbox import Event
from services.chassis.records import read_record, write_record
from services.exit_restriction.changes import Change, Happened, RestrictionChange
from services.exit_restriction.counter.domain import Cause, Copied, CopyChange
from services.exit_restriction.notices.domain import derive_id
from services.exit_restriction.registry.store import SubjectRows
from services.exit_restriction.restrictions.domain import Shown
from services.exit_restriction.restrictions.rows import RestrictionRows

ADDRESSEE = "exit-entry"
"""Under what the changes of restrictions are kept for counters."""
TOPIC = "restriction.copy"

_FORM = 1
_CHANGES: Mapping[Happened, CopyChange] = MappingProxyType(
    {
        Happened.FILED: CopyChange.FILED,
        Happened.RENEWED: CopyChange.RENEWED,
        Happened.RELEASED: CopyChange.RELEASED,
        Happened.SUPERSEDED: CopyChange.SUPERSEDED,
    }
)


class CopyTelling:
    """Tells counters of what becomes of restrictions.

    Args:
        feed: The service's notices.
        subjects: Reads the numbers of people.
        restrictions: Reads what happened to their restrictions.
    """

    def __init__(self, feed: Feed, *, subjects: SubjectRows, restrictions: RestrictionRows) -> None:
        self._feed = feed
        self._subjects = subjects
        self._restrictions = restrictions

    def of_restrictions(self, connection: Connection, changes: Sequence[Change]) -> None:
        """Tells of changes of restrictions; a `services.exit_restriction.changes.Tell`."""
        told = [change for change in changes if isinstance(change, RestrictionChange)]
        subjects = self._subjects.read(connection, {c.record.subject_id for c in told if c.numbers is None})
        notices, texts = [], _Texts()
        for change in told:
            numbers = change.numbers
            if numbers is None:
                numbers = subjects[change.record.subject_id].numbers
            copied = Copied.of(self._shown(connection, change), _CHANGES[change.happened], numbers)
            subject_id, trace = change.record.subject_id, change.traceparent
            notices.append(_notice(copied, subject_id, at=change.at, traceparent=trace, texts=texts))
        self._feed.write_all(connection, notices)

    def of_end(self, connection: Connection, shown: Shown, event: Event) -> None:
        """Tells of a restriction that is over by itself; a `services.exit_restriction.notices.post.Expired`."""
        subject_id = shown.record.subject_id
        numbers = self._subjects.read(connection, [subject_id])[subject_id].numbers
        copied = Copied.of(shown, CopyChange.EXPIRED, numbers)
        notice = _notice(copied, subject_id, at=copied.ends_at, traceparent=event.traceparent, texts=_Texts())
        self._feed.write_all(connection, [notice])

    def _shown(self, connection: Connection, change: RestrictionChange) -> Shown:
        """Returns a restriction as it stands at a change; the decision on a renewal is in its own fact."""
        record, standing = change.record, change.standing
        if len(standing.periods) == 1:
            return Shown(
                record,
                standing,
                filed_at=(record.filed.at,),
                level=record.level,
                decision_number=record.decision_number,
                officer_id=record.officer_id,
                handler=record.handler,
                is_release_proposed=False,
            )
        file = self._restrictions.files(connection, [record.subject_id])[record.subject_id]
        return file.shown(record.restriction_id, change.at)


class _Texts(dict[date, str]):
    """Days and instants as texts, each written once: most of what is told at once is of the same ones."""

    def __missing__(self, day: date) -> str:
        text = self[day] = day.isoformat()
        return text


def write_copied(copied: Copied, texts: Mapping[date, str] | None = None) -> bytes:
    """Writes a copy as it is kept; the feed seals it.

    Args:
        copied: The copy.
        texts: Days and instants as texts, where several copies are written.
    """
    cause, texts = copied.cause, _Texts() if texts is None else texts
    values = [
        copied.restriction_id,
        copied.change,
        copied.numbers,
        texts[copied.effective_from],
        texts[copied.ends_at],
        [cause.court_code, cause.phone, cause.decision_number, texts[cause.last_day], cause.legal_basis],
    ]
    return write_record(_FORM, values)


def read_copied(record: bytes) -> Copied:
    """Reads what `write_copied` wrote.

    Raises:
        RecordForm: If it is of an unknown form.
    """
    restriction_id, change, numbers, begins, ends, cause = read_record(_FORM, record)
    return Copied(
        restriction_id,
        CopyChange(change),
        tuple(numbers),
        effective_from=datetime.fromisoformat(begins),
        ends_at=datetime.fromisoformat(ends),
        cause=_read_cause(cause),
    )


def _read_cause(values: Iterable[Any]) -> Cause:
    court, phone, decision, last_day, basis = values
    return Cause(court, phone, decision, date.fromisoformat(last_day), basis)


def _notice(copied: Copied, subject_id: int, *, at: datetime, traceparent: str, texts: Mapping[date, str]) -> Notice:
    return Notice(
        notice_id=derive_id(copied.restriction_id, "copy", copied.change.name, texts[at]),
        addressee=ADDRESSEE,
        topic=TOPIC,
        subject=str(subject_id).encode(),
        payload=write_copied(copied, texts),
        made_at=at,
        traceparent=traceparent,
    )
