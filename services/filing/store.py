"""Files that courts and units change: each change once for each key, in one transaction with its papers and answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import Connection

from services.chassis.db import Database
from services.chassis.spans import traceparent
from services.filing.domain import Filing, RequestKey
from services.filing.requests import RequestRows

Files = TypeVar("Files")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of a change before it is made.

    Attributes:
        request: Digest of the request.
        by: Court or unit that asks.
        traceparent: Trace context of the call; empty where it has none.
    """

    request: bytes
    by: str
    traceparent: str


class FilingStore(ABC, Generic[Files]):
    """A service's files, and what courts and units asked; see `services.filing.desk.Store`.

    Args:
        database: The service's database, migrated.
        requests: What was asked, with the papers and the answers.
    """

    def __init__(self, database: Database, *, requests: RequestRows) -> None:
        self._database = database
        self._requests = requests

    async def answered(self, key: RequestKey) -> bytes | None:
        """Returns what was answered under a key; None if nothing was asked under it.

        Raises:
            XiezhiError: REQUEST_ID_REUSED or STORE_UNAVAILABLE.
        """
        return await self._database.read(lambda connection: self._requests.answer(connection, key), snapshot=False)

    async def change(self, filing: Filing, act: Callable[[Files], bytes]) -> bytes:
        """Makes a change for a court, once for each key; as `step`.

        Args:
            filing: What the court hands in; its papers are kept.
            act: Makes the change and returns the answer.
        """
        return await self.step(filing.key, [paper.pdf for paper in filing.papers], act)

    async def step(self, key: RequestKey, papers: Sequence[bytes], act: Callable[[Files], bytes]) -> bytes:
        """Makes a change, once for each key.

        Args:
            key: The key.
            papers: Files that come with it, which are kept.
            act: Makes the change and returns the answer; runs in the writer's thread. What it raises undoes all.

        Returns:
            The answer, of now or of the first time.

        Raises:
            XiezhiError: What `act` raises, REQUEST_ID_REUSED or STORE_UNAVAILABLE.
        """
        trace = traceparent()

        def write(connection: Connection) -> bytes:
            def change(request: bytes) -> bytes:
                return act(self._files(connection, Asked(request, key.court_code, trace)))

            return self._requests.once(connection, key, change, papers=papers)

        return await self._database.write(write)

    @abstractmethod
    def _files(self, connection: Connection, asked: Asked) -> Files:
        """Opens the files within a transaction that changes them."""
