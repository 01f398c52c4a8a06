"""Declarations and outages in SQL, within a transaction of whoever calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from services.chassis.db import insert_many
from services.coordination.channels.domain import Declared
from services.coordination.channels.tables import DECLARATIONS, OUTAGES
from services.directory.channels import Declaration, Outage, Pair


class ChannelRows:
    """Reads and writes what was declared."""

    def declarations(self, connection: Connection) -> tuple[tuple[int, Declaration], ...]:
        """Returns all declarations with their revisions, in the order of these."""
        rows = connection.execute(select(DECLARATIONS).order_by(DECLARATIONS.c.revision))
        return tuple((row.revision, _declaration(row)) for row in rows)

    def outages(self, connection: Connection, *, after_revision: int = 0) -> tuple[tuple[int, Declared], ...]:
        """Returns outages that changed after a revision with their revisions, in the order of these."""
        asked = select(OUTAGES).where(OUTAGES.c.revision > after_revision).order_by(OUTAGES.c.revision)
        return tuple((row.revision, _declared(row)) for row in connection.execute(asked))

    def find_outage(self, connection: Connection, outage_id: str) -> Declared | None:
        """Returns an outage; None if there is none."""
        row = connection.execute(select(OUTAGES).where(OUTAGES.c.outage_id == outage_id)).one_or_none()
        return None if row is None else _declared(row)

    def declare(self, connection: Connection, added: Sequence[tuple[int, Declaration]], *, at: datetime) -> None:
        """Adds declarations, each with its revision."""
        insert_many(connection, DECLARATIONS, [_row(declaration, revision, at) for revision, declaration in added])

    def add_outage(self, connection: Connection, declared: Declared, *, at: datetime, revision: int) -> None:
        """Adds an outage."""
        outage = declared.outage
        row = {
            "outage_id": outage.key,
            "court_code": outage.pair.court_code,
            "department": outage.pair.department,
            "start_at": outage.start,
            "end_at": outage.end,
            "declared_by": declared.by,
            "reason": declared.reason,
            "declared_at": at,
            "ended_by": "",
            "revision": revision,
        }
        connection.execute(insert(OUTAGES), row)

    def end_outage(self, connection: Connection, outage_id: str, *, by: str, at: datetime, revision: int) -> None:
        """Notes that an outage was ended."""
        changed = update(OUTAGES).where(OUTAGES.c.outage_id == outage_id)
        connection.execute(changed.values(ended_at=at, ended_by=by, revision=revision))


def _row(declaration: Declaration, revision: int, at: datetime) -> Mapping[str, Any]:
    return {
        "declaration_id": declaration.key,
        "body": declaration.body,
        "court_code": declaration.pair.court_code,
        "department": declaration.pair.department,
        "start_at": declaration.start,
        "declared_at": at,
        "revision": revision,
    }


def _declaration(row: Row[Any]) -> Declaration:
    return Declaration(row.declaration_id, row.body, Pair(row.court_code, row.department), row.start_at)


def _declared(row: Row[Any]) -> Declared:
    end = row.end_at if row.ended_at is None else min(row.end_at, max(row.start_at, row.ended_at))
    outage = Outage(row.outage_id, Pair(row.court_code, row.department), row.start_at, end)
    return Declared(outage, row.declared_by, row.reason)
