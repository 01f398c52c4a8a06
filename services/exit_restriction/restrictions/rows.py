"""Rows of restrictions within a transaction: facts read as files of people, and added to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select

from services.chassis.db import Columns, KeyedQuery, alike, execute_many, insert_columns
from services.chassis.sealing import BlindIndex, Keyring, Sealer
from services.exit_restriction.changes import RestrictionRecord
from services.exit_restriction.domain import Author, Released, Renewed, Superseded
from services.exit_restriction.restrictions.domain import Later, Proposal, RestrictionFile, Step
from services.exit_restriction.restrictions.sealed import RestrictionSealer
from services.exit_restriction.restrictions.tables import FACTS, RESTRICTIONS

CASE_INDEX = "exit.restriction.case"
"""Label of the index of debtors of cases."""

_RENEWED, _RELEASED, _SUPERSEDED, _PROPOSED = 1, 2, 3, 4
_KINDS: Mapping[type[Later], int] = MappingProxyType({Renewed: _RENEWED, Released: _RELEASED, Superseded: _SUPERSEDED})

_EVER = datetime(9999, 1, 1, tzinfo=UTC)
_ADD_FACT = insert(FACTS)
_OF_CASE = (
    select(RESTRICTIONS.c.restriction_id, RESTRICTIONS.c.subject_id)
    .where(
        RESTRICTIONS.c.case_digest.in_(bindparam("digests", expanding=True)),
        RESTRICTIONS.c.filed_at <= bindparam("as_of"),
    )
    .order_by(RESTRICTIONS.c.sequence.desc())
    .limit(bindparam("most"))
)
_SUBJECTS = (
    select(RESTRICTIONS.c.subject_id)
    .where(RESTRICTIONS.c.subject_id > bindparam("after"))
    .distinct()
    .order_by(RESTRICTIONS.c.subject_id)
    .limit(bindparam("most"))
)


class RestrictionRows:
    """Reads and adds rows of restrictions.

    Args:
        keyring: Keys of the service's fields at rest.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._sealer = RestrictionSealer(Sealer(keyring))
        self._cases = BlindIndex(keyring, CASE_INDEX)
        self._restrictions = KeyedQuery(
            select(RESTRICTIONS).order_by(RESTRICTIONS.c.sequence), RESTRICTIONS.c.subject_id
        )
        self._facts = KeyedQuery(select(FACTS).order_by(FACTS.c.number), FACTS.c.subject_id)
        self._places = KeyedQuery(
            select(RESTRICTIONS.c.restriction_id, RESTRICTIONS.c.subject_id), RESTRICTIONS.c.restriction_id
        )

    def files(self, connection: Connection, subject_ids: Collection[int]) -> dict[int, RestrictionFile]:
        """Reads the files of people by the keys of their subjects; of one who was never restricted, an empty one."""
        restrictions = self._restrictions.rows(connection, [*subject_ids])
        facts = self._facts.rows(connection, [*restrictions])
        return {key: self._file(key, restrictions.get(key, ()), facts.get(key, ())) for key in subject_ids}

    def subjects_of(self, connection: Connection, restriction_ids: Collection[str]) -> dict[str, int]:
        """Returns the keys of the subjects of restrictions; one that is not there is left out."""
        return {key: row.subject_id for key, row in self._places.row(connection, [*restriction_ids]).items()}

    def restricted(self, connection: Connection, *, after: int, most: int) -> list[int]:
        """Returns subjects who are or were restricted, in the order of their keys.

        Args:
            connection: The connection.
            after: Key after which to begin; some are negative.
            most: How many at most.
        """
        return [row.subject_id for row in connection.execute(_SUBJECTS, {"after": after, "most": most})]

    def of_case(
        self, connection: Connection, author: Author, number: str, *, as_of: datetime | None, most: int
    ) -> dict[str, int]:
        """Returns restrictions of a debtor in a case with the keys of their subjects.

        Args:
            connection: The connection.
            author: The court and the case.
            number: Number of the debtor in normal form.
            as_of: Moment until which they were filed; None for all of them.
            most: How many at most, the newest ones.

        Returns:
            Keys of subjects by key of the restriction, in the order in which the restrictions were received.
        """
        digests = self._cases.all_of(_debtor_of(author, number))
        found = connection.execute(_OF_CASE, {"digests": digests, "as_of": as_of or _EVER, "most": most}).all()
        return {row.restriction_id: row.subject_id for row in reversed(found)}

    def add(self, connection: Connection, records: Sequence[RestrictionRecord]) -> None:
        """Adds restrictions; their sequences follow from the order."""
        if not records:
            return
        filed = [record.filed for record in records]
        columns: Columns = {
            "restriction_id": [one.restriction_id for one in filed],
            "subject_id": [record.subject_id for record in records],
            "case_digest": [self._cases.of(_debtor_of(r.filed.author, r.debtor.number)) for r in records],
            "filed_at": alike([one.at for one in filed]),
            "start_day": alike([one.start for one in filed]),
            "last_day": alike([one.last_day for one in filed]),
            "record": [self._sealer.seal_record(record) for record in records],
        }
        insert_columns(connection, RESTRICTIONS, columns)

    def add_steps(self, connection: Connection, steps: Sequence[tuple[int, Step]], *, request: bytes) -> None:
        """Adds what happened to restrictions.

        Args:
            connection: The connection.
            steps: The steps with the keys of the subjects.
            request: Digest of the request that did it.
        """
        execute_many(connection, _ADD_FACT, [self._fact_row(subject_id, step, request) for subject_id, step in steps])

    def add_proposals(
        self, connection: Connection, proposals: Iterable[tuple[int, Proposal]], *, request: bytes
    ) -> None:
        """Adds proposals of releases; as `add_steps`."""
        rows = [
            _row(subject_id, proposal.restriction_id, _PROPOSED, at=proposal.at, request=request)
            for subject_id, proposal in proposals
        ]
        execute_many(connection, _ADD_FACT, rows)

    def _fact_row(self, subject_id: int, step: Step, request: bytes) -> dict[str, Any]:
        fact, renewal = step.fact, step.renewal
        row = _row(subject_id, fact.restriction_id, _KINDS[type(fact)], at=fact.at, request=request)
        if isinstance(fact, Renewed) and renewal is not None:
            sealed = self._sealer.seal_renewal(fact, renewal, subject_id=subject_id)
            return row | {"last_day": fact.last_day, "record": sealed}
        return row | {"successor_id": fact.successor_id if isinstance(fact, Superseded) else None}

    def _file(self, subject_id: int, restrictions: Iterable[Row[Any]], facts: Iterable[Row[Any]]) -> RestrictionFile:
        records = {row.restriction_id: self._sealer.open_record(row) for row in restrictions}
        steps, proposals = [], []
        for row in facts:
            if row.kind == _PROPOSED:
                proposals.append(Proposal(row.restriction_id, row.at))
            else:
                steps.append(self._step(row))
        return RestrictionFile(subject_id, records, tuple(steps), tuple(proposals))

    def _step(self, row: Row[Any]) -> Step:
        if row.kind == _RENEWED:
            return self._sealer.open_renewal(row)
        if row.kind == _RELEASED:
            return Step(Released(row.restriction_id, row.at))
        return Step(Superseded(row.restriction_id, row.at, row.successor_id))


def _row(subject_id: int, restriction_id: str, kind: int, *, at: datetime, request: bytes) -> dict[str, Any]:
    return {
        "restriction_id": restriction_id,
        "subject_id": subject_id,
        "kind": kind,
        "at": at,
        "last_day": None,
        "successor_id": None,
        "record": None,
        "request_digest": request,
    }


def _debtor_of(author: Author, number: str) -> str:
    return f"{author.court_code}|{author.case_number}|{number}"
