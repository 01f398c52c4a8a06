"""Idempotency keys of courts with what was answered under each, and the papers that were sent with it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, bindparam, select, update

from services.chassis.db import insert_new
from services.chassis.sealing import BlindIndex, Keyring, Sealer
from services.filing.domain import RequestKey
from services.filing.keys import RequestIndex
from services.filing.tables import FilingTables


class RequestRows:
    """Notes requests and answers, within a transaction of whoever calls.

    Args:
        tables: As `define_filing` defined them.
        keyring: Keys of the service's fields at rest.
        service: Name of the service, for example "vehicle". It is part of the labels of the indexes and of what a
            sealed value is bound to, so it never changes once something is stored.
    """

    def __init__(self, tables: FilingTables, *, keyring: Keyring, service: str) -> None:
        self._tables = tables
        self._service = service
        self._sealer = Sealer(keyring)
        self._requests = RequestIndex(keyring, f"{service}.request")
        self._papers = BlindIndex(keyring, f"{service}.paper")
        asked = tables.requests.c.request_digest
        self._asked = select(tables.requests).where(asked.in_(bindparam("digests", expanding=True)))
        self._paper = select(tables.papers).where(tables.papers.c.digest.in_(bindparam("digests", expanding=True)))
        self._answer = update(tables.requests).where(asked == bindparam("asked"))

    def digest(self, key: RequestKey) -> bytes:
        """Returns the digest under which a request is kept."""
        return self._requests.digest(key)

    def answer(self, connection: Connection, key: RequestKey) -> bytes | None:
        """Returns what was answered under a key; None if nothing was asked under it.

        Raises:
            AlreadyExists: REQUEST_ID_REUSED, if something else was.
        """
        row = connection.execute(self._asked, {"digests": self._requests.digests(key)}).one_or_none()
        if row is None:
            return None
        self._requests.require_same(bytes(row.content_digest), key)
        return self._sealer.open(bytes(row.answer), place=self._place("answer", bytes(row.request_digest)))

    def once(
        self, connection: Connection, key: RequestKey, act: Callable[[bytes], bytes], *, papers: Sequence[bytes] = ()
    ) -> bytes:
        """Makes a change that is asked, and keeps its papers and its answer, unless it was made before.

        Args:
            connection: That of a write function; a concurrent request under the same key is waited for.
            key: The key.
            act: Makes the change, which is told the digest of the request, and returns the answer.
            papers: The files.

        Returns:
            The answer, of now or of the first time.

        Raises:
            XiezhiError: REQUEST_ID_REUSED, or what `act` raises.
        """
        digest = self.digest(key)
        answered = self._begin(connection, key, digest, papers=papers)
        if answered is not None:
            return answered
        answer = act(digest)
        sealed = self._sealer.seal(answer, place=self._place("answer", digest))
        connection.execute(self._answer, {"asked": digest, "answer": sealed})
        return answer

    def paper_digest(self, sha256: bytes) -> bytes:
        """Returns the digest under which a file is kept, from its SHA-256."""
        return self._papers.of(sha256.hex())

    def paper(self, connection: Connection, sha256: bytes) -> bytes | None:
        """Returns a file exactly as it was sent, from its SHA-256; None if no request brought it.

        Raises:
            SealError: If what is kept was changed or moved, or its key is not in the keyring.
        """
        found = connection.execute(self._paper, {"digests": self._papers.all_of(sha256.hex())}).first()
        if found is None:
            return None
        return self._sealer.open(bytes(found.content), place=self._place("paper", bytes(found.digest)))

    def _begin(
        self, connection: Connection, key: RequestKey, request: bytes, *, papers: Sequence[bytes]
    ) -> bytes | None:
        """Notes that something is asked and keeps its papers; returns what was answered if it was asked before."""
        if (answered := self.answer(connection, key)) is not None:
            return answered
        kept = [self.paper_digest(hashlib.sha256(pdf).digest()) for pdf in papers]
        row = {
            "request_digest": request,
            "content_digest": self._requests.content(key),
            "papers": b"".join(kept),
            "answer": b"",
        }
        if not connection.execute(insert_new(connection, self._tables.requests), row).rowcount:
            return self.answer(connection, key)
        for digest, pdf in zip(kept, papers, strict=True):
            content = self._sealer.seal(pdf, place=self._place("paper", digest))
            connection.execute(insert_new(connection, self._tables.papers), {"digest": digest, "content": content})
        return None

    def _place(self, kind: str, digest: bytes) -> str:
        return f"{self._service}.{kind}:{digest.hex()}"
