"""The desk at which courts' orders are taken in: each once, and only on papers that hold."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from services.chassis.clock import Clock
from services.chassis.ids import IdSource
from services.filing.domain import Document, Filing, RequestKey, find_document
from services.papers import SealedPaper, mentions

Files = TypeVar("Files")
Files_co = TypeVar("Files_co", covariant=True)

Sought: TypeAlias = Mapping[int, Collection[str]]
"""Texts of which an order depends on whether its papers mention them, by the place of the paper in `Filing.papers`."""

NOTHING: Sought = MappingProxyType({})


class Store(Protocol[Files_co]):
    """Where a service keeps what orders change, which it calls its files."""

    async def answered(self, key: RequestKey) -> bytes | None:
        """Returns what was answered under a key; None if nothing was asked under it."""
        ...

    async def change(self, filing: Filing, act: Callable[[Files_co], bytes]) -> bytes:
        """Makes a change, once for each key; the papers are kept with it."""
        ...


Store_co = TypeVar("Store_co", bound=Store[Any], covariant=True)


class Verify(Protocol):
    """Verifies a paper under seal; takes some milliseconds of computing."""

    def __call__(self, pdf: bytes, *, organisation: str, now: datetime) -> SealedPaper:
        """Returns the paper, or raises the DOCUMENT_ or SEAL_ reason for which it counts for nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Desk(Generic[Store_co]):
    """What the use cases need.

    Attributes:
        store: The service's files.
        verify: Verifies papers.
        clock: Source of now.
        ids: Source of ids.
    """

    store: Store_co
    verify: Verify
    clock: Clock
    ids: IdSource


@dataclass(frozen=True, slots=True)
class Accepted:
    """An order whose papers hold.

    Attributes:
        filing: What the court hands in.
        documents: The entries of the papers in the court's list, in the order of the papers.
        mentioned: Which of the texts that were sought in it each paper mentions, in the same order.
        now: The present instant.
    """

    filing: Filing
    documents: tuple[Document, ...]
    mentioned: tuple[frozenset[str], ...]
    now: datetime

    def mentions(self, paper: int, text: str) -> bool:
        """Whether a paper mentions a text; one that was not sought in it counts as not mentioned.

        Args:
            paper: Place of the paper in `Filing.papers`; a paper that was not sent mentions nothing.
            text: The text as it was sought.
        """
        return 0 <= paper < len(self.mentioned) and text in self.mentioned[paper]

    def mentions_any(self, paper: int, texts: Collection[str]) -> bool:
        """Whether a paper mentions at least one of several texts; as `mentions`."""
        return any(self.mentions(paper, text) for text in texts)


async def take(
    filing: Filing,
    act: Callable[[Accepted, Files], bytes],
    *,
    desk: Desk[Store[Files]],
    sought: Sought = NOTHING,
    look_up: Callable[[], Awaitable[Sought]] | None = None,
) -> bytes:
    """Takes an order in: answers what was answered before, or verifies the papers and makes the change.

    Args:
        filing: What the court hands in.
        act: Makes the change and returns the answer.
        desk: What is needed.
        sought: Texts of which the order depends on whether a paper mentions them.
        look_up: Reads further such texts from the service's files; not called if the order was answered before.

    Raises:
        XiezhiError: REQUEST_ID_REUSED, DOCUMENT_NOT_LISTED, the reasons of papers, what `act` raises, or
            STORE_UNAVAILABLE.
    """
    answered = await desk.store.answered(filing.key)
    if answered is not None:
        return answered
    found = NOTHING if look_up is None else await look_up()
    texts = [{*sought.get(place, ()), *found.get(place, ())} for place in range(len(filing.papers))]
    # Before the change, which others wait for: a paper may be long, and texts many.
    accepted = await asyncio.to_thread(_accept, filing, desk=desk, texts=texts)
    # Of now, not of when the papers came: what is served is in the order in which it is written down.
    return await desk.store.change(filing, lambda files: act(replace(accepted, now=desk.clock.now()), files))


def _accept(filing: Filing, *, desk: Desk[Store[Any]], texts: Collection[Collection[str]]) -> Accepted:
    now = desk.clock.now()
    documents = tuple(find_document(filing, p, hashlib.sha256(p.pdf).digest()) for p in filing.papers)
    papers = [desk.verify(p.pdf, organisation=filing.author.court_code, now=now) for p in filing.papers]
    mentioned = tuple(
        frozenset(text for text in some if mentions(paper, text)) for paper, some in zip(papers, texts, strict=True)
    )
    return Accepted(filing, documents, mentioned, now)
