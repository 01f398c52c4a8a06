"""Idempotency keys of courts with what was answered under each, and the papers that were sent with it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select, update

from services.chassis.db import insert_new
from services.chassis.sealing import BlindIndex, Keyring, Sealer
from services.vehicle.seizures.domain import RequestKey
from services.vehicle.seizures.sealed import SeizureSealer
from services.vehicle.seizures.tables import PAPERS, REQUESTS
from xiezhi.errors import Reason, error

REQUEST_INDEX, PAPER_INDEX = "vehicle.request", "vehicle.paper"
"""Labels of the indexes."""

_ASKED = select(REQUESTS).where(REQUESTS.c.request_digest.in_(bindparam("digests", expanding=True)))
_ANSWER = update(REQUESTS).where(REQUESTS.c.request_digest == bindparam("asked"))


class RequestRows:
    """Notes requests and answers, within a transaction of whoever calls.

    Args:
        keyring: Keys of the service's fields at rest.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._sealer = SeizureSealer(Sealer(keyring))
        self._requests = BlindIndex(keyring, REQUEST_INDEX)
        self._papers = BlindIndex(keyring, PAPER_INDEX)

    def digest(self, key: RequestKey) -> bytes:
        """Returns the digest under which a request is kept."""
        return self._requests.of(_name(key))

    def answer(self, connection: Connection, key: RequestKey) -> bytes | None:
        """Returns what was answered under a key; None if nothing was asked under it.

        Raises:
            AlreadyExists: REQUEST_ID_REUSED, if something else was.
        """
        row = connection.execute(_ASKED, {"digests": self._requests.all_of(_name(key))}).one_or_none()
        if row is None:
            return None
        if bytes(row.content_digest) not in self._requests.all_of(_content(key)):
            raise error(Reason.REQUEST_ID_REUSED, "The request id was used for another request.")
        return self._sealer.open_bytes(bytes(row.answer), kind="answer", digest=bytes(row.request_digest))

    def begin(self, connection: Connection, key: RequestKey, papers: Sequence[bytes]) -> bytes | None:
        """Notes that something is asked, and keeps its papers, unless it was asked before.

        Args:
            connection: That of a write function; a concurrent request under the same key is waited for.
            key: The key.
            papers: The files.

        Returns:
            What was answered before; None if it is asked now for the first time.

        Raises:
            AlreadyExists: REQUEST_ID_REUSED.
        """
        kept = [self._papers.of(hashlib.sha256(pdf).hexdigest()) for pdf in papers]
        row = {
            "request_digest": self.digest(key),
            "content_digest": self._requests.of(_content(key)),
            "papers": b"".join(kept),
            "answer": b"",
        }
        if (answered := self.answer(connection, key)) is not None:
            return answered
        if not connection.execute(insert_new(connection, REQUESTS), row).rowcount:
            return self.answer(connection, key)
        for digest, pdf in zip(kept, papers, strict=True):
            content = self._sealer.seal_bytes(pdf, kind="paper", digest=digest)
            connection.execute(insert_new(connection, PAPERS), {"digest": digest, "content": content})
        return None

    def end(self, connection: Connection, key: RequestKey, answer: bytes) -> None:
        """Keeps the answer, in the transaction that began with the request."""
        digest = self.digest(key)
        sealed = self._sealer.seal_bytes(answer, kind="answer", digest=digest)
        connection.execute(_ANSWER, {"asked": digest, "answer": sealed})


def _name(key: RequestKey) -> str:
    return f"{key.court_code}|{key.request_id}"


def _content(key: RequestKey) -> str:
    return f"{key.method}|{key.sha256.hex()}"
