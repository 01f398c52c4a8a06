"""Checks that hit, with what was answered, kept for 72 hours for whoever asks again under the same key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from services.chassis.db import insert_new
from services.chassis.sealing import Keyring, Sealer
from services.exit_restriction.border.domain import KEPT
from services.exit_restriction.border.tables import CHECKS
from services.filing.domain import RequestKey
from services.filing.keys import RequestIndex

REQUEST_INDEX = "exit.check.request"
"""Label of the index of requests."""

_ASKED = select(CHECKS).where(CHECKS.c.request_digest.in_(bindparam("digests", expanding=True)))
_ENDED = delete(CHECKS).where(CHECKS.c.at < bindparam("before"))


class DealingRows:
    """Keeps checks, within a transaction of whoever calls.

    Args:
        keyring: Keys of the service's fields at rest.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._sealer = Sealer(keyring)
        self._requests = RequestIndex(keyring, REQUEST_INDEX)

    def answer(self, connection: Connection, key: RequestKey) -> bytes | None:
        """Returns what was answered under a key; None if nothing is kept under it.

        Raises:
            AlreadyExists: REQUEST_ID_REUSED, if something else was asked.
        """
        row = connection.execute(_ASKED, {"digests": self._requests.digests(key)}).one_or_none()
        if row is None:
            return None
        self._requests.require_same(bytes(row.content_digest), key)
        return self._sealer.open(bytes(row.answer), place=_place(bytes(row.request_digest)))

    def keep(self, connection: Connection, key: RequestKey, answer: bytes, *, at: datetime) -> bool:
        """Keeps a check.

        Returns:
            Whether it was kept; False if something is kept under its key.
        """
        digest = self._requests.digest(key)
        row = {
            "request_digest": digest,
            "content_digest": self._requests.content(key),
            "at": at,
            "answer": self._sealer.seal(answer, place=_place(digest)),
        }
        return connection.execute(insert_new(connection, CHECKS), row).rowcount == 1

    def erase(self, connection: Connection, *, now: datetime) -> None:
        """Erases what is older than 72 hours."""
        connection.execute(_ENDED, {"before": now - KEPT})


def _place(digest: bytes) -> str:
    return f"exit.check.answer:{digest.hex()}"
