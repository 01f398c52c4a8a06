"""The order of a bundle's parts: a header, items with one place each, a trailer over all of them, nothing more."""

from __future__ import annotations

import hashlib
import secrets

from xiezhi.bundle.framing import MAX_ITEMS, invalid_bundle
from xiezhi.paper.v1 import bundle_pb2
from xiezhi.proof.organisation import is_unit

_CONTENTS = {bundle_pb2.BUNDLE_KIND_REQUESTS: "request", bundle_pb2.BUNDLE_KIND_RESULTS: "result"}
_SHORT = 16
"""Bytes of the digests by which parts are known again: with a secret key nobody finds two parts that share one."""


def require_direction(header: bundle_pb2.BundleHeader) -> None:
    """Refuses a header that contradicts itself: courts send requests to the police, and the police results to courts.

    Raises:
        InvalidArgument: BUNDLE_INVALID.
    """
    is_result = header.kind == bundle_pb2.BUNDLE_KIND_RESULTS
    if is_unit(header.sender_organisation) is not is_result or is_unit(header.recipient_organisation) is is_result:
        raise invalid_bundle("courts send requests to the police and the police results to courts")
    if any(bool(said) is not is_result for said in (header.answered_bundle_id, header.answered_sha256)):
        raise invalid_bundle("results name the bundle that they answer, and requests none")


class PartOrder:
    """Goes through a bundle's parts in their order, knows each of them again, and finds none twice.

    It keeps 16 bytes of each item three times over: some 50 MB for the largest bundle.
    """

    def __init__(self) -> None:
        """Starts before the header."""
        self.header: bundle_pb2.BundleHeader | None = None
        self.trailer: bundle_pb2.BundleTrailer | None = None
        self.count = 0
        self._hash = hashlib.sha256()
        self._key = secrets.token_bytes(16)
        self._parts = bytearray()
        self._approvals = _Distinct(self._key)
        self._references = _Distinct(self._key)

    @property
    def sha256(self) -> bytes:
        """SHA-256 of the exact bytes of all parts before the trailer, 32 bytes."""
        return self._hash.digest()

    def take(self, framed: bytes, part: bundle_pb2.BundlePart) -> bundle_pb2.BundleItem | None:
        """Takes the next part.

        Args:
            framed: Its exact bytes, the length included.
            part: The part.

        Returns:
            The item that it is, None for another part.

        Raises:
            InvalidArgument: BUNDLE_INVALID, if it does not come next.
        """
        if self.trailer is not None:
            raise invalid_bundle("something follows its last part")
        if self.header is None:
            if not part.HasField("header"):
                raise invalid_bundle("it does not begin with a header")
            require_direction(part.header)
            self.header = part.header
        elif part.HasField("header"):
            raise invalid_bundle("it has a second header")
        elif part.HasField("trailer"):
            self._end(part.trailer)
            return None
        else:
            self._require_next(self.header, part.item)
        self._hash.update(framed)
        self._parts += self._short(framed)
        return part.item if part.HasField("item") else None

    def require_whole(self) -> None:
        """Takes note that there are no more parts.

        Raises:
            InvalidArgument: BUNDLE_INVALID, if the trailer is missing or something is twice.
        """
        if self.trailer is None:
            raise invalid_bundle("its last part is missing")
        if self._approvals.has_repeated() or self._references.has_repeated():
            raise invalid_bundle("two items have the same approval or paper reference")

    def is_same(self, place: int, framed: bytes) -> bool:
        """Whether these are the bytes of the part at a place, 0 being the header."""
        return self._parts[place * _SHORT : (place + 1) * _SHORT] == self._short(framed)

    def _require_next(self, header: bundle_pb2.BundleHeader, item: bundle_pb2.BundleItem) -> None:
        self.count += 1
        if self.count > MAX_ITEMS:
            raise invalid_bundle("it has too many items")
        if item.position != self.count:
            raise invalid_bundle(f"item {self.count:,} is missing, or items are in another order")
        if item.WhichOneof("content") != _CONTENTS[header.kind]:
            raise invalid_bundle(f"item {self.count:,} is of another kind than the bundle")
        self._approvals.add(item.approval)
        self._references.add(item.paper_reference)

    def _end(self, trailer: bundle_pb2.BundleTrailer) -> None:
        if trailer.count != self.count:
            raise invalid_bundle("it has more items or fewer than its last part says")
        if trailer.sha256 != self.sha256:
            raise invalid_bundle("it is not what its last part says")
        self.trailer = trailer

    def _short(self, framed: bytes) -> bytes:
        return hashlib.blake2b(framed, digest_size=_SHORT, key=self._key).digest()


class _Distinct:
    """Finds out whether a text comes twice among up to a million, with 16 bytes for each of them."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._groups = [bytearray() for _ in range(256)]

    def add(self, text: str) -> None:
        digest = hashlib.blake2b(text.encode(), digest_size=_SHORT, key=self._key).digest()
        self._groups[digest[0]] += digest

    def has_repeated(self) -> bool:
        return any(
            len({bytes(group[begin : begin + _SHORT]) for begin in range(0, len(group), _SHORT)}) * _SHORT < len(group)
            for group in self._groups
        )
