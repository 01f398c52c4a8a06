"""Composition root of the coordination service: the only place that constructs."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from services.chassis.backend import host_backend
from services.chassis.channels import open_channels
from services.chassis.feed import DeadLetters, Feed
from services.chassis.outbox import Outbox
from services.chassis.process import Parts, assemble, connect_ledger, open_parts, serve
from services.chassis.relay import Relay
from services.chassis.telemetry import Telemetry
from services.codes.jurisdiction import Jiangxi
from services.coordination.channels.handlers import Board
from services.coordination.channels.server import ChannelServicer
from services.coordination.channels.store import ChannelStore
from services.coordination.copies.server import DirectoryCopyServicer
from services.coordination.copies.store import CopyStore
from services.coordination.credentials.handlers import Register
from services.coordination.credentials.server import CredentialServicer
from services.coordination.credentials.store import CredentialStore
from services.coordination.daily import DailyLook
from services.coordination.directory.handlers import Registry
from services.coordination.directory.rows import LiaisonRows
from services.coordination.directory.server import DirectoryServicer
from services.coordination.directory.store import DirectoryStore
from services.coordination.disputes.departments import Departments
from services.coordination.disputes.server import DisputeServicer, Office
from services.coordination.disputes.standings import Standings
from services.coordination.disputes.store import DisputeStore
from services.coordination.notices.convert import describe
from services.coordination.notices.server import CoordinationNoticeServicer
from services.coordination.notices.tables import FEED, OUTBOX
from services.coordination.notices.telling import Telling
from services.coordination.revisions import Revisions
from services.coordination.settings import CoordinationSettings
from services.papers import SealTrust, verify_sealed
from xiezhi.errors import XiezhiError

NAME = "coordination"
SWEEP = timedelta(minutes=1)
"""How often is looked whether another day has begun."""


async def run(settings: CoordinationSettings) -> None:
    """Runs the coordination service until it is told to stop.

    Args:
        settings: Its configuration.
    """
    async with open_parts(NAME, settings, package="services.coordination") as parts:
        ledger = connect_ledger(parts, settings.ledger)
        core = assemble(parts, ledger)
        works = _make_works(parts, settings)
        look = DailyLook(parts.database, keyring=parts.keyring, tell=works.tell, clock=parts.clock)
        for task in (works.relay.run(), _sweep(look, parts.telemetry)):
            parts.stack.callback(asyncio.create_task(task).cancel)
        servicers = _servicers(parts, settings, works)
        internal = {"/xiezhi.coordination.v1.DirectoryCopyService/WatchDirectory": frozenset({settings.gateway_name})}
        handlers = host_backend(core, servicers, jurisdiction=Jiangxi(), internal_callers=internal)
        await serve(core, handlers, services=tuple(servicers), checks={"ledger": ledger.check})


@dataclass(frozen=True, slots=True)
class _Works:
    """What runs beside the server, and what servicers share.

    Attributes:
        feed: Notices.
        outbox: What is due later.
        relay: Delivers it.
        tell: Tells of changes.
    """

    feed: Feed
    outbox: Outbox
    relay: Relay
    tell: Telling


def _make_works(parts: Parts, settings: CoordinationSettings) -> _Works:
    database, clock, outbox = parts.database, parts.clock, Outbox(OUTBOX)
    feed = Feed(FEED, database=database, outbox=outbox, sealer=parts.sealer, clock=clock)
    relay = Relay(outbox, database=database, deliver=feed.escalate, clock=clock, ids=parts.ids)
    tell = Telling(feed, describe=describe, acknowledge_within=settings.acknowledge_within)
    return _Works(feed, outbox, relay, tell)


def _servicers(parts: Parts, settings: CoordinationSettings, works: _Works) -> dict[str, object]:
    """Makes the servicers, by full name of their service; methods of others are refused with METHOD_UNKNOWN."""
    letters = DeadLetters(works.outbox, database=parts.database, clock=parts.clock)
    database, keyring, clock, revisions = parts.database, parts.keyring, parts.clock, Revisions()
    copies = CopyStore(database, keyring=keyring)
    liaisons = DirectoryStore(database, keyring=keyring, revisions=revisions)
    credentials = CredentialStore(database, keyring=keyring, revisions=revisions)
    police = liaisons.rows.organisations
    channels = ChannelStore(database, keyring=keyring, revisions=revisions, police=police, tell=works.tell)
    return {
        "xiezhi.coordination.v1.ChannelService": ChannelServicer(Board(channels, clock, parts.ids), store=channels),
        "xiezhi.coordination.v1.CoordinationNoticeService": CoordinationNoticeServicer(works.feed, letters=letters),
        "xiezhi.coordination.v1.CredentialService": CredentialServicer(
            Register(credentials, clock, parts.ids), store=credentials
        ),
        "xiezhi.coordination.v1.DirectoryCopyService": DirectoryCopyServicer(copies, revisions=revisions, clock=clock),
        "xiezhi.coordination.v1.DirectoryService": DirectoryServicer(
            Registry(liaisons, clock, parts.ids), store=liaisons, contracts=parts.contracts
        ),
        "xiezhi.coordination.v1.DisputeService": _disputes(parts, settings, works, rows=liaisons.rows),
    }


async def _sweep(look: DailyLook, telemetry: Telemetry) -> None:
    """Looks for ever; while the database is away, what is due waits, and what else fails is told and tried again."""
    while True:
        try:
            with suppress(XiezhiError):
                await look.look()
        except Exception as failure:  # noqa: BLE001 - one field that does not open must not silence all notices for good
            telemetry.log("look.failed", level="error", exception=type(failure).__name__)
        await asyncio.sleep(SWEEP.total_seconds())


def _disputes(parts: Parts, settings: CoordinationSettings, works: _Works, *, rows: LiaisonRows) -> DisputeServicer:
    store = DisputeStore(
        parts.database,
        keyring=parts.keyring,
        directory=Departments(rows),
        clock=parts.clock,
        tell=works.tell,
    )
    seals = SealTrust(settings.seals.authority, settings.seals.revocations)
    office = Office(
        store,
        Standings(open_channels(settings.standings, tls=settings.tls, stack=parts.stack)).find,
        partial(verify_sealed, authority=seals),
        clock=parts.clock,
        ids=parts.ids,
        silence_days=settings.silence_days,
    )
    return DisputeServicer(office)
