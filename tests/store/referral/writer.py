"""A process that refers suspects and has them received until it is killed, and says of each that it was answered."""

from __future__ import annotations

import asyncio
import itertools
import sys
import uuid
from pathlib import Path

from services.chassis.clock import ManualClock
from services.chassis.db import Database
from services.chassis.sealing import Keyring
from services.referral.referrals.store import ReferralStore
from tests.store.referral.builtin import BuiltInCalendars
from tests.unit.referral.asked import NOW, receipt, sending
from tests.unit.referral.exchange import Exchange


def order_of(number):
    """Makes a referral in a case of its own; the same bytes for the same number."""
    return sending(serial=number, request_id=str(uuid.UUID(int=2 * number)))


def step_of(number, name):
    """Makes the receipt of that referral."""
    return receipt(name, request_id=str(uuid.UUID(int=2 * number + 1)))


async def lead(exchange, number):
    """Refers and receives."""
    made = await exchange.court(order_of(number))
    return await exchange.unit(step_of(number, made.referral.name))


async def write(url, keyring):
    store = ReferralStore(Database.open(url), keyring=Keyring.load(Path(keyring)), calendars=BuiltInCalendars())
    exchange = Exchange(store, clock=ManualClock(NOW))
    for number in itertools.count(1):
        await lead(exchange, number)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(write(*sys.argv[1:]))
