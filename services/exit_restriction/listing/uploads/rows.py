"""Rows of uploads within a transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, delete, func, insert, select, update

from services.chassis.db import KeyedQuery, insert_new
from services.chassis.sealing import BlindIndex, Keyring, Sealer
from services.exit_restriction.listing.uploads.domain import (
    KEPT,
    KEPT_BEGUN,
    UNFINISHED,
    Chunk,
    Notice,
    Outcomed,
    Upload,
    UploadState,
)
from services.exit_restriction.listing.uploads.limits import Staged
from services.exit_restriction.listing.uploads.sealed import UploadSealer
from services.exit_restriction.listing.uploads.tables import CHUNKS, NOTICES, OUTCOMES, UPLOADS

NOTICE_INDEX = "exit.upload.notice"
"""Label of the index of notices."""

_FIND = select(UPLOADS).where(UPLOADS.c.upload_id == bindparam("asked"))
_LOCK = _FIND.with_for_update()
_CHANGE = update(UPLOADS).where(UPLOADS.c.upload_id == bindparam("asked"))
_OLD = select(UPLOADS.c.upload_id).where(
    UPLOADS.c.state == bindparam("state"), UPLOADS.c.created_at <= bindparam("before")
)
_UNFINISHED = select(func.count(), func.coalesce(func.sum(UPLOADS.c.size), 0)).where(
    UPLOADS.c.state.in_([state.value for state in UNFINISHED]),
    UPLOADS.c.court_code == bindparam("court"),
    UPLOADS.c.upload_id != bindparam("but"),
)


def _between(table: Table) -> Select[Any]:
    """Selects the rows of a table that have items from a place on and before another one."""
    return (
        select(table)
        .where(
            table.c.upload_id == bindparam("asked"),
            table.c.first_index < bindparam("end"),
            table.c.first_index + table.c.item_count > bindparam("start"),
        )
        .order_by(table.c.first_index)
    )


_CHUNKS, _OUTCOMES = _between(CHUNKS), _between(OUTCOMES)


class UploadRows:
    """Reads and adds rows of uploads.

    Args:
        keyring: Keys of the service's fields at rest.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._sealer = UploadSealer(Sealer(keyring))
        self._index = BlindIndex(keyring, NOTICE_INDEX)
        self._notices = KeyedQuery(select(NOTICES.c.upload_id, NOTICES.c.digest, NOTICES.c.text), NOTICES.c.digest)

    def find(self, connection: Connection, upload_id: str) -> Upload | None:
        """Reads an upload; None if it is not there."""
        row = connection.execute(_FIND, {"asked": upload_id}).one_or_none()
        return None if row is None else _upload(row)

    def lock(self, connection: Connection, upload_id: str) -> Upload | None:
        """Reads an upload, and keeps out everybody else who changes it until the commit."""
        row = connection.execute(_LOCK, {"asked": upload_id}).one_or_none()
        return None if row is None else _upload(row)

    def begin(self, connection: Connection, upload: Upload) -> Upload:
        """Adds an upload; returns the one of its name that somebody else added meanwhile."""
        connection.execute(insert_new(connection, UPLOADS), {"upload_id": upload.upload_id, **_values(upload)})
        return self.lock(connection, upload.upload_id) or upload

    def write(self, connection: Connection, upload: Upload) -> None:
        """Writes how far an upload is."""
        connection.execute(_CHANGE, {"asked": upload.upload_id, **_values(upload)})

    def add_chunk(self, connection: Connection, upload_id: str, chunk: Chunk) -> None:
        """Adds items."""
        row = {"upload_id": upload_id, "first_index": chunk.first_index, "item_count": len(chunk.items)}
        connection.execute(insert(CHUNKS), row | self._sealer.seal_chunk(chunk, upload_id=upload_id))

    def unfinished(self, connection: Connection, court_code: str, *, but: str) -> Staged:
        """Counts what a court has staged and not committed in uploads, but for one of them."""
        uploads, size = connection.execute(_UNFINISHED, {"court": court_code, "but": but}).one()
        return Staged(int(uploads), int(size))

    def add_notices(self, connection: Connection, upload_id: str, notices: Sequence[Notice]) -> list[Notice]:
        """Adds notices; those that are there stay. Returns the ones that were added."""
        added = []
        for notice in notices:
            digest = self._index.of(notice.sha256.hex())
            row = {"upload_id": upload_id, "digest": digest}
            sealed = self._sealer.seal_notice(notice, upload_id=upload_id, digest=digest)
            if connection.execute(insert_new(connection, NOTICES), row | sealed).rowcount == 1:
                added.append(notice)
        return added

    def chunks(self, connection: Connection, upload_id: str, *, start: int, end: int) -> list[Chunk]:
        """Reads the items from a place on and before another one."""
        rows = connection.execute(_CHUNKS, {"asked": upload_id, "start": start, "end": end})
        return [self._sealer.open_chunk(row).between(start, end) for row in rows]

    def texts(self, connection: Connection, upload_id: str, hashes: Collection[bytes]) -> dict[bytes, str]:
        """Reads the texts of notices of an upload by their SHA-256; one that was not staged is left out."""
        asked = {digest: sha256 for sha256 in hashes for digest in self._index.all_of(sha256.hex())}
        found = self._notices.rows(connection, [*asked])
        return {
            asked[digest]: self._sealer.open_text(row)
            for digest, rows in found.items()
            for row in rows
            if row.upload_id == upload_id
        }

    def add_outcomes(self, connection: Connection, upload: Upload, outcomes: Sequence[Outcomed]) -> None:
        """Adds what became of the items after those that are pushed."""
        first = upload.pushed_count
        sealed = self._sealer.seal_outcomes(outcomes, upload_id=upload.upload_id, first_index=first)
        row = {"upload_id": upload.upload_id, "first_index": first, "item_count": len(outcomes), "outcomes": sealed}
        connection.execute(insert(OUTCOMES), row)

    def outcomes(self, connection: Connection, upload_id: str, *, start: int, end: int) -> list[Outcomed]:
        """Reads what became of the items from a place on and before another one, as far as they are pushed."""
        found: list[Outcomed] = []
        for row in connection.execute(_OUTCOMES, {"asked": upload_id, "start": start, "end": end}):
            opened = self._sealer.open_outcomes(row)
            found += opened[max(0, start - row.first_index) : end - row.first_index]
        return found

    def erase(self, connection: Connection, upload: Upload) -> None:
        """Erases an upload that is locked and of which nothing is pushed."""
        for table in (CHUNKS, NOTICES, UPLOADS):
            connection.execute(delete(table).where(table.c.upload_id == upload.upload_id))

    def erase_old(self, connection: Connection, *, now: datetime) -> None:
        """Erases what was staged seven days ago and is not committed, and what commits left thirty days ago."""
        for upload in self._old(connection, UploadState.STAGING, before=now - KEPT):
            self.erase(connection, upload)
        for upload in self._old(connection, UploadState.COMMITTING, before=now - KEPT_BEGUN):
            rest = CHUNKS.c.first_index >= upload.pushed_count
            connection.execute(delete(CHUNKS).where(CHUNKS.c.upload_id == upload.upload_id, rest))
            self.write(connection, upload.abandoned())

    def _old(self, connection: Connection, state: UploadState, *, before: datetime) -> list[Upload]:
        """Locks the uploads that have been in a state since before an instant."""
        keys = connection.execute(_OLD, {"state": state.value, "before": before}).scalars().all()
        locked = (self.lock(connection, key) for key in keys)
        return [upload for upload in locked if upload is not None and upload.state is state]


def _upload(row: Any) -> Upload:
    return Upload(
        row.upload_id,
        row.court_code,
        row.created_at,
        row.item_count,
        bytes(row.sha256),
        UploadState(row.state),
        row.pushed_count,
        row.forwarded_count,
        row.list_only_count,
        row.refused_count,
        row.size,
    )


def _values(upload: Upload) -> dict[str, Any]:
    return {
        "court_code": upload.court_code,
        "created_at": upload.created_at,
        "item_count": upload.item_count,
        "sha256": upload.sha256,
        "state": upload.state.value,
        "pushed_count": upload.pushed_count,
        "forwarded_count": upload.forwarded_count,
        "list_only_count": upload.list_only_count,
        "refused_count": upload.refused_count,
        "size": upload.size,
    }
