"""Items of uploads read from the bytes that courts sent."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from google.protobuf.message import DecodeError

from services.chassis.validation import validate
from services.exit_restriction.domain import FilingLevel
from services.exit_restriction.listing import convert
from services.exit_restriction.listing.domain import Push
from services.exit_restriction.listing.uploads.domain import Fault, Notice
from services.filing.desk import Verify
from services.papers import MentionIndex
from xiezhi.errors import InvalidArgument, Reason, XiezhiError, error
from xiezhi.exit_restriction.v1 import listing_pb2


@dataclass(frozen=True, slots=True)
class Read:
    """An item as it was read.

    Attributes:
        push: The entry; None where it could not be read.
        refusal: Why it could not be; None where it could.
        notice_sha256: SHA-256 of the notice that it names; empty where it names none.
    """

    push: Push | None
    refusal: XiezhiError | None = None
    notice_sha256: bytes = b""


def find_faults(items: Sequence[bytes], *, first_index: int, court_code: str, today: date) -> tuple[Fault, ...]:
    """Finds what is wrong with items, as far as they tell by themselves.

    Args:
        items: Their bytes.
        first_index: Place of the first one in the upload.
        court_code: The court that uploads.
        today: Legal date of today.
    """
    faults: list[Fault] = []
    for index, raw in enumerate(items, first_index):
        try:
            item = _parse(raw)
            validate(item)
            convert.read_item(item, court_code=court_code, level=FilingLevel.COUNTY, today=today)
        except XiezhiError as refusal:
            faults.append(Fault(index, refusal.reason.value, _path(refusal)))
    return tuple(faults)


def read_items(
    items: Sequence[bytes], faults: Mapping[int, Fault], *, court_code: str, level: FilingLevel, today: date
) -> list[Read]:
    """Reads items to be pushed.

    Args:
        items: Their bytes.
        faults: What is wrong with them, by place among the items.
        court_code: The court that uploads.
        level: Level of the authority that approved.
        today: Legal date of today.
    """
    found: list[Read] = []
    for place, raw in enumerate(items):
        if (fault := faults.get(place)) is not None:
            found.append(Read(None, error(Reason(fault.reason), "The item could not be read when it was staged.")))
            continue
        try:
            item = _parse(raw)
            push = convert.read_item(item, court_code=court_code, level=level, today=today)
        except XiezhiError as refusal:
            found.append(Read(None, refusal))
        else:
            found.append(Read(push, None, item.notice_sha256))
    return found


def show_item(raw: bytes) -> listing_pb2.UploadItem:
    """Returns an item as whoever is to approve it sees it; of bytes that are none an empty one."""
    try:
        return _parse(raw)
    except XiezhiError:
        return listing_pb2.UploadItem()


def as_named(read: Read, indexes: Mapping[bytes, MentionIndex]) -> Push | None:
    """Returns the entry of an item with what its notice names; None where it could not be read.

    Args:
        read: The item.
        indexes: What notices of the upload mention, by their SHA-256.
    """
    push = read.push
    if push is None:
        return None
    index = indexes.get(read.notice_sha256)
    if index is None:
        return push
    decision = push.ordered.decision_number
    ordered = replace(
        push.ordered,
        names_debtor=index.mentions(push.written.debtor.number),
        names_decision=bool(decision) and index.mentions(decision),
    )
    return replace(push, ordered=ordered)


def read_notice(pdf: bytes, *, verify: Verify, court_code: str, now: datetime) -> Notice:
    """Reads a notice, whose seal must hold.

    Args:
        pdf: The file.
        verify: Verifies papers.
        court_code: The court that uploads.
        now: The present instant.

    Raises:
        XiezhiError: The DOCUMENT_ or SEAL_ reason for which it counts for nothing.
    """
    return Notice(hashlib.sha256(pdf).digest(), pdf, verify(pdf, organisation=court_code, now=now).text)


def _parse(raw: bytes) -> listing_pb2.UploadItem:
    try:
        return listing_pb2.UploadItem.FromString(raw)
    except (DecodeError, ValueError):
        raise error(Reason.MESSAGE_MALFORMED, "The bytes are no item of an upload.") from None


def _path(refusal: XiezhiError) -> str:
    if isinstance(refusal, InvalidArgument) and refusal.violations:
        return refusal.violations[0].field
    return ""
