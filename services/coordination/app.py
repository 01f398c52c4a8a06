"""Composition root of the coordination service: the only place that constructs."""

from __future__ import annotations

from services.chassis.backend import host_backend
from services.chassis.process import Parts, assemble, connect_ledger, open_parts, serve
from services.codes.jurisdiction import Jiangxi
from services.coordination.copies.server import DirectoryCopyServicer
from services.coordination.copies.store import CopyStore
from services.coordination.revisions import Revisions
from services.coordination.settings import CoordinationSettings

NAME = "coordination"


async def run(settings: CoordinationSettings) -> None:
    """Runs the coordination service until it is told to stop.

    Args:
        settings: Its configuration.
    """
    async with open_parts(NAME, settings, package="services.coordination") as parts:
        ledger = connect_ledger(parts, settings.ledger)
        core = assemble(parts, ledger)
        servicers = _servicers(parts, settings)
        internal = {"/xiezhi.coordination.v1.DirectoryCopyService/WatchDirectory": frozenset({settings.gateway_name})}
        handlers = host_backend(core, servicers, jurisdiction=Jiangxi(), internal_callers=internal)
        await serve(core, handlers, services=tuple(servicers), checks={"ledger": ledger.check})


def _servicers(parts: Parts, settings: CoordinationSettings) -> dict[str, object]:
    """Makes the servicers, by full name of their service; methods of others are refused with METHOD_UNKNOWN."""
    database, keyring, clock, revisions = parts.database, parts.keyring, parts.clock, Revisions()
    copies = CopyStore(database, keyring=keyring)
    return {
        "xiezhi.coordination.v1.DirectoryCopyService": DirectoryCopyServicer(copies, revisions=revisions, clock=clock),
    }
