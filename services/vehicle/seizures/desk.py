"""The desk at which courts' orders are taken in: each once, and only on papers that hold."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from services.chassis.clock import Clock
from services.chassis.ids import IdSource
from services.papers import SealedPaper, mentions
from services.vehicle.seizures.domain import Document, Filing, RequestKey, Shown, find_document
from services.vehicle.seizures.files import Files


class Store(Protocol):
    """The files of vehicles; `services.vehicle.seizures.store.SeizureStore` is one."""

    async def answered(self, key: RequestKey) -> bytes | None:
        """Returns what was answered under a key; None if nothing was asked under it."""
        ...

    async def names(self, seizure_ids: Collection[str]) -> frozenset[str]:
        """Returns the plates and VINs of the vehicles of seizures; of one that is not there, none."""
        ...

    async def change(self, filing: Filing, act: Callable[[Files], bytes]) -> bytes:
        """Makes a change, once for each key."""
        ...

    async def page(
        self, case: tuple[str, str, str], *, as_of: datetime, after: int, size: int
    ) -> list[tuple[int, Shown]]:
        """Returns a debtor's seizures in a case with their sequences, in the order of service."""
        ...


class Verify(Protocol):
    """Verifies a paper under seal; takes some milliseconds of computing."""

    def __call__(self, pdf: bytes, *, court_code: str, now: datetime) -> SealedPaper:
        """Returns the paper, or raises the DOCUMENT_ or SEAL_ reason for which it counts for nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What the use cases need.

    Attributes:
        store: The files of vehicles.
        verify: Verifies papers.
        clock: Source of now.
        ids: Source of ids.
    """

    store: Store
    verify: Verify
    clock: Clock
    ids: IdSource


@dataclass(frozen=True, slots=True)
class Accepted:
    """An order whose papers hold.

    Attributes:
        filing: What the court hands in.
        documents: The entries of the papers in the court's list, in their order.
        mentioned: Which of the texts that were asked about the first paper mentions.
        now: The present instant.
    """

    filing: Filing
    documents: tuple[Document, ...]
    mentioned: frozenset[str]
    now: datetime


async def take(
    filing: Filing,
    act: Callable[[Accepted, Files], bytes],
    *,
    desk: Desk,
    sought: Sequence[str] = (),
    seizures: Collection[str] = (),
) -> bytes:
    """Takes an order in: answers what was answered before, or verifies the papers and makes the change.

    Args:
        filing: What the court hands in.
        act: Makes the change and returns the answer.
        desk: What is needed.
        sought: Texts of which the order depends on whether its first paper mentions them.
        seizures: Keys of seizures whose vehicles are sought likewise, by plate and VIN.

    Raises:
        XiezhiError: REQUEST_ID_REUSED, DOCUMENT_NOT_LISTED, the reasons of papers, what `act` raises, or
            STORE_UNAVAILABLE.
    """
    answered = await desk.store.answered(filing.key)
    if answered is not None:
        return answered
    texts = {*sought, *await desk.store.names(seizures)}
    # Before the change, which others wait for: a paper may be long, and vehicles many.
    accepted = await asyncio.to_thread(_accept, filing, desk=desk, sought=texts)
    # Of now, not of when the papers came: what is served is in the order in which it is written down.
    return await desk.store.change(filing, lambda files: act(replace(accepted, now=desk.clock.now()), files))


def _accept(filing: Filing, *, desk: Desk, sought: Collection[str]) -> Accepted:
    now = desk.clock.now()
    documents = tuple(find_document(filing, p, hashlib.sha256(p.pdf).digest()) for p in filing.papers)
    papers = [desk.verify(p.pdf, court_code=filing.author.court_code, now=now) for p in filing.papers]
    return Accepted(filing, documents, frozenset(text for text in sought if mentions(papers[0], text)), now)
