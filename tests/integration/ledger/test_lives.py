"""The ledger over its lives: killed, stopped, started twice, damaged while it was down."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import uuid
from pathlib import Path

import grpc
import pytest

from services.ledger.oversight.indexer import AT_ONCE
from tests.integration.ledger.process import Ledger, Site, new_entry
from xiezhi.common.v1 import receipt_pb2
from xiezhi.errors import DataLoss, Reason, XiezhiError
from xiezhi.ledger.v1 import oversight_pb2
from xiezhi.pki import InsecureDevelopmentKeys
from xiezhi.proof.receipt import verify_receipt


async def _append(ledger: Ledger, count: int) -> list[receipt_pb2.Receipt]:
    async with ledger.channel("identity") as channel:
        writer = ledger.writer(channel)
        receipts = await asyncio.gather(*(writer.append(new_entry()) for _ in range(count)))
        await writer.close()
    return list(receipts)


async def test_a_killed_ledger_goes_on_with_the_log_that_its_writers_know(
    keys: InsecureDevelopmentKeys, tmp_path: Path, database_url: str
) -> None:
    site = Site(tmp_path, keys, database_url)
    for _ in range(2):
        with site.run() as ledger:
            await _append(ledger, 20)
            async with ledger.channel("identity") as channel:
                writer = ledger.writer(channel)
                under_way = [asyncio.ensure_future(writer.append(new_entry())) for _ in range(200)]
                await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                ledger.process.kill()
                for done in await asyncio.gather(*under_way, return_exceptions=True):
                    assert isinstance(done, receipt_pb2.Receipt | XiezhiError)
                    assert not isinstance(done, DataLoss)
                with contextlib.suppress(XiezhiError):
                    await writer.close()
    with site.run() as ledger:
        (receipt,) = await _append(ledger, 1)
        verify_receipt(receipt, site.log_key)


async def test_whatever_a_killed_ledger_had_indexed_everything_is_found_once(
    keys: InsecureDevelopmentKeys, tmp_path: Path, database_url: str
) -> None:
    site, count = Site(tmp_path, keys, database_url), 0
    for _ in range(2):
        with site.run() as ledger:
            count += len(await _append(ledger, AT_ONCE // 2))
            ledger.process.kill()
    with site.run() as ledger:
        async with ledger.channel("gateway") as gateway:
            assert await _search(ledger, gateway) == [*range(count - 1, -1, -1)]


async def _search(ledger: Ledger, gateway: grpc.aio.Channel) -> list[int]:
    """Finds all entries of the officer in whose name they were appended."""
    found: list[int] = []
    request = oversight_pb2.SearchEntriesRequest(
        request_id=str(uuid.uuid4()), officer_id=new_entry().actor, page_size=200
    )
    while True:
        raw = await ledger.call(gateway, "/xiezhi.ledger.v1.OversightService/SearchEntries", request)
        page = oversight_pb2.SearchEntriesResponse.FromString(raw)
        found += [one.inclusion.leaf_index for one in page.entries]
        request.page_token = page.next_page_token
        if not request.page_token:
            return found


async def test_a_second_ledger_does_not_start_beside_the_first(site: Site) -> None:
    with site.run() as ledger:
        second = site.launch()
        output, _ = await asyncio.to_thread(second.communicate, timeout=30)
        assert second.returncode == 1
        assert "Another process writes this log" in output
        assert len(await _append(ledger, 1)) == 1


@pytest.mark.clause("R-5.1")
async def test_a_damaged_ledger_does_not_start_and_says_why(site: Site) -> None:
    with site.run() as ledger:
        await _append(ledger, 3)
    database = sqlite3.connect(site.folder / "ledger.db")
    database.execute("DROP TRIGGER entries_no_delete")
    database.execute("DELETE FROM entries WHERE leaf_index = 1")
    database.commit()
    database.close()
    process = site.launch()
    output, _ = await asyncio.to_thread(process.communicate, timeout=30)
    assert process.returncode == 1
    assert "does not agree with itself: entry 1 is missing" in output
    assert "Traceback" not in output


async def test_a_ledger_that_forgot_is_found_out_by_its_writers(site: Site) -> None:
    with site.run() as ledger:
        await _append(ledger, 3)
    for left in (*site.folder.glob("ledger.db*"), site.high_water):
        left.unlink()
    with site.run() as ledger, pytest.raises(DataLoss) as caught:
        await _append(ledger, 1)
    assert caught.value.reason is Reason.LEDGER_DAMAGED
