"""The use cases of oversight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from services.ledger.domain import Place, SignedHead, damaged
from services.ledger.handlers import PAGE_BYTES
from services.ledger.log import Log
from services.ledger.oversight.domain import Period, Search, Spot
from services.ledger.oversight.indexer import Indexer
from services.ledger.oversight.patterns import (
    MOST_FINDINGS,
    Consent,
    Finding,
    FindingKind,
    Thresholds,
    UnfollowedCase,
    Volume,
    find_quick_consents,
    find_unfollowed_lookups,
    find_unusual_volumes,
)

AT_ONCE = 10
"""Entries that are read at once for a page: one that names many data subjects is long."""
_MICROSECOND = timedelta(microseconds=1)


class Finder(Protocol):
    """Where indexed entries are found."""

    async def find(self, search: Search, *, size: int) -> list[Spot]:
        """Finds entries, newest first, one more than the page may hold if there are."""
        ...

    async def entries(self, places: Sequence[int]) -> dict[int, bytes]:
        """Returns the exact bytes of entries by their places."""
        ...


class Summaries(Protocol):
    """Sums over the index."""

    async def volumes(self, period: Period, *, size: int) -> list[Volume]:
        """Counts the disclosures of each officer."""
        ...

    async def disclosures(self, volume: Volume, period: Period, *, size: int) -> tuple[int, ...]:
        """Returns places of the newest disclosures of an officer."""
        ...

    async def consents(self, period: Period, *, within: timedelta, size: int) -> list[Consent]:
        """Returns consents that came soon after the submission."""
        ...

    async def unfollowed(self, period: Period, *, followed: timedelta, size: int) -> tuple[list[UnfollowedCase], int]:
        """Returns the cases with most lookups that no measure followed, and how many cases there are in all."""
        ...

    async def lookups(self, case_index: bytes, period: Period, *, followed: timedelta, size: int) -> tuple[int, ...]:
        """Returns places of the newest lookups of a case that no measure followed."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """An entry that was found.

    Attributes:
        raw: Its exact bytes.
        place: Place and proof.
    """

    raw: bytes
    place: Place


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page of a search.

    Attributes:
        found: The entries, newest first.
        head: The head that all proofs lead to.
        after: Where the next page goes on; None on the last page.
    """

    found: tuple[Found, ...]
    head: SignedHead
    after: Spot | None


@dataclass(frozen=True, slots=True)
class Report:
    """What a person should look at.

    Attributes:
        findings: By kind, the most striking of each first.
        left_off: How many more there were of a kind; a kind of which all are there is left out.
        head: The head of the tree that was looked at.
    """

    findings: tuple[Finding, ...]
    left_off: dict[FindingKind, int]
    head: SignedHead


async def search(asked: Search, *, log: Log, indexer: Indexer, index: Finder) -> FoundPage:
    """Finds entries and proves them.

    Args:
        asked: What for.
        log: The log.
        indexer: Brings the index up to the log.
        index: The index.

    Raises:
        Unavailable: STORE_UNAVAILABLE.
        DataLoss: LEDGER_DAMAGED.
    """
    shown = log.shown
    await indexer.catch_up(shown.head.size)
    spots = await index.find(asked, size=shown.head.size)
    raws = await _read_fitting(spots[: asked.size], index)
    fitting = spots[: len(raws)]
    proofs = shown.view.inclusions(spot.leaf_index for spot in fitting)
    found = tuple(
        Found(raw, Place(spot.leaf_index, path)) for raw, spot, path in zip(raws, fitting, proofs, strict=True)
    )
    return FoundPage(found, shown.head, fitting[-1] if len(fitting) < len(spots) else None)


async def report(
    period: Period, thresholds: Thresholds, *, now: int, log: Log, indexer: Indexer, summaries: Summaries
) -> Report:
    """Reports what in a period a person should look at.

    Args:
        period: The period.
        thresholds: From when on something is asked about.
        now: The present instant.
        log: The log.
        indexer: Brings the index up to the log.
        summaries: Sums over the index.

    Raises:
        Unavailable: STORE_UNAVAILABLE.
        DataLoss: LEDGER_DAMAGED.
    """
    head = log.shown.head
    await indexer.catch_up(head.size)
    over = Period(period.start, min(period.end, now - thresholds.followed_within // _MICROSECOND))
    volumes = find_unusual_volumes(await summaries.volumes(period, size=head.size), thresholds)
    within = thresholds.consent_within
    consents = find_quick_consents(await summaries.consents(period, within=within, size=head.size), thresholds)
    followed = thresholds.followed_within
    cases, in_all = await summaries.unfollowed(over, followed=followed, size=head.size)
    findings: list[Finding] = []
    for one in volumes[:MOST_FINDINGS]:
        volume = Volume(one.officer_id, one.organisation, one.count)
        places = await summaries.disclosures(volume, period, size=head.size)
        findings.append(replace(one, leaf_indexes=places))
    findings += consents[:MOST_FINDINGS]
    for one in find_unfollowed_lookups(cases):
        places = await summaries.lookups(one.case_index, over, followed=followed, size=head.size)
        findings.append(replace(one, leaf_indexes=places))
    left_off = {
        FindingKind.UNUSUAL_VOLUME: len(volumes) - MOST_FINDINGS,
        FindingKind.QUICK_CONSENT: len(consents) - MOST_FINDINGS,
        FindingKind.UNFOLLOWED_LOOKUP: in_all - len(cases),
    }
    return Report(tuple(findings), {kind: count for kind, count in left_off.items() if count > 0}, head)


async def _read_fitting(page: Sequence[Spot], index: Finder) -> list[bytes]:
    """Reads as many entries as fit on a page, and at least one if there is any; a few at once."""
    fitting: list[bytes] = []
    length = 0
    for first in range(0, len(page), AT_ONCE):
        places = [spot.leaf_index for spot in page[first : first + AT_ONCE]]
        raws = await index.entries(places)
        if len(raws) != len(places):
            raise damaged("an entry that is indexed is missing")
        for place in places:
            length += len(raws[place])
            if fitting and length > PAGE_BYTES:
                return fitting
            fitting.append(raws[place])
    return fitting
