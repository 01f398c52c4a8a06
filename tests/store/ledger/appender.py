"""Appends to the log of a folder until it is killed, and writes out each head that was answered."""

from __future__ import annotations

import asyncio
import sys
from itertools import count
from pathlib import Path

from tests.store.ledger.disk import Disk
from tests.unit.ledger.fakes import record


async def main(folder: Path, start: int) -> None:
    """Appends a few entries at a time, from two tasks."""
    async with Disk(f"sqlite:///{folder / 'ledger.db'}", folder / "ledger.high-water").start() as log:

        async def append(first: int) -> None:
            for number in count(first, 10):
                head = (await log.append([record(number), record(number + 1)])).shown.head
                sys.stdout.write(f"{head.size} {head.root.hex()}\n")
                sys.stdout.flush()

        await asyncio.gather(append(start), append(start + 5))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
