"""Cursors: where a subscriber has read to, as a text that counts for its addressee only.

A cursor hides nothing and authorises nothing: whoever may follow an addressee may follow it from any place.
"""

from __future__ import annotations

import hashlib

from services.chassis.feed.notices import Delivered
from services.chassis.paging import decode_token, encode_token
from xiezhi.errors import Reason, XiezhiError, error

_LONGEST = 18
"""Digits of a number, which a column of 64 bits holds."""


def cursor_of(notice: Delivered) -> str:
    """Returns the cursor with which a subscriber resumes after a notice."""
    return cursor_at(notice.number, addressee=notice.addressee)


def cursor_at(number: int, *, addressee: str) -> str:
    """Returns the cursor with which a subscriber resumes after a number, 0 for the beginning."""
    return encode_token(str(number), query=_query(addressee))


def read_cursor(cursor: str, *, addressee: str) -> int | None:
    """Returns the number after which a subscriber resumes; None for an empty cursor.

    Args:
        cursor: The subscriber's cursor; empty to begin with what is not acknowledged.
        addressee: Whom the subscriber follows.

    Raises:
        InvalidArgument: PAGE_TOKEN_INVALID, also for a cursor of another addressee.
    """
    try:
        place = decode_token(cursor, query=_query(addressee))
    except XiezhiError:
        raise invalid_cursor() from None
    if not place:
        return None
    if not (place.isascii() and place.isdigit() and len(place) <= _LONGEST):
        raise invalid_cursor()
    return int(place)


def invalid_cursor() -> XiezhiError:
    """Makes the PAGE_TOKEN_INVALID error, also for a place that the stream has not reached."""
    return error(Reason.PAGE_TOKEN_INVALID, "The cursor is not of this stream: subscribe again without one.")


def _query(addressee: str) -> bytes:
    return hashlib.blake2b(b"feed\0" + addressee.encode(), digest_size=16).digest()
