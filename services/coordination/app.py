"""Composition root of the coordination service: the only place that constructs."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

from services.chassis.backend import host_backend
from services.chassis.process import Parts, assemble, connect_ledger, open_parts, serve
from services.codes.jurisdiction import Jiangxi
from services.coordination.changes import tell_nobody
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
from services.coordination.directory.server import DirectoryServicer
from services.coordination.directory.store import DirectoryStore
from services.coordination.revisions import Revisions
from services.coordination.settings import CoordinationSettings
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
        look = DailyLook(parts.database, keyring=parts.keyring, tell=tell_nobody, clock=parts.clock)
        parts.stack.callback(asyncio.create_task(_sweep(look)).cancel)
        servicers = _servicers(parts, settings)
        internal = {"/xiezhi.coordination.v1.DirectoryCopyService/WatchDirectory": frozenset({settings.gateway_name})}
        handlers = host_backend(core, servicers, jurisdiction=Jiangxi(), internal_callers=internal)
        await serve(core, handlers, services=tuple(servicers), checks={"ledger": ledger.check})


def _servicers(parts: Parts, settings: CoordinationSettings) -> dict[str, object]:
    """Makes the servicers, by full name of their service; methods of others are refused with METHOD_UNKNOWN."""
    database, keyring, clock, revisions = parts.database, parts.keyring, parts.clock, Revisions()
    copies = CopyStore(database, keyring=keyring)
    liaisons = DirectoryStore(database, keyring=keyring, revisions=revisions)
    credentials = CredentialStore(database, keyring=keyring, revisions=revisions)
    police = liaisons.rows.organisations
    channels = ChannelStore(database, keyring=keyring, revisions=revisions, police=police)
    return {
        "xiezhi.coordination.v1.ChannelService": ChannelServicer(Board(channels, clock, parts.ids), store=channels),
        "xiezhi.coordination.v1.CredentialService": CredentialServicer(
            Register(credentials, clock, parts.ids), store=credentials
        ),
        "xiezhi.coordination.v1.DirectoryCopyService": DirectoryCopyServicer(copies, revisions=revisions, clock=clock),
        "xiezhi.coordination.v1.DirectoryService": DirectoryServicer(
            Registry(liaisons, clock, parts.ids), store=liaisons, contracts=parts.contracts
        ),
    }


async def _sweep(look: DailyLook) -> None:
    """Looks for ever; while the database is away, what is due waits."""
    while True:
        with suppress(XiezhiError):
            await look.look()
        await asyncio.sleep(SWEEP.total_seconds())
