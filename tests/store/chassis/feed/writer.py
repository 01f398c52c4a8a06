"""A process that writes notices until it is killed, and says of each that it is durable."""

import asyncio
import itertools
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.chassis.clock import ManualClock
from services.chassis.feed import Escalation
from services.chassis.sealing import Keyring
from tests.store.chassis.feed.desk import Desk


async def write(url, keyring):
    clock = ManualClock(datetime(2026, 11, 24, 9, tzinfo=UTC))
    desk = Desk(url, keyring=Keyring.load(Path(keyring)), clock=clock, space=9)
    for number in itertools.count(1):
        await desk.tell(f"{number}", ack_within=timedelta(minutes=30), escalations=(Escalation(("b",)),))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(write(*sys.argv[1:]))
