"""Refusals kept while the ledger is away: nothing kept is lost, nothing torn is believed."""

import asyncio

import pytest

from services.chassis.spool import FileSpool
from xiezhi.errors import Reason, Unavailable, error
from xiezhi.ledger.v1 import ledger_pb2


class Ledger:
    """Takes entries, or is away."""

    def __init__(self):
        self.taken = []
        self.away = False

    async def append(self, entry):
        if self.away:
            raise error(Reason.LEDGER_UNAVAILABLE, "away")
        self.taken.append(entry.entry_id)


@pytest.fixture
def ledger():
    return Ledger()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "spool"


def entry(number):
    return ledger_pb2.Entry(entry_id=f"entry-{number}", reason="APPROVAL_REQUIRED")


async def test_what_is_kept_is_brought_in_order_and_then_forgotten(path, ledger):
    spool = FileSpool(path, ledger)
    for number in range(3):
        await spool.keep(entry(number))
    assert await spool.flush() == 3
    assert ledger.taken == ["entry-0", "entry-1", "entry-2"]
    assert await spool.flush() == 0
    assert path.read_bytes() == b""


async def test_while_the_ledger_is_away_nothing_is_forgotten_not_even_by_another_run(path, ledger):
    ledger.away = True
    spool = FileSpool(path, ledger)
    await spool.keep(entry(1))
    with pytest.raises(Unavailable):
        await spool.flush()
    ledger.away = False
    assert await FileSpool(path, ledger).flush() == 1
    assert ledger.taken == ["entry-1"]


@pytest.mark.parametrize("lost", range(1, 12))
async def test_a_record_torn_by_a_crash_is_cut_off_and_what_was_kept_before_it_stays(path, ledger, lost):
    spool = FileSpool(path, ledger)
    await spool.keep(entry(1))
    await spool.keep(entry(2))
    whole = path.read_bytes()
    path.write_bytes(whole[:-lost])
    again = FileSpool(path, ledger)
    again.start()
    await again.stop()
    await again.keep(entry(3))
    assert await again.flush() >= 1
    assert ledger.taken[-2:] == ["entry-1", "entry-3"] or ledger.taken == ["entry-1", "entry-3"]


async def test_a_record_whose_bytes_changed_is_not_believed(path, ledger):
    spool = FileSpool(path, ledger)
    await spool.keep(entry(1))
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(bytes(raw))
    assert await spool.flush() == 0
    assert ledger.taken == []


async def test_what_is_kept_while_a_flush_runs_stays_for_the_next(path, ledger):
    spool = FileSpool(path, ledger)
    await spool.keep(entry(1))
    taken = ledger.append

    async def append(item):
        await taken(item)
        if item.entry_id == "entry-1":
            await spool.keep(entry(2))

    ledger.append = append
    assert await spool.flush() == 1
    assert await spool.flush() == 1
    assert ledger.taken == ["entry-1", "entry-2"]


async def test_it_tries_again_by_itself(path, ledger):
    pauses = asyncio.Queue()

    async def sleep(_seconds):
        await pauses.get()

    ledger.away = True
    spool = FileSpool(path, ledger, sleep=sleep)
    await spool.keep(entry(1))
    spool.start()
    pauses.put_nowait(None)
    await asyncio.sleep(0.05)
    ledger.away = False
    pauses.put_nowait(None)
    async with asyncio.timeout(5):
        while path.read_bytes():  # noqa: ASYNC110 - the file is what is waited for
            await asyncio.sleep(0.01)
    await spool.stop()
    assert ledger.taken == ["entry-1"]


async def test_a_file_that_cannot_be_written_is_told(tmp_path, ledger):
    with pytest.raises(Unavailable) as caught:
        await FileSpool(tmp_path / "no" / "folder", ledger).keep(entry(1))
    assert caught.value.reason is Reason.STORE_UNAVAILABLE
