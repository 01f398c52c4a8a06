"""Composition root of the exit restriction service: the only place that constructs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from services.chassis.backend import host_backend
from services.chassis.feed import Feed
from services.chassis.health import Check
from services.chassis.outbox import Outbox
from services.chassis.process import Parts, assemble, connect_ledger, open_parts, serve
from services.chassis.relay import Relay
from services.codes.jurisdiction import Jiangxi
from services.exit_restriction.changes import tell_nobody
from services.exit_restriction.domain import TERM_RULES
from services.exit_restriction.listing.listed import EntryList
from services.exit_restriction.listing.server import DishonestListServicer
from services.exit_restriction.listing.store import ListRows, ListStore
from services.exit_restriction.listing.uploads.desk import UploadDesk
from services.exit_restriction.listing.uploads.store import UploadStore
from services.exit_restriction.notices.tables import FEED, OUTBOX
from services.exit_restriction.restrictions.server import RestrictionServicer
from services.exit_restriction.restrictions.store import RestrictionStore
from services.exit_restriction.settings import ExitRestrictionSettings
from services.filing.desk import Desk
from services.papers import SealedPaper, SealTrust, verify_sealed
from xiezhi.errors import XiezhiError

NAME = "exit_restriction"
SWEEP = timedelta(minutes=1)
"""How often what is kept for a time only is erased."""

Erase = Callable[[], Awaitable[object]]
"""Erases what has had its time."""


async def run(settings: ExitRestrictionSettings) -> None:
    """Runs the exit restriction service until it is told to stop.

    Args:
        settings: Its configuration.
    """
    async with open_parts(NAME, settings, package="services.exit_restriction") as parts:
        ledger = connect_ledger(parts, settings.ledger)
        core = assemble(parts, ledger)
        works = _make_works(parts)
        for task in (works.relay.run(), _sweep(works.erasers)):
            _start(parts, task)
        servicers = _servicers(parts, settings, works)
        handlers = host_backend(core, servicers, jurisdiction=Jiangxi())
        await serve(core, handlers, services=tuple(servicers), checks={"ledger": ledger.check, **works.checks})


@dataclass(frozen=True, slots=True)
class _Works:
    """What runs beside the server, and what servicers share.

    Attributes:
        rows: What a change of the list reads and adds to.
        uploads: Uploads of entries.
        feed: Notices to courts.
        outbox: What is due later.
        relay: Delivers it.
        erasers: Erase what is kept for a time only.
        checks: What readiness depends on beside the database and the ledger.
    """

    rows: ListRows
    uploads: UploadStore
    feed: Feed
    outbox: Outbox
    relay: Relay
    erasers: tuple[Erase, ...]
    checks: dict[str, Check]


def _make_works(parts: Parts) -> _Works:
    outbox = Outbox(OUTBOX)
    feed = Feed(FEED, database=parts.database, outbox=outbox, sealer=parts.sealer, clock=parts.clock)
    relay = Relay(outbox, database=parts.database, deliver=feed.escalate, clock=parts.clock, ids=parts.ids)
    rows = ListRows(parts.keyring, tell=tell_nobody)
    uploads = UploadStore(
        parts.database, keyring=parts.keyring, rows=rows, clock=parts.clock, ids=parts.ids, rules=TERM_RULES
    )
    return _Works(rows, uploads, feed, outbox, relay, erasers=(uploads.erase,), checks={})


def _verify_court_paper(seals: SealTrust, pdf: bytes, *, court_code: str, now: datetime) -> SealedPaper:
    return verify_sealed(pdf, authority=seals, organisation=court_code, now=now)


def _servicers(parts: Parts, settings: ExitRestrictionSettings, works: _Works) -> dict[str, object]:
    """Makes the servicers, by full name of their service; methods of others are refused with METHOD_UNKNOWN."""
    keyring, database, clock = parts.keyring, parts.database, parts.clock
    seals = SealTrust(settings.seals.authority, settings.seals.revocations)
    verify = partial(_verify_court_paper, seals)
    entries = EntryList(works.rows.entries)
    restrictions = RestrictionStore(database, keyring=keyring, entries=entries, tell=works.rows.tell)
    listing = Desk(ListStore(database, rows=works.rows), verify, clock, parts.ids)
    return {
        "xiezhi.exit_restriction.v1.DishonestListService": DishonestListServicer(
            listing, uploads=UploadDesk(works.uploads, verify, clock)
        ),
        "xiezhi.exit_restriction.v1.RestrictionService": RestrictionServicer(
            Desk(restrictions, verify, clock, parts.ids)
        ),
    }


def _start(parts: Parts, task: Coroutine[Any, Any, None]) -> None:
    """Runs something beside the server, until the process ends."""
    parts.stack.callback(asyncio.create_task(task).cancel)


async def _sweep(erasers: tuple[Erase, ...]) -> None:
    """Erases for ever; while the database is away, what is due waits."""
    while True:
        with suppress(XiezhiError):
            for erase in erasers:
                await erase()
        await asyncio.sleep(SWEEP.total_seconds())
