"""Rows of disputes within a transaction: facts read as files, and added to."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, insert, or_, select, update

from services.chassis.db import KeyedQuery, insert_new
from services.chassis.sealing import Keyring, Sealer
from services.coordination.disputes.domain import DisputeFile, DisputeRecord, Parties, Step, Topic
from services.coordination.disputes.sealed import KINDS, StepSealer
from services.coordination.disputes.tables import DISPUTES, STEPS, SUBJECTS
from services.coordination.domain.disputes import FINAL, PROVINCIAL, DisputeState

_LOCK = select(DISPUTES.c.sequence).where(DISPUTES.c.dispute_id == bindparam("dispute")).with_for_update()
_LOCK_SUBJECT = select(SUBJECTS.c.subject).where(SUBJECTS.c.subject == bindparam("about")).with_for_update()
_OPEN = select(DISPUTES.c.dispute_id).where(
    DISPUTES.c.subject == bindparam("about"),
    DISPUTES.c.court_code == bindparam("court"),
    DISPUTES.c.police_organisation == bindparam("police"),
    DISPUTES.c.state.not_in(sorted(FINAL)),
)
_ADD, _ADD_STEP = insert(DISPUTES), insert(STEPS)
_STAND = update(DISPUTES).where(DISPUTES.c.dispute_id == bindparam("dispute"))
_COME_TO_PROVINCE = (DisputeState.ESCALATED, DisputeState.SETTLED)


class DisputeRows:
    """Reads and adds rows of disputes.

    Args:
        keyring: Keys of the service's fields at rest.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._sealer = StepSealer(Sealer(keyring))
        self._disputes = KeyedQuery(select(DISPUTES), DISPUTES.c.dispute_id)
        self._steps = KeyedQuery(select(STEPS).order_by(STEPS.c.at), STEPS.c.dispute_id)

    def has_open(self, connection: Connection, subject: str, parties: Parties) -> bool:
        """Whether two sides have a dispute about an object that is not over; keeps others from opening one."""
        connection.execute(insert_new(connection, SUBJECTS), {"subject": subject})
        connection.execute(_LOCK_SUBJECT, {"about": subject})
        asked = {"about": subject, "court": parties.court_code, "police": parties.police}
        return connection.execute(_OPEN, asked).first() is not None

    def lock(self, connection: Connection, dispute_id: str) -> DisputeFile | None:
        """Reads a dispute and keeps out everybody else who changes it, until the commit; None if it is not there."""
        if connection.execute(_LOCK, {"dispute": dispute_id}).one_or_none() is None:
            return None
        return self.files(connection, [dispute_id])[dispute_id]

    def files(self, connection: Connection, dispute_ids: Collection[str]) -> dict[str, DisputeFile]:
        """Reads disputes by key, in the order of the keys; one that is not there is left out."""
        keys = [*dict.fromkeys(dispute_ids)]
        rows = self._disputes.row(connection, keys)
        found = [key for key in keys if key in rows]
        steps = self._steps.rows(connection, found)
        return {key: DisputeFile(_record(rows[key]), tuple(map(self._sealer.open, steps[key]))) for key in found}

    def page(
        self, connection: Connection, reader: str, *, state: int, before: int, most: int
    ) -> list[tuple[int, DisputeFile]]:
        """Returns disputes that an organisation sees with their sequences, the newest first.

        Args:
            connection: The connection.
            reader: The organisation.
            state: State that they are in; 0 for any.
            before: Sequence before which to begin.
            most: How many at most.
        """
        asked = select(DISPUTES.c.sequence, DISPUTES.c.dispute_id).where(
            _is_shown_to(reader), DISPUTES.c.sequence < before
        )
        if state:
            asked = asked.where(DISPUTES.c.state == state)
        places = connection.execute(asked.order_by(DISPUTES.c.sequence.desc()).limit(most)).all()
        files = self.files(connection, [row.dispute_id for row in places])
        return [(row.sequence, files[row.dispute_id]) for row in places]

    def begin(self, connection: Connection, record: DisputeRecord, step: Step, *, request: bytes) -> DisputeFile:
        """Adds a dispute, whose subject is locked.

        Args:
            connection: The connection.
            record: The dispute.
            step: Its opening.
            request: Digest of the request that opens it.
        """
        file, parties = DisputeFile(record, (step,)), record.parties
        row = {
            "dispute_id": record.dispute_id,
            "subject": record.subject,
            "topic": int(record.topic),
            "court_code": parties.court_code,
            "police_organisation": parties.police,
            "department": parties.department,
            **_view(file),
        }
        connection.execute(_ADD, row)
        self._add(connection, record.dispute_id, step, request=request)
        return file

    def add(self, connection: Connection, file: DisputeFile, step: Step, *, request: bytes) -> DisputeFile:
        """Adds what happened to a locked dispute.

        Args:
            connection: The connection.
            file: The dispute as it was read when it was locked.
            step: What happened.
            request: Digest of the request that did it.

        Returns:
            The dispute with the step.
        """
        after, key = file.followed_by(step), file.record.dispute_id
        self._add(connection, key, step, request=request)
        connection.execute(_STAND, {"dispute": key, **_view(after)})
        return after

    def _add(self, connection: Connection, dispute_id: str, step: Step, *, request: bytes) -> None:
        row = {
            "dispute_id": dispute_id,
            "kind": KINDS[type(step.fact)],
            "at": step.fact.at,
            "record": self._sealer.seal(step, dispute_id=dispute_id),
            "request_digest": request,
        }
        connection.execute(_ADD_STEP, row)


def _is_shown_to(reader: str) -> ColumnElement[bool]:
    """As `DisputeFile.is_shown_to`, in SQL."""
    own = DISPUTES.c.police_organisation if reader.isdigit() else DISPUTES.c.court_code
    if reader in PROVINCIAL:
        return or_(own == reader, DISPUTES.c.is_escalated.is_(True))
    return own == reader


def _view(file: DisputeFile) -> dict[str, Any]:
    """Returns the columns that are a view of the facts."""
    state = file.dispute.state
    return {"state": int(state), "is_escalated": state in _COME_TO_PROVINCE}


def _record(row: Any) -> DisputeRecord:
    parties = Parties(row.court_code, row.police_organisation, row.department)
    return DisputeRecord(row.dispute_id, row.subject, Topic(row.topic), parties)
