"""Uploads: how far one is, and where a chunk belongs in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum

from services.exit_restriction.domain import FilingLevel, Outcome
from services.exit_restriction.listing.domain import Forwarded
from services.filing.domain import RequestKey
from xiezhi.errors import Reason, XiezhiError, error

KEPT, KEPT_BEGUN = timedelta(days=7), timedelta(days=30)
"""How long what is staged is kept for a commit, and for the end of a commit that has begun."""

NO_ITEMS = bytes(32)
"""Digest of an upload without items."""


class UploadState(IntEnum):
    """How far an upload is, the values of `xiezhi.exit_restriction.v1.UploadState`."""

    STAGING = 1
    COMMITTING = 2
    COMMITTED = 3
    ABANDONED = 4


UNFINISHED = frozenset({UploadState.STAGING, UploadState.COMMITTING})
"""In which something may be staged that is not pushed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an item.

    Attributes:
        index: Place of the item in the upload.
        reason: The reason.
        path: Path of the field that is wrong; empty where it is not one.
    """

    index: int
    reason: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """An assistance notice that was staged, and whose seal holds.

    Attributes:
        sha256: SHA-256 of the file.
        pdf: The file.
        text: Its text.
    """

    sha256: bytes
    pdf: bytes = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some items of an upload, in their order.

    Attributes:
        first_index: Place of the first of them.
        items: Their bytes.
        faults: What is wrong with them.
        notices: Notices that come with them.
    """

    first_index: int
    items: tuple[bytes, ...] = field(repr=False)
    faults: tuple[Fault, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def end(self) -> int:
        """The place after the last of them."""
        return self.first_index + len(self.items)

    def between(self, start: int, end: int) -> Chunk:
        """Returns those of the items that have places from `start` on and before `end`, and no notices."""
        start, end = max(start, self.first_index), min(end, self.end)
        items = self.items[start - self.first_index : max(start, end) - self.first_index]
        return Chunk(start, items, tuple(fault for fault in self.faults if start <= fault.index < end))


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload.

    Attributes:
        upload_id: Its key, a UUID of the court's.
        court_code: The court.
        created_at: When its first chunk came.
        item_count: How many items are staged.
        sha256: Digest of the items.
        state: How far it is.
        pushed_count: How many are pushed.
        forwarded_count: How many of these were forwarded.
        list_only_count: How many are on the list only.
        refused_count: How many were refused.
        size: How many bytes are staged: items and notices.
    """

    upload_id: str
    court_code: str
    created_at: datetime
    item_count: int = 0
    sha256: bytes = NO_ITEMS
    state: UploadState = UploadState.STAGING
    pushed_count: int = 0
    forwarded_count: int = 0
    list_only_count: int = 0
    refused_count: int = 0
    size: int = 0

    @property
    def expires_at(self) -> datetime:
        """When what is not committed is erased."""
        return self.created_at + (KEPT if self.state is UploadState.STAGING else KEPT_BEGUN)

    @property
    def is_unfinished(self) -> bool:
        """Whether there may be something in it that is not pushed."""
        return self.state in UNFINISHED

    def is_there(self, now: datetime) -> bool:
        """Whether it is, though what has had its time may not have been erased yet."""
        return self.state is not UploadState.STAGING or now < self.expires_at

    def with_items(self, items: Sequence[bytes]) -> Upload:
        """Returns the upload with more items staged."""
        return replace(
            self,
            item_count=self.item_count + len(items),
            sha256=chain(self.sha256, items),
            size=self.size + sum(map(len, items)),
        )

    def with_notices(self, notices: Iterable[Notice]) -> Upload:
        """Returns the upload with more notices staged."""
        return replace(self, size=self.size + sum(len(notice.pdf) for notice in notices))

    def abandoned(self) -> Upload:
        """Returns the upload without what is not pushed, which will not be."""
        return replace(self, state=UploadState.ABANDONED)

    def with_outcomes(self, outcomes: Sequence[Outcomed]) -> Upload:
        """Returns the upload with more items pushed; with the last of them it is committed."""
        kinds = [outcomed.forwarded.outcome for outcomed in outcomes]
        pushed = self.pushed_count + len(kinds)
        return replace(
            self,
            state=UploadState.COMMITTED if pushed == self.item_count else UploadState.COMMITTING,
            pushed_count=pushed,
            forwarded_count=self.forwarded_count + kinds.count(Outcome.FORWARDED),
            list_only_count=self.list_only_count + kinds.count(Outcome.LIST_ONLY),
            refused_count=self.refused_count + kinds.count(Outcome.REFUSED),
        )


@dataclass(frozen=True, slots=True)
class Outcomed:
    """What became of an item.

    Attributes:
        entry_id: Key of the entry; empty where it was refused.
        forwarded: What became of it.
    """

    entry_id: str
    forwarded: Forwarded


@dataclass(frozen=True, slots=True)
class Commit:
    """What was approved to be pushed.

    Attributes:
        key: Under which key it is asked.
        upload_id: Key of the upload.
        sha256: Digest of its items.
        item_count: Number of its items.
        level: Level of the authority that approved.
    """

    key: RequestKey
    upload_id: str
    sha256: bytes
    item_count: int
    level: FilingLevel


def chain(sha256: bytes, items: Iterable[bytes]) -> bytes:
    """Returns the digest of an upload after more items.

    Args:
        sha256: The digest so far.
        items: The items in their order.
    """
    for item in items:
        sha256 = hashlib.sha256(sha256 + hashlib.sha256(item).digest()).digest()
    return sha256


def require_place(upload: Upload, chunk: Chunk) -> None:
    """Makes sure that a chunk belongs where the upload goes on, or to what is staged already.

    Raises:
        FailedPrecondition: UPLOAD_CLOSED or UPLOAD_OUT_OF_ORDER.
    """
    if upload.state is not UploadState.STAGING:
        raise closed()
    if chunk.first_index > upload.item_count:
        raise out_of_order(upload)


def out_of_order(upload: Upload) -> XiezhiError:
    """Makes the refusal of a chunk that has another place, or other items than were staged there."""
    return error(Reason.UPLOAD_OUT_OF_ORDER, f"The upload has {upload.item_count} items: go on with the next one.")


def not_found() -> XiezhiError:
    """Makes the refusal of an upload that is not there, or not the caller's."""
    return error(Reason.UPLOAD_NOT_FOUND, "There is no such upload of this court: check its name, or begin a new one.")


def closed() -> XiezhiError:
    """Makes the refusal of an upload that takes no more."""
    return error(Reason.UPLOAD_CLOSED, "The upload is committed, or what its commit left is erased: begin a new one.")


def mismatch() -> XiezhiError:
    """Makes the refusal of an upload that is not the one that was approved."""
    return error(
        Reason.UPLOAD_MISMATCH, "The upload has other items than were approved: compare its digest and their number."
    )


def require_there(upload: Upload | None, court_code: str, now: datetime) -> Upload:
    """Returns an upload of a court, if it is there.

    Raises:
        NotFound: UPLOAD_NOT_FOUND.
    """
    if upload is None or upload.court_code != court_code or not upload.is_there(now):
        raise not_found()
    return upload


def require_approved(upload: Upload, commit: Commit) -> None:
    """Makes sure that an upload is the one that was approved, and that there is something left to push.

    Raises:
        FailedPrecondition: UPLOAD_MISMATCH or UPLOAD_CLOSED.
    """
    if (upload.sha256, upload.item_count) != (commit.sha256, commit.item_count):
        raise mismatch()
    if not upload.is_unfinished:
        raise closed()
