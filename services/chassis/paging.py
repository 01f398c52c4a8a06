"""Lists in pages: a token says where a page ended, and counts for the very list it was given out for.

A token hides nothing and authorises nothing: whoever may read the list may read on from any place of it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from google.protobuf.message import Message

from xiezhi.errors import Reason, XiezhiError, error

DEFAULT_SIZE = 20
"""Items of a page when the caller asks for no number."""
_DIGEST_SIZE = 16


def query_of(request: Message, reader: str) -> bytes:
    """Returns the digest of a list: of the request without its page, and of who reads.

    Args:
        request: The request, with the fields "page_token" and "page_size".
        reader: Who reads, so that a token is of no use to another.
    """
    asked = type(request)()
    asked.CopyFrom(request)
    asked.ClearField("page_token")
    asked.ClearField("page_size")
    name = str(request.DESCRIPTOR.full_name)
    content = b"\0".join((name.encode(), reader.encode(), asked.SerializeToString(deterministic=True)))
    return hashlib.blake2b(content, digest_size=_DIGEST_SIZE).digest()


def encode_token(place: str, *, query: bytes) -> str:
    """Returns the token of the page that begins after a place.

    Args:
        place: The place of the page's last item, in the words of the list.
        query: The list, as `query_of` digests it.
    """
    return base64.urlsafe_b64encode(query + place.encode()).decode().rstrip("=")


def decode_token(token: str, *, query: bytes) -> str:
    """Returns the place after which a page begins, empty for the first page.

    Args:
        token: The caller's token; empty for the first page.
        query: The list, as `query_of` digests it.

    Raises:
        InvalidArgument: PAGE_TOKEN_INVALID.
    """
    if not token:
        return ""
    try:
        content = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        place = content[_DIGEST_SIZE:].decode()
    except (binascii.Error, ValueError):
        raise invalid_token() from None
    if content[:_DIGEST_SIZE] != query or not place:
        raise invalid_token()
    return place


def invalid_token() -> XiezhiError:
    """Makes the PAGE_TOKEN_INVALID error, also for a place that the list does not know."""
    return error(Reason.PAGE_TOKEN_INVALID, "The page token is not of this list: start from the first page.")
