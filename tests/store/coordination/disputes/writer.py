"""A process that opens and answers disputes until it is killed, and says of each that it was answered."""

from __future__ import annotations

import asyncio
import itertools
import sys
import uuid
from pathlib import Path

from services.chassis.clock import ManualClock
from services.chassis.db import Database
from services.chassis.sealing import Keyring
from services.coordination.disputes.domain import Whose
from tests.store.coordination.disputes.consulting import COURT, INVESTIGATION, NOW, OBJECTS, UNIT, Consulting, opening
from xiezhi.coordination.v1 import dispute_pb2


def subject_of(number):
    """Names a referral of its own, which is there then."""
    name = f"referrals/{uuid.UUID(int=number)}"
    OBJECTS[name] = Whose(COURT, INVESTIGATION, (UNIT,))
    return name


async def lead(consulting, number):
    """Opens a dispute and has the other side write, by the same bytes for the same number."""
    request = opening(subject_of(number))
    request.request_id = str(uuid.UUID(int=2 * number))
    name = (await consulting.ask(request)).dispute.name
    step = dispute_pb2.ConsultDisputeRequest(request_id=str(uuid.UUID(int=2 * number + 1)), name=name, text="已收到。")
    return (await consulting.ask(step, UNIT)).dispute


async def write(url, keyring):
    consulting = Consulting(Database.open(url), keyring=Keyring.load(Path(keyring)), clock=ManualClock(NOW))
    for number in itertools.count(1):
        await lead(consulting, number)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(write(*sys.argv[1:]))
