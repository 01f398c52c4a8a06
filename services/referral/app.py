"""Composition root of the referral service: the only place that constructs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from services.chassis.backend import host_backend
from services.chassis.feed import Feed
from services.chassis.health import Check
from services.chassis.outbox import Outbox
from services.chassis.process import Parts, assemble, connect_ledger, open_parts, serve
from services.chassis.relay import Relay
from services.codes.jurisdiction import Jiangxi
from services.filing.desk import Desk
from services.papers import SealTrust, verify_sealed
from services.referral.investigation.server import InvestigationServicer
from services.referral.notices.tables import FEED, OUTBOX
from services.referral.referrals.server import ReferralServicer
from services.referral.referrals.store import BuiltInCalendars, ReferralStore
from services.referral.settings import ReferralSettings
from xiezhi.errors import XiezhiError

NAME = "referral"
SWEEP = timedelta(minutes=1)
"""How often what is kept for a time only is erased."""

Erase = Callable[[], Awaitable[object]]
"""Erases what has had its time."""


async def run(settings: ReferralSettings) -> None:
    """Runs the referral service until it is told to stop.

    Args:
        settings: Its configuration.
    """
    async with open_parts(NAME, settings, package="services.referral") as parts:
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
        feed: Notices of duties.
        outbox: What is due later.
        relay: Delivers it.
        erasers: Erase what is kept for a time only.
        checks: What readiness depends on beside the database and the ledger.
    """

    feed: Feed
    outbox: Outbox
    relay: Relay
    erasers: tuple[Erase, ...]
    checks: dict[str, Check]


def _make_works(parts: Parts) -> _Works:
    outbox = Outbox(OUTBOX)
    feed = Feed(FEED, database=parts.database, outbox=outbox, sealer=parts.sealer, clock=parts.clock)
    relay = Relay(outbox, database=parts.database, deliver=feed.escalate, clock=parts.clock, ids=parts.ids)
    return _Works(feed, outbox, relay, erasers=(), checks={})


def _servicers(parts: Parts, settings: ReferralSettings, works: _Works) -> dict[str, object]:
    """Makes the servicers, by full name of their service; methods of others are refused with METHOD_UNKNOWN."""
    del works
    store = ReferralStore(parts.database, keyring=parts.keyring, calendars=BuiltInCalendars())
    seals = SealTrust(settings.seals.authority, settings.seals.revocations)
    desk = Desk(store, partial(verify_sealed, authority=seals), parts.clock, parts.ids)
    return {
        "xiezhi.referral.v1.InvestigationService": InvestigationServicer(desk),
        "xiezhi.referral.v1.ReferralService": ReferralServicer(desk),
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
