"""Items of uploads read from the bytes that courts sent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeAlias

from google.protobuf.message import DecodeError

from services.chassis.validation import validate
from services.exit_restriction import convert as shared
from services.exit_restriction.domain import FilingLevel
from services.exit_restriction.listing import convert
from services.exit_restriction.listing.domain import Push
from services.exit_restriction.listing.uploads.domain import Fault, Notice
from services.filing.desk import Verify
from services.papers import MentionIndex
from xiezhi.errors import InvalidArgument, Reason, XiezhiError, error
from xiezhi.exit_restriction.v1 import listing_pb2

Parsed: TypeAlias = "listing_pb2.UploadItem | XiezhiError"
"""An item, or why it cannot be read."""


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
            if item.HasField("start_date"):
                # Only now: a day that has come by the commit is as good as that day.
                shared.read_start(item.start_date, field="start_date", today=today)
        except XiezhiError as refusal:
            faults.append(Fault(index, refusal.reason.value, _path(refusal)))
    return tuple(faults)


def parse_items(items: Sequence[bytes], faults: Mapping[int, Fault]) -> list[Parsed]:
    """Takes items apart that are to be pushed.

    Args:
        items: Their bytes.
        faults: What was found to be wrong with them, by place among the items.
    """
    return [_parse(raw) if (fault := faults.get(place)) is None else _refuse(fault) for place, raw in enumerate(items)]


def read_items(
    items: Iterable[Parsed],
    texts: Mapping[bytes, str],
    *,
    court_code: str,
    level: FilingLevel,
    today: date,
) -> list[Push | XiezhiError]:
    """Reads items that are to be pushed, and what their notices name.

    Args:
        items: The items.
        texts: Texts of notices of the upload by their SHA-256.
        court_code: The court that uploads.
        level: Level of the authority that approved.
        today: Legal date of today.

    Returns:
        The entry of each, or why it cannot be read.
    """
    asked = {sha256: MentionIndex(text).mentions for sha256, text in texts.items()}
    nothing = MentionIndex("").mentions
    found: list[Push | XiezhiError] = []
    for item in items:
        if isinstance(item, XiezhiError):
            found.append(item)
            continue
        mentions = asked.get(item.notice_sha256, nothing)
        try:
            push = convert.read_item(item, court_code=court_code, level=level, today=today, mentions=mentions)
        except XiezhiError as refusal:
            found.append(refusal)
        else:
            found.append(push)
    return found


def numbers_of(items: Iterable[Parsed]) -> tuple[str, ...]:
    """Returns the numbers of the debtors of items, as courts wrote them, each once; of what cannot be read none."""
    told = (item.debtor.id_number for item in items if not isinstance(item, XiezhiError))
    return tuple(dict.fromkeys(number for number in told if number))


def show_item(raw: bytes) -> listing_pb2.UploadItem:
    """Returns an item as whoever is to approve it sees it; of bytes that are none an empty one."""
    try:
        return _parse(raw)
    except XiezhiError:
        return listing_pb2.UploadItem()


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


def _refuse(fault: Fault) -> XiezhiError:
    return error(Reason(fault.reason), "The item could not be read when it was staged.")


def _path(refusal: XiezhiError) -> str:
    if isinstance(refusal, InvalidArgument) and refusal.violations:
        return refusal.violations[0].field
    return ""
