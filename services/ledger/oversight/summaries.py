"""What patterns are found in: sums over the index, made by the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    select,
)

from services.chassis.db import Database
from services.ledger.oversight.domain import Period
from services.ledger.oversight.patterns import MOST_EVIDENCE, MOST_FINDINGS, Consent, UnfollowedCase, Volume
from services.ledger.tables import INDEXED_CALLS

MOST_CONSENTS = 20_000
"""Quick consents that are looked at, the newest; more are no pattern but a rule."""

_CALL = INDEXED_CALLS.c
_MICROSECOND = timedelta(microseconds=1)
# Written out: the database takes an index over some rows only where it sees that no others are asked for.
_DISCLOSED: ColumnElement[int] = literal_column("1")
_MEASURE: ColumnElement[int] = literal_column("2")
_SUBMISSION: ColumnElement[int] = literal_column("1")
_CONSENT: ColumnElement[int] = literal_column("2")


def _within(calls: Any) -> ColumnElement[bool]:
    return and_(
        calls.time_us >= bindparam("start"), calls.time_us < bindparam("end"), calls.leaf_index < bindparam("size")
    )


_VOLUMES = (
    select(_CALL.actor, _CALL.organisation, func.count().label("calls"))
    .where(_CALL.kind == _DISCLOSED, _CALL.actor != "", _within(_CALL))
    .group_by(_CALL.actor, _CALL.organisation)
)
_DISCLOSURES = (
    select(_CALL.leaf_index)
    .where(
        _CALL.actor == bindparam("actor"),
        _CALL.organisation == bindparam("organisation"),
        _CALL.kind == _DISCLOSED,
        _within(_CALL),
    )
    .order_by(_CALL.time_us.desc(), _CALL.leaf_index.desc())
    .limit(MOST_EVIDENCE)
)


def _consents() -> Select[Any]:
    consent = INDEXED_CALLS.alias("consent").c
    consents = (
        select(
            consent.approval,
            consent.actor,
            consent.organisation,
            consent.time_us,
            consent.leaf_index,
            _first_submission("time_us", consent.approval).label("submitted"),
        )
        .where(consent.step == _CONSENT, _within(consent))
        .subquery()
    )
    return (
        select(consents, _first_submission("leaf_index", consents.c.approval).label("submission"))
        .where(consents.c.time_us - consents.c.submitted <= bindparam("within"))
        .order_by(consents.c.time_us.desc(), consents.c.leaf_index.desc())
        .limit(MOST_CONSENTS)
    )


def _first_submission(column: str, approval: ColumnElement[bytes]) -> ScalarSelect[int]:
    """Returns the time or the place of an approval's first submission: one that was sent again is recorded again."""
    submission = INDEXED_CALLS.alias(f"submission_{column}").c
    return (
        select(func.min(submission[column]))
        .where(submission.approval == approval, submission.step == _SUBMISSION)
        .scalar_subquery()
    )


def _is_unfollowed(calls: Any) -> ColumnElement[bool]:
    """Tells of a lookup, a disclosure in a case that was approved, that no measure of the case came in time."""
    measure = INDEXED_CALLS.alias("measure").c
    followed = exists(
        select(literal_column("1")).where(
            measure.case_index == calls.case_index,
            measure.kind == _MEASURE,
            measure.time_us > calls.time_us,
            measure.time_us <= calls.time_us + bindparam("followed"),
            measure.leaf_index < bindparam("size"),
        )
    )
    return and_(
        calls.kind == _DISCLOSED,
        calls.case_index.is_not(None),
        calls.approval.is_not(None),
        _within(calls),
        ~followed,
    )


def _unfollowed() -> Select[Any]:
    lookup = INDEXED_CALLS.alias("lookup").c
    cases = (
        select(
            lookup.case_index,
            func.count().label("lookups"),
            _only(lookup.actor).label("actor"),
            _only(lookup.organisation).label("organisation"),
        )
        .where(_is_unfollowed(lookup))
        .group_by(lookup.case_index)
        .subquery()
    )
    return (
        select(cases, func.count().over().label("cases"))
        .order_by(cases.c.lookups.desc(), cases.c.case_index)
        .limit(MOST_FINDINGS)
    )


