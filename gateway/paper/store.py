"""What came on paper, in SQL, on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select, tuple_

from gateway.approval.domain import id_of, name_of
from gateway.paper.domain import Answer, Entry, Item, Place, reference_reused
from gateway.paper.tables import ANSWERS, ITEMS
from services.chassis.db import Database, insert_new

_WITHOUT_SEALED = [column for column in ANSWERS.c if column.name not in {"approval_id", "sealed_answer"}]
_ENTRY = (
    select(ITEMS, ANSWERS.c.sealed_answer, *_WITHOUT_SEALED)
    .outerjoin(ANSWERS, ANSWERS.c.approval_id == ITEMS.c.approval_id)
    .where(ITEMS.c.approval_id == bindparam("id"))
)
_LISTED = select(ITEMS, *_WITHOUT_SEALED).outerjoin(ANSWERS, ANSWERS.c.approval_id == ITEMS.c.approval_id)


class PaperStore:
    """The items of the paper channel and their answers.

    Args:
        database: The gateway's database, migrated.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, approval: str) -> Entry | None:
        """Returns the item of an approval as it stands, None if none came.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        values = {"id": id_of(approval)}
        return await self._database.read(lambda connection: _find(connection, values)) if values["id"] else None

    async def begin(self, item: Item) -> None:
        """Keeps an item before anything is done with it; one that is kept already stays as it is.

        Raises:
            AlreadyExists: PAPER_REFERENCE_REUSED, if its approval or its reference is another item's.
            Unavailable: STORE_UNAVAILABLE.
        """
        await self._database.write(lambda connection: _begin(connection, item))

    async def finish(self, item: Item, answer: Answer) -> Answer:
        """Keeps what became of an item; what was kept first stays.

        Returns:
            The answer that is kept.

        Raises:
            AlreadyExists: PAPER_REFERENCE_REUSED, if its approval or its reference is another item's.
            Unavailable: STORE_UNAVAILABLE.
        """
        values = {"id": id_of(item.approval)}

        def write(connection: Connection) -> Answer:
            _begin(connection, item)
            if connection.execute(insert_new(connection, ANSWERS), _answer_row(item, answer)).rowcount:
                return answer
            kept = _find(connection, values)
            assert kept is not None  # noqa: S101 - rows are never removed
            return kept.answer or answer

        return await self._database.write(write)

    async def page(
        self, *, court_code: str = "", organisation: str = "", after: Place | None, limit: int
    ) -> tuple[Entry, ...]:
        """Returns what a court filed, or what an organisation brought in, the newest first, without the answers.

        Args:
            court_code: The court; empty for an organisation's.
            organisation: The organisation; empty for a court's.
            after: The place after which to begin; None at the newest.
            limit: Most items to return.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        whose = ITEMS.c.court_code == court_code if court_code else ITEMS.c.organisation == organisation
        chosen = _LISTED.where(whose).order_by(ITEMS.c.imported_at.desc(), ITEMS.c.approval_id.desc()).limit(limit)
        if after is not None:
            place = (after.imported_at, id_of(after.approval))
            chosen = chosen.where(tuple_(ITEMS.c.imported_at, ITEMS.c.approval_id) < place)
        return await self._database.read(lambda connection: _entries(connection, chosen))


def _find(connection: Connection, values: dict[str, str]) -> Entry | None:
    row = connection.execute(_ENTRY, values).one_or_none()
    return None if row is None else _entry(row, sealed=bytes(row.sealed_answer or b""))


def _begin(connection: Connection, item: Item) -> None:
    if connection.execute(insert_new(connection, ITEMS), _item_row(item)).rowcount:
        return
    kept = _find(connection, {"id": id_of(item.approval)})
    if kept is None or not kept.item.is_again(item):
        raise reference_reused()


def _entries(connection: Connection, chosen: Select[Any]) -> tuple[Entry, ...]:
    return tuple(_entry(row, sealed=b"") for row in connection.execute(chosen))


def _entry(row: Row[Any], *, sealed: bytes) -> Entry:
    item = Item(
        approval=name_of(row.approval_id),
        court_code=row.court_code,
        paper_reference=row.paper_reference,
        content_sha256=bytes(row.content_sha256),
        method=row.method,
        bundle_id=row.bundle_id,
        bundle_sha256=bytes(row.bundle_sha256),
        organisation=row.organisation,
        importer=row.importer,
        signed_at=row.signed_at,
        imported_at=row.imported_at,
    )
    if row.performed_at is None:
        return Entry(item)
    return Entry(item, Answer(sealed, bytes(row.status), row.reason, row.performed_at))


def _item_row(item: Item) -> dict[str, Any]:
    return {
        "approval_id": id_of(item.approval),
        "court_code": item.court_code,
        "paper_reference": item.paper_reference,
        "content_sha256": item.content_sha256,
        "method": item.method,
        "bundle_id": item.bundle_id,
        "bundle_sha256": item.bundle_sha256,
        "organisation": item.organisation,
        "importer": item.importer,
        "signed_at": item.signed_at,
        "imported_at": item.imported_at,
    }


def _answer_row(item: Item, answer: Answer) -> dict[str, Any]:
    return {
        "approval_id": id_of(item.approval),
        "sealed_answer": answer.sealed,
        "status": answer.status,
        "reason": answer.reason,
        "performed_at": answer.performed_at,
    }
