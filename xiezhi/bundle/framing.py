"""Parts of a bundle as bytes: each with its length before it, cut out of a stream that comes in pieces."""

from __future__ import annotations

from collections.abc import Callable

import protovalidate
from google.protobuf.message import DecodeError

from xiezhi.errors import Reason, XiezhiError, error
from xiezhi.paper.v1 import bundle_pb2

MAX_PART = 6 << 20
"""Most bytes of a part."""
MAX_ITEMS = 1_000_000
"""Most items of a bundle."""
MAX_FILE = 4 << 30
"""Most bytes of a bundle's file."""
_LENGTH_BYTES = 4
"""Most bytes of a length: a part of `MAX_PART` needs no more."""

Take = Callable[[bytes, bundle_pb2.BundlePart], None]
"""Takes a part with its exact bytes, the length included."""


def invalid_bundle(why: str) -> XiezhiError:
    """Makes the BUNDLE_INVALID error.

    Args:
        why: A clause that says what does not hold.
    """
    return error(Reason.BUNDLE_INVALID, f"The bundle is not accepted: {why}.")


def frame(part: bundle_pb2.BundlePart) -> bytes:
    """Returns a part's bytes with their length before them.

    Raises:
        InvalidArgument: BUNDLE_INVALID, if the part is none that a reader takes.
    """
    _require_rules(part)
    encoded = part.SerializeToString(deterministic=True)
    if len(encoded) > MAX_PART:
        raise invalid_bundle("a part is too large")
    return _encode_length(len(encoded)) + encoded


class Framer:
    """Cuts parts out of pieces of any size; holds no more than one part and one piece."""

    def __init__(self, take: Take, *, holds_rules: bool = False) -> None:
        """Starts before the first part.

        Args:
            take: Gets each part in its turn.
            holds_rules: Whether every part was held against the contract before.
        """
        self._take = take
        self._holds_rules = holds_rules
        self._held = bytearray()

    def feed(self, piece: bytes) -> None:
        """Takes the next piece of the stream.

        Raises:
            InvalidArgument: BUNDLE_INVALID, if it holds what is no part.
        """
        self._held += piece
        position = 0
        while (found := _read_length(self._held, position)) is not None:
            length, begin = found
            if len(self._held) < begin + length:
                break
            framed = bytes(self._held[position : begin + length])
            part = _parse(framed[begin - position :])
            if not self._holds_rules:
                _require_rules(part)
            self._take(framed, part)
            position = begin + length
        if position:
            del self._held[:position]

    def end(self) -> None:
        """Takes note that the stream has ended.

        Raises:
            InvalidArgument: BUNDLE_INVALID, if it ended within a part.
        """
        if self._held:
            raise invalid_bundle("it is cut off within a part")


def _parse(encoded: bytes) -> bundle_pb2.BundlePart:
    try:
        return bundle_pb2.BundlePart.FromString(encoded)
    except DecodeError:
        raise invalid_bundle("a part cannot be read") from None


def _require_rules(part: bundle_pb2.BundlePart) -> None:
    for violation in protovalidate.collect_violations(part):
        elements = violation.proto.field.elements if violation.proto.field is not None else ()
        path = ".".join(element.field_name for element in elements)
        raise invalid_bundle(f"{path or 'a part'} breaks the rule {violation.proto.rule_id}")


def _encode_length(length: int) -> bytes:
    encoded = bytearray()
    while length >= 0x80:
        encoded.append(length & 0x7F | 0x80)
        length >>= 7
    encoded.append(length)
    return bytes(encoded)


def _read_length(held: bytearray, position: int) -> tuple[int, int] | None:
    """Returns a part's length and where it begins; None where more bytes are needed to tell."""
    length = 0
    for place in range(_LENGTH_BYTES):
        if position + place >= len(held):
            return None
        byte = held[position + place]
        length |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            if length > MAX_PART:
                raise invalid_bundle("a part is too large")
            if place and not byte:
                raise invalid_bundle("a length is not written in the shortest way")
            return length, position + place + 1
    raise invalid_bundle("a part is too large")
