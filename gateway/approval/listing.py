"""Pages of approvals: the state of an approval as SQL says it, for lists, where the domain's word would come too late.

That both say the same is held by a test of every state.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, not_, select, tuple_

from gateway.approval.domain import id_of
from gateway.approval.states import ENDINGS, Kind, State
from gateway.approval.tables import APPROVALS, EVENTS
from gateway.approval.views import Place, Reader


def select_page(
    connection: Connection,
    reader: Reader,
    *,
    state: State | None,
    after: Place | None,
    limit: int,
    now: datetime,
) -> list[Row[Any]]:
    """Returns the rows of submissions that an officer may see, newest first.

    Args:
        connection: The connection.
        reader: The officer.
        state: Only those in this state; None for all.
        after: The place after which to begin; None at the newest.
        limit: Most rows to return.
        now: The instant for which states are meant, UTC.
    """
    conditions = [] if state is None else [_is_in(state, now)]
    if after is not None:
        conditions.append(tuple_(APPROVALS.c.submitted_at, APPROVALS.c.id) < (after.submitted_at, id_of(after.name)))

    def newest(visible: ColumnElement[bool]) -> Iterator[Row[Any]]:
        chosen = select(APPROVALS).where(visible, *conditions)
        ordered = chosen.order_by(APPROVALS.c.submitted_at.desc(), APPROVALS.c.id.desc()).limit(limit)
        return iter(connection.execute(ordered).all())

    # Two questions, each with an index of its own, instead of one that would walk through everybody's approvals.
    own = and_(APPROVALS.c.requester == reader.officer_id, APPROVALS.c.requester_court == reader.organisation)
    sources = [newest(own)]
    if reader.courts and reader.rank:
        sources.append(newest(_may_decide(reader)))
    return list(islice(heapq.merge(*sources, key=lambda row: (row.submitted_at, row.id), reverse=True), limit))


def _may_decide(reader: Reader) -> ColumnElement[bool]:
    return and_(
        APPROVALS.c.requester != reader.officer_id,
        APPROVALS.c.requester_court.in_(reader.courts),
        APPROVALS.c.needed_rank <= reader.rank,
        APPROVALS.c.needed_level <= reader.level,
    )


def _is_in(state: State, now: datetime) -> ColumnElement[bool]:
    for kind, ended in ENDINGS.items():
        if state is ended:
            return _happened(kind)
    alive = and_(not_(_happened(*ENDINGS)), APPROVALS.c.expires_at > now)
    if state is State.EXPIRED:
        return and_(not_(_happened(*ENDINGS)), APPROVALS.c.expires_at <= now)
    consents = (
        select(func.count(EVENTS.c.actor.distinct()))
        .where(EVENTS.c.approval_id == APPROVALS.c.id, EVENTS.c.kind == Kind.CONSENTED)
        .scalar_subquery()
    )
    enough = consents >= APPROVALS.c.needed_count
    return and_(alive, enough if state is State.APPROVED else not_(enough))


def _happened(*kinds: Kind) -> ColumnElement[bool]:
    return exists().where(EVENTS.c.approval_id == APPROVALS.c.id, EVENTS.c.kind.in_(kinds))
