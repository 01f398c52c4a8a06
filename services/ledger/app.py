"""Composition root of the ledger: the only place that constructs."""

from __future__ import annotations

import asyncio

from services.chassis.backend import host_backend
from services.chassis.process import CASE_INDEX, SUBJECT_INDEX, Parts, assemble, open_parts, serve
from services.chassis.sealing import BlindIndex, Keyring
from services.codes.jurisdiction import Jiangxi
from services.ledger.convert import id_of
from services.ledger.high_water import HighWater
from services.ledger.lock import WriterLock
from services.ledger.log import Log
from services.ledger.oversight.convert import read_indexed
from services.ledger.oversight.indexer import Indexer
from services.ledger.oversight.server import OversightServicer
from services.ledger.oversight.store import SqlIndex
from services.ledger.oversight.summaries import SqlSummaries
from services.ledger.recovery import recover
from services.ledger.server import LedgerServicer, OwnEvidence
from services.ledger.settings import LedgerProcessSettings
from services.ledger.signing import LogSigner
from services.ledger.store import SqlLog
from xiezhi.errors import XiezhiError

NAME = "ledger"
SERVICE = "xiezhi.ledger.v1.LedgerService"
OVERSIGHT = "xiezhi.ledger.v1.OversightService"
APPEND = f"/{SERVICE}/Append"


async def run(settings: LedgerProcessSettings) -> None:
    """Runs the ledger until it is told to stop.

    Args:
        settings: Its configuration.

    Raises:
        SystemExit: With a sentence that says why it does not serve: its store does not agree with what it signed, or
            another process writes the log.
    """
    async with open_parts(NAME, settings, package="services.ledger") as parts:
        lock = WriterLock(settings.database_url, settings.high_water)
        parts.stack.callback(lock.release)
        store = SqlLog(parts.database)
        log = await _open_log(parts, settings, lock=lock, store=store)
        parts.stack.push_async_callback(log.close)
        core = assemble(parts, OwnEvidence(log), unlimited=settings.writers)
        handlers = host_backend(
            core,
            {SERVICE: LedgerServicer(log, store), OVERSIGHT: _open_oversight(parts, log)},
            jurisdiction=Jiangxi(),
            internal_callers={APPEND: frozenset(settings.writers)},
        )

        async def is_sound() -> None:
            log.require_sound()

        await serve(core, handlers, services=(SERVICE, OVERSIGHT), checks={"log": is_sound, "lock": lock.check})


def _open_oversight(parts: Parts, log: Log) -> OversightServicer:
    """Opens the index over the log and begins to bring it up to date."""
    keyring = Keyring.load(parts.settings.oversight_keyring)
    index = SqlIndex(parts.database, read_indexed)
    indexer = Indexer(index, log)
    following = asyncio.create_task(indexer.run())
    parts.stack.callback(following.cancel)
    return OversightServicer(
        log,
        indexer=indexer,
        index=index,
        summaries=SqlSummaries(parts.database),
        cases=BlindIndex(keyring, CASE_INDEX).all_of,
        subjects=BlindIndex(keyring, SUBJECT_INDEX).all_of,
        clock=parts.clock,
    )


async def _open_log(parts: Parts, settings: LedgerProcessSettings, *, lock: WriterLock, store: SqlLog) -> Log:
    signer = LogSigner.load(settings.signing_key, origin=settings.origin, clock=parts.clock)
    try:
        await asyncio.to_thread(lock.acquire)
        return await recover(store, signer=signer, high_water=HighWater(settings.high_water), id_of=id_of)
    except XiezhiError as failure:
        parts.telemetry.log("ledger.refused", level="error", reason=failure.reason.value)
        raise SystemExit(failure.message) from None