def _only(column: Any) -> ColumnElement[str]:
    """Returns the one value of a group, empty where there are several."""
    return case((func.min(column) == func.max(column), func.min(column)), else_="")


def _lookups() -> Select[Any]:
    lookup = INDEXED_CALLS.alias("lookup").c
    return (
        select(lookup.leaf_index)
        .where(lookup.case_index == bindparam("case_index"), _is_unfollowed(lookup))
        .order_by(lookup.time_us.desc(), lookup.leaf_index.desc())
        .limit(MOST_EVIDENCE)
    )


_CONSENTS, _UNFOLLOWED, _LOOKUPS = _consents(), _unfollowed(), _lookups()


class SqlSummaries:
    """Summaries of the index. Every method raises STORE_UNAVAILABLE while the database is away.

    Args:
        database: The log's database, migrated.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def volumes(self, period: Period, *, size: int) -> list[Volume]:
        """Counts the disclosures of each officer.

        Args:
            period: When.
            size: Size of the tree in which they are.
        """
        rows = await self._all(_VOLUMES, _values(period, size))
        return [Volume(row.actor, row.organisation, row.calls) for row in rows]

    async def disclosures(self, volume: Volume, period: Period, *, size: int) -> tuple[int, ...]:
        """Returns places of the newest disclosures of an officer, as many as a finding names."""
        asked = {"actor": volume.officer_id, "organisation": volume.organisation}
        rows = await self._all(_DISCLOSURES, _values(period, size) | asked)
        return tuple(row.leaf_index for row in rows)

    async def consents(self, period: Period, *, within: timedelta, size: int) -> list[Consent]:
        """Returns consents that came soon after the submission.

        Args:
            period: When the consent came.
            within: How long after the first submission, at the most.
            size: Size of the tree in which they are.
        """
        rows = await self._all(_CONSENTS, _values(period, size) | {"within": within // _MICROSECOND})
        return [
            Consent(
                approval=bytes(row.approval),
                officer_id=row.actor,
                organisation=row.organisation,
                # Two gateways' clocks may differ a little.
                elapsed=max(row.time_us - row.submitted, 0) * _MICROSECOND,
                leaf_index=row.leaf_index,
                submission=row.submission,
            )
            for row in rows
        ]

    async def unfollowed(self, period: Period, *, followed: timedelta, size: int) -> tuple[list[UnfollowedCase], int]:
        """Returns the cases with most lookups that no measure followed, and how many cases there are in all.

        Args:
            period: When the lookups were; their time to be followed must be over.
            followed: How long after a lookup a measure follows it.
            size: Size of the tree in which they are.
        """
        rows = await self._all(_UNFOLLOWED, _values(period, size) | {"followed": followed // _MICROSECOND})
        cases = [UnfollowedCase(bytes(row.case_index), row.lookups, row.actor, row.organisation) for row in rows]
        return cases, rows[0].cases if rows else 0

    async def lookups(self, case_index: bytes, period: Period, *, followed: timedelta, size: int) -> tuple[int, ...]:
        """Returns places of the newest lookups of a case that no measure followed, as many as a finding names."""
        asked = {"case_index": case_index, "followed": followed // _MICROSECOND}
        return tuple(row.leaf_index for row in await self._all(_LOOKUPS, _values(period, size) | asked))

    async def _all(self, statement: Select[Any], values: dict[str, Any]) -> Sequence[Any]:
        def read(connection: Connection) -> Sequence[Any]:
            return connection.execute(statement, values).all()

        return await self._database.read(read, snapshot=False)


def _values(period: Period, size: int) -> dict[str, Any]:
    return {"start": period.start, "end": period.end, "size": size}
