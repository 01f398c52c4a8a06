"""Uploads in SQL, on SQLite and PostgreSQL: each chunk is a transaction, and so is each part that is pushed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Connection

from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.ids import IdSource
from services.chassis.sealing import Keyring
from services.chassis.spans import traceparent
from services.codes.legal_time import legal_date
from services.exit_restriction.domain import TermRule
from services.exit_restriction.listing.domain import Push
from services.exit_restriction.listing.pushing import Means, Pushed, push_all
from services.exit_restriction.listing.store import ListRows
from services.exit_restriction.listing.uploads.domain import (
    Chunk,
    Commit,
    Fault,
    Outcomed,
    Upload,
    UploadState,
    closed,
    not_found,
    out_of_order,
    require_approved,
    require_place,
    require_there,
)
from services.exit_restriction.listing.uploads.limits import LIMIT, Staged, require_room
from services.exit_restriction.listing.uploads.reading import numbers_of, parse_items, read_items
from services.exit_restriction.listing.uploads.rows import UploadRows
from xiezhi.errors import XiezhiError

MOST_PUSHED = 1_000
"""Items that are pushed in one transaction."""

Announce: TypeAlias = Callable[[tuple[str, ...]], Awaitable[None]]
"""Records durably whom what comes next is about, or refuses."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Some items, ready to be pushed.

    Attributes:
        first_index: Place of the first one.
        items: The entry of each, or why it cannot be read.
    """

    first_index: int
    items: Sequence[Push | XiezhiError]

    @property
    def end(self) -> int:
        """The place after the last one."""
        return self.first_index + len(self.items)


class UploadStore:
    """Uploads, and what courts asked.

    Args:
        database: The exit restriction service's database, migrated.
        keyring: Keys of its fields at rest.
        rows: What a change of the list reads and adds to.
        clock: Source of now.
        ids: Source of ids.
        rules: How terms are computed.
        limit: What a court may have staged at one time.
    """

    def __init__(
        self,
        database: Database,
        *,
        keyring: Keyring,
        rows: ListRows,
        clock: Clock,
        ids: IdSource,
        rules: Sequence[TermRule],
        limit: Staged = LIMIT,
    ) -> None:
        self._database = database
        self._rows = UploadRows(keyring)
        self._list = rows
        self._clock = clock
        self._ids = ids
        self._rules = rules
        self._limit = limit

    async def stage(self, upload_id: str, court_code: str, chunks: Sequence[Chunk]) -> list[tuple[int, list[Fault]]]:
        """Stages chunks in their order, all of them or none; what is staged already is answered again.

        Args:
            upload_id: Key of the upload, which begins with its first chunk.
            court_code: The court.
            chunks: The chunks.

        Returns:
            After each chunk how many items are staged, and what is wrong with its own.

        Raises:
            XiezhiError: UPLOAD_NOT_FOUND, UPLOAD_OUT_OF_ORDER, UPLOAD_CLOSED, UPLOADS_UNFINISHED or STORE_UNAVAILABLE.
        """
        now = self._clock.now()

        def write(connection: Connection) -> list[tuple[int, list[Fault]]]:
            upload = self._rows.lock(connection, upload_id)
            if upload is None and chunks[0].first_index == 0:
                upload = self._rows.begin(connection, Upload(upload_id, court_code, now))
            upload = require_there(upload, court_code, now)
            others = self._rows.unfinished(connection, court_code, but=upload_id)
            answers = []
            for chunk in chunks:
                require_place(upload, chunk)
                faults = self._require_same(connection, upload, chunk)
                fresh = chunk.between(upload.item_count, chunk.end)
                upload = upload.with_notices(self._rows.add_notices(connection, upload_id, chunk.notices))
                if fresh.items:
                    self._rows.add_chunk(connection, upload_id, fresh)
                    upload = upload.with_items(fresh.items)
                answers.append((upload.item_count, [*faults, *fresh.faults]))
            require_room(others, upload, self._limit)
            self._rows.write(connection, upload)
            return answers

        return await self._database.write(write)

    async def get(self, upload_id: str, may_see: Callable[[str], bool]) -> Upload:
        """Returns how far an upload is.

        Args:
            upload_id: Its key.
            may_see: Whether the caller may see an upload of a court.

        Raises:
            XiezhiError: UPLOAD_NOT_FOUND or STORE_UNAVAILABLE.
        """
        upload = await self._database.read(lambda connection: self._rows.find(connection, upload_id), snapshot=False)
        if upload is None or not may_see(upload.court_code) or not upload.is_there(self._clock.now()):
            raise not_found()
        return upload

    async def items(self, upload_id: str, *, start: int, size: int) -> list[bytes]:
        """Returns the bytes of items from a place on.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """

        def read(connection: Connection) -> list[bytes]:
            chunks = self._rows.chunks(connection, upload_id, start=start, end=start + size)
            return [item for chunk in chunks for item in chunk.items]

        return await self._database.read(read, snapshot=False)

    async def outcomes(self, upload_id: str, *, start: int, size: int) -> list[Outcomed]:
        """Returns what became of items from a place on, as far as they are pushed.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        return await self._database.read(
            lambda connection: self._rows.outcomes(connection, upload_id, start=start, end=start + size),
            snapshot=False,
        )

    async def push(self, commit: Commit, answer: Callable[[Upload], bytes], *, announce: Announce) -> bytes:
        """Pushes all items of an upload, part by part, from where it was left.

        Args:
            commit: What was approved.
            answer: Makes the answer when all of them are pushed; it is kept with the last part.
            announce: Is told the numbers of each part's debtors before the part is pushed.

        Raises:
            XiezhiError: UPLOAD_NOT_FOUND, UPLOAD_MISMATCH, UPLOAD_CLOSED, REQUEST_ID_REUSED, STORE_UNAVAILABLE, or what
                `announce` raises; then nothing more is pushed.
        """
        court, requests = commit.key.court_code, self._list.requests
        answered = await self._database.read(lambda c: requests.answer(c, commit.key), snapshot=False)
        while answered is None:
            upload = await self.get(commit.upload_id, lambda code: code == court)
            require_approved(upload, commit)
            answered = await self._push_from(upload, commit, answer, announce=announce)
        return answered

    async def discard(self, upload_id: str, court_code: str) -> None:
        """Erases an upload of a court of which nothing is pushed.

        Raises:
            XiezhiError: UPLOAD_NOT_FOUND, UPLOAD_CLOSED or STORE_UNAVAILABLE.
        """
        now = self._clock.now()

        def write(connection: Connection) -> None:
            upload = require_there(self._rows.lock(connection, upload_id), court_code, now)
            if upload.state is not UploadState.STAGING:
                raise closed()
            self._rows.erase(connection, upload)

        await self._database.write(write)

    async def erase_old(self) -> None:
        """Erases what has had its time.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        now = self._clock.now()
        await self._database.write(lambda connection: self._rows.erase_old(connection, now=now))

    def _require_same(self, connection: Connection, upload: Upload, chunk: Chunk) -> list[Fault]:
        """Makes sure that items that are staged already are the same; returns what is wrong with them."""
        end = min(chunk.end, upload.item_count)
        if chunk.first_index >= end:
            return []
        there = self._rows.chunks(connection, upload.upload_id, start=chunk.first_index, end=end)
        if tuple(item for one in there for item in one.items) != chunk.between(chunk.first_index, end).items:
            raise out_of_order(upload)
        return [fault for one in there for fault in one.faults]

    async def _push_from(
        self, upload: Upload, commit: Commit, answer: Callable[[Upload], bytes], *, announce: Announce
    ) -> bytes | None:
        """Pushes what is left, as long as nobody else does; reads each part while the one before it is written."""
        part = await self._prepare(upload, commit, first=upload.pushed_count, announce=announce)
        while part.items:
            ahead = asyncio.ensure_future(self._prepare(upload, commit, first=part.end, announce=announce))
            try:
                answered, is_next = await self._push_part(part, commit, answer)
                if answered is not None or not is_next:
                    return answered
                part = await ahead
            finally:
                ahead.cancel()
                await asyncio.gather(ahead, return_exceptions=True)
        return None

    async def _prepare(self, upload: Upload, commit: Commit, *, first: int, announce: Announce) -> _Part:
        """Reads the items that come next, and announces them; what takes time does not keep other writers waiting."""
        today = legal_date(self._clock.now())
        chunks = await self._database.read(
            lambda c: self._rows.chunks(c, upload.upload_id, start=first, end=first + MOST_PUSHED), snapshot=False
        )
        items = [item for chunk in chunks for item in chunk.items]
        faults = {fault.index - first: fault for chunk in chunks for fault in chunk.faults}
        parsed = await asyncio.to_thread(parse_items, items, faults)
        if numbers := numbers_of(parsed):
            await announce(numbers)
        hashes = {item.notice_sha256 for item in parsed if not isinstance(item, XiezhiError)} - {b""}
        texts = await self._database.read(lambda c: self._rows.texts(c, upload.upload_id, hashes), snapshot=False)
        court = upload.court_code
        return _Part(
            first,
            await asyncio.to_thread(read_items, parsed, texts, court_code=court, level=commit.level, today=today),
        )

    async def _push_part(
        self, part: _Part, commit: Commit, answer: Callable[[Upload], bytes]
    ) -> tuple[bytes | None, bool]:
        """Pushes a part; returns the answer once all is pushed, and whether the part was the one that comes next."""
        trace, requests = traceparent(), self._list.requests

        def write(connection: Connection) -> tuple[bytes | None, bool]:
            answered = requests.answer(connection, commit.key)
            if answered is not None:
                return answered, False
            now = self._clock.now()
            upload = require_there(self._rows.lock(connection, commit.upload_id), commit.key.court_code, now)
            require_approved(upload, commit)
            if upload.pushed_count != part.first_index:
                return None, False
            files = self._list.files(connection, request=requests.digest(commit.key))
            files.lock(upload.court_code)
            outcomes = _push(part.items, Means(files, self._ids, self._rules, now, trace))
            self._rows.add_outcomes(connection, upload, outcomes)
            upload = upload.with_outcomes(outcomes)
            self._rows.write(connection, upload)
            if upload.state is not UploadState.COMMITTED:
                return None, True
            return requests.once(connection, commit.key, lambda _: answer(upload)), True

        return await self._database.write(write)


def _push(items: Sequence[Push | XiezhiError], means: Means) -> list[Outcomed]:
    """Pushes items; those that could not be read are refused."""
    rest = iter(push_all([item for item in items if isinstance(item, Push)], means=means))
    found = [next(rest) if isinstance(item, Push) else Pushed.refused(item) for item in items]
    return [Outcomed("" if one.entry is None else one.entry.entry_id, one.forwarded) for one in found]
