"""The daily look goes on whatever fails in it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from services.chassis.sealing import SealError
from services.coordination import app
from xiezhi.errors import Reason, error


class Looks:
    """Fails in some ways, and then tells that it was asked once more."""

    def __init__(self, *failures):
        self.failures, self.done, self.told = list(failures), asyncio.Event(), []

    async def look(self):
        if self.failures:
            raise self.failures.pop(0)
        self.done.set()

    def log(self, event, **fields):
        self.told.append((event, fields))


async def test_what_fails_is_told_and_tried_again_and_a_database_that_is_away_is_waited_for(monkeypatch):
    monkeypatch.setattr(app, "SWEEP", timedelta())
    looks = Looks(SealError("a sealed field was changed"), error(Reason.STORE_UNAVAILABLE, "It is away."))
    sweeping = asyncio.ensure_future(app._sweep(looks, looks))
    async with asyncio.timeout(5):
        await asyncio.wait({sweeping, asyncio.ensure_future(looks.done.wait())}, return_when="FIRST_COMPLETED")
    assert not sweeping.done()
    sweeping.cancel()
    assert looks.told == [("look.failed", {"level": "error", "exception": "SealError"})]
