"""How much a court may have staged and not committed."""

from __future__ import annotations

from dataclasses import dataclass

from services.exit_restriction.listing.uploads.domain import Upload
from xiezhi.errors import Reason, XiezhiError, error


@dataclass(frozen=True, slots=True)
class Staged:
    """What a court has staged and not committed, in all or at most.

    Attributes:
        uploads: In how many uploads.
        size: How many bytes of items and notices.
    """

    uploads: int
    size: int


LIMIT = Staged(uploads=100, size=2 * 1024**3)
"""What a court may have staged at one time, unless configured otherwise: some millions of items."""


def require_room(others: Staged, upload: Upload, limit: Staged) -> None:
    """Makes sure that a court leaves no more unfinished than it may.

    Args:
        others: What else it has unfinished.
        upload: The upload that grows.
        limit: What it may have in all.

    Raises:
        FailedPrecondition: UPLOADS_UNFINISHED.
    """
    if others.uploads + 1 > limit.uploads:
        raise _unfinished(f"{others.uploads:,} unfinished uploads")
    if others.size + upload.size > limit.size:
        raise _unfinished(f"{limit.size:,} bytes in unfinished uploads, of which it has {others.size:,} in others")


def _unfinished(most: str) -> XiezhiError:
    return error(
        Reason.UPLOADS_UNFINISHED, f"A court has at most {most}: commit or discard one, or wait until one is erased."
    )
