"""Writes bundles, item by item, holding one of them at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import BinaryIO

from xiezhi.bundle.age import encrypt
from xiezhi.bundle.framing import MAX_ITEMS, frame, invalid_bundle
from xiezhi.bundle.order import require_direction
from xiezhi.bundle.senders import Sender
from xiezhi.paper.v1 import bundle_pb2
from xiezhi.proof.exchange import Recipient


@dataclass(frozen=True, slots=True)
class Draft:
    """What a bundle shall say of itself beside who sends and gets it.

    Attributes:
        bundle_id: A random UUID.
        paper_reference: Reference of the paper that goes with it.
        answered_bundle_id: Of results, the bundle that they answer; empty for requests.
        answered_sha256: Of results, SHA-256 of the file of that bundle, 32 bytes; empty for requests.
    """

    bundle_id: str
    paper_reference: str
    answered_bundle_id: str = ""
    answered_sha256: bytes = b""


@dataclass(frozen=True, slots=True)
class Written:
    """A bundle that was written.

    Attributes:
        header: Its first part.
        count: Number of its items.
        sha256: SHA-256 of its file, 32 bytes.
    """

    header: bundle_pb2.BundleHeader
    count: int
    sha256: bytes


def write_bundle(
    file: BinaryIO,
    items: Iterable[bundle_pb2.BundleItem],
    *,
    draft: Draft,
    sender: Sender,
    recipient: Recipient,
    now: datetime,
    progress: Callable[[int], None] | None = None,
) -> Written:
    """Writes a bundle: requests where the recipient is a police organisation, results where the draft answers a bundle.

    Args:
        file: Where to; nothing of it counts before this has returned.
        items: The items in their order; their positions are set here.
        draft: What it says of itself.
        sender: Who signs it.
        recipient: Whom it is encrypted to, by a certificate that was verified.
        now: The present instant, UTC.
        progress: Told of each item how many were written.

    Raises:
        InvalidArgument: BUNDLE_INVALID, if there are no items or too many, or one breaks the contract.
    """
    header = _header(draft, sender, recipient=recipient, now=now)
    require_direction(header)
    count = 0

    def counted() -> Iterator[bundle_pb2.BundleItem]:
        nonlocal count
        for item in items:
            count += 1
            item.position = count
            yield item
            if progress is not None:
                progress(count)

    pieces = _pieces(header, counted(), sender=sender, now=now)
    sha256 = encrypt(pieces, file, recipient=recipient.key)
    return Written(header, count, sha256)


def _header(draft: Draft, sender: Sender, *, recipient: Recipient, now: datetime) -> bundle_pb2.BundleHeader:
    officer, organisation = sender.holder
    header = bundle_pb2.BundleHeader(
        bundle_id=draft.bundle_id,
        kind=bundle_pb2.BUNDLE_KIND_RESULTS if draft.answered_bundle_id else bundle_pb2.BUNDLE_KIND_REQUESTS,
        sender_organisation=organisation,
        sender_officer=officer,
        recipient_organisation=recipient.organisation,
        paper_reference=draft.paper_reference,
        answered_bundle_id=draft.answered_bundle_id,
        answered_sha256=draft.answered_sha256,
    )
    header.create_time.FromDatetime(now)
    return header


def _pieces(
    header: bundle_pb2.BundleHeader, items: Iterator[bundle_pb2.BundleItem], *, sender: Sender, now: datetime
) -> Iterator[bytes]:
    """Yields the bytes of each part, the last of which signs those before."""
    running, count = hashlib.sha256(), 0
    for part in chain((bundle_pb2.BundlePart(header=header),), (bundle_pb2.BundlePart(item=item) for item in items)):
        count += part.HasField("item")
        if count > MAX_ITEMS:
            raise invalid_bundle("it would have too many items; send several")
        framed = frame(part)
        running.update(framed)
        yield framed
    if not count:
        raise invalid_bundle("it would have no items")
    sha256 = running.digest()
    signature = sender.sign(header, count=count, sha256=sha256, now=now)
    trailer = bundle_pb2.BundleTrailer(count=count, sha256=sha256, signature=signature)
    yield frame(bundle_pb2.BundlePart(trailer=trailer))
