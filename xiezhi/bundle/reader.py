"""Reads bundles: a first pass over the file verifies the whole of it, a second one hands out what it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from xiezhi.bundle.age import decrypt
from xiezhi.bundle.framing import Framer, invalid_bundle
from xiezhi.bundle.order import PartOrder
from xiezhi.bundle.senders import SenderTrust
from xiezhi.errors import Reason, error
from xiezhi.paper.v1 import bundle_pb2

Check = Callable[[bundle_pb2.BundleItem, bundle_pb2.BundleHeader], None]
"""Refuses an item by raising; called for each before anything is performed."""
Progress = Callable[[int], None]
"""Told how many items were gone through."""
STEP = 100
"""How many items lie between two reports of progress."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """The organisation that reads.

    Attributes:
        organisation: Its code.
        key: Its private exchange key.
    """

    organisation: str
    key: X25519PrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class VerifiedBundle:
    """A bundle of which everything was verified.

    Attributes:
        header: Its first part.
        count: Number of its items.
        sha256: SHA-256 of its file, 32 bytes.
        signed_at: When it was signed, by the sender's own word, UTC.
    """

    header: bundle_pb2.BundleHeader
    count: int
    sha256: bytes
    signed_at: datetime
    _file: BinaryIO = field(repr=False)
    _recipient: Recipient = field(repr=False)
    _order: PartOrder = field(repr=False)

    def each(self, take: Callable[[bundle_pb2.BundleItem], None]) -> None:
        """Goes through the items in their order. Decrypts the file again, so that it is never in memory as a whole.

        Args:
            take: Gets each item; what it raises ends the pass.

        Raises:
            InvalidArgument: BUNDLE_INVALID, at the first item that is not the one that was verified: somebody changed
                the file meanwhile.
        """
        place = 0

        def check(framed: bytes, part: bundle_pb2.BundlePart) -> None:
            nonlocal place
            if place > self.count:
                return
            if not self._order.is_same(place, framed):
                raise invalid_bundle("its file was changed since it was verified")
            place += 1
            if part.HasField("item"):
                take(part.item)

        self._file.seek(0)
        framer = Framer(check, holds_rules=True)
        decrypt(self._file, framer.feed, key=self._recipient.key)
        if place <= self.count:
            raise invalid_bundle("its file was changed since it was verified")


def verify_bundle(
    file: BinaryIO,
    *,
    recipient: Recipient,
    trust: SenderTrust,
    now: datetime,
    check: Check | None = None,
    progress: Progress | None = None,
) -> VerifiedBundle:
    """Verifies all of a bundle in one pass, holding one part of it at a time.

    Args:
        file: The file, seekable, which stays open as long as the result is used.
        recipient: Who reads.
        trust: Whose signatures count.
        now: The instant at which they must hold, UTC.
        check: Looks at each item too.
        progress: Told of every hundredth item, and of the last.

    Raises:
        InvalidArgument: BUNDLE_INVALID, if it cannot be read, was changed, is cut off, or its signature does not hold.
        PermissionDenied: BUNDLE_OF_ANOTHER_RECIPIENT; STATEMENT_INVALID or STATEMENT_REVOKED, of the sender's
            certificate; and what `check` raises.
        Unavailable: REVOCATION_CHECK_UNAVAILABLE.
    """
    order = PartOrder()

    def take(framed: bytes, part: bundle_pb2.BundlePart) -> None:
        item = order.take(framed, part)
        if order.count == 0 and order.header is not None:
            _require_recipient(order.header, recipient)
        if item is None or order.header is None:
            return
        if check is not None:
            check(item, order.header)
        if progress is not None and order.count % STEP == 0:
            progress(order.count)

    file.seek(0)
    framer = Framer(take)
    sha256 = decrypt(file, framer.feed, key=recipient.key)
    framer.end()
    order.require_whole()
    if order.header is None or order.trailer is None:
        raise invalid_bundle("it is empty")
    signed_at = trust.verify(order.trailer, order.header, sha256=order.sha256, now=now)
    if progress is not None:
        progress(order.count)
    return VerifiedBundle(order.header, order.count, sha256, signed_at, file, recipient, order)


def _require_recipient(header: bundle_pb2.BundleHeader, recipient: Recipient) -> None:
    if header.recipient_organisation != recipient.organisation:
        raise error(
            Reason.BUNDLE_OF_ANOTHER_RECIPIENT, f"The bundle is for {header.recipient_organisation}, not for this one."
        )
