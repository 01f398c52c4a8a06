"""Entries of dishonest debtors in bulk: staged and committed, beside a bare insert of the very rows that they make."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import os
import shutil
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Connection, Table, func, select

from services.chassis.call import Call
from services.chassis.clock import SystemClock
from services.chassis.db import Database, insert_many
from services.chassis.feed import Feed
from services.chassis.ids import TimedIds
from services.chassis.migrations import upgrade
from services.chassis.outbox import Outbox
from services.chassis.process import YOUNG_OBJECTS
from services.chassis.sealing import Keyring, Sealer
from services.codes.legal_time import legal_date
from services.exit_restriction.counter.copies import CopyTelling
from services.exit_restriction.domain import TERM_RULES
from services.exit_restriction.listing.store import ListRows
from services.exit_restriction.listing.uploads.desk import UploadDesk
from services.exit_restriction.listing.uploads.store import MOST_PUSHED, UploadStore
from services.exit_restriction.loader import SubjectLoader
from services.exit_restriction.metadata import METADATA
from services.exit_restriction.notices.due import Calendar
from services.exit_restriction.notices.tables import FEED, OUTBOX
from services.exit_restriction.notices.telling import CourtTelling
from services.exit_restriction.registry.domain import Person
from services.papers import SealTrust, verify_sealed
from services.papers.pages import Line, draw_pages
from services.papers.sealing import seal_pdf
from services.synthetic.numbers import citizen_id
from services.synthetic.papers import NOTE
from tests.bench.copies import PostgresCopies, SqliteCopies
from tests.bench.machine import Meter
from tests.bench.report import Bar
from tests.conftest import PostgresServer, find_programs
from tests.unit.exit_restriction.orders import DONGHU, call, decision_number, item, record
from xiezhi.exit_restriction.v1 import listing_pb2
from xiezhi.pki import InsecureDevelopmentKeys

ENTRIES = 100_000
CHUNK = 500
"""Items of a chunk, which come with one notice that names all of their debtors."""
BULK_BAR = 0.3
_A_DAY = 900
"""People who are born on one day, as far as the sequences of numbers reach."""
_BORN = date(1980, 1, 1)


@dataclass(slots=True)
class Bulk:
    """What was measured on one database, round by round.

    Attributes:
        engine: Name of the database.
        entries: How many entries there are.
        rows: Rows that their commit adds.
        staged: Seconds that staging took.
        committed: Seconds that the commit took.
        bare: Seconds that a bare insert of the same rows took.
        commit_used: Seconds of processors that this process used for the commit.
        bare_used: The same of the bare insert.
    """

    engine: str
    entries: int
    rows: int = 0
    staged: list[float] = field(default_factory=list)
    committed: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    commit_used: list[float] = field(default_factory=list)
    bare_used: list[float] = field(default_factory=list)

    def table(self) -> Iterator[str]:
        """Yields rows of a Markdown table."""
        together = [sum(pair) for pair in zip(self.staged, self.committed, strict=True)]
        for title, seconds in (
            ("staged, their notices verified and read", self.staged),
            ("committed", self.committed),
            ("staged and committed", together),
            ("bare insert of the same rows", self.bare),
        ):
            rates = [self.entries / one for one in seconds]
            spread = f"{min(rates):,.0f} to {max(rates):,.0f}"
            yield f"| {self.engine} | {title} | {median(rates):,.0f} | {spread} | {median(seconds):.1f} |"

    def bars(self) -> Iterator[Bar]:
        """Yields how it is judged: by the rates, and by the seconds of this process's processors."""
        told = f"entries committed / bare insert of the same rows, {self.engine}"
        for per, bare, committed in (
            ("per second", self.bare, self.committed),
            ("per second of the client's processors", self.bare_used, self.commit_used),
        ):
            yield Bar.between(f"{told}, {per}", dict(enumerate(bare)), dict(enumerate(committed)), bar=BULK_BAR)


BULK_HEADER = "| database | what | entries a second | spread | s |\n| --- | --- | ---: | ---: | ---: |"


class Uploads:
    """A court's upload, and databases with its debtors on file, made once and copied for each round.

    Args:
        stack: Closes what is opened.
        folder: Where files go; what was there is made anew.
        keys: Seals of courts.
        entries: How many entries the upload has.
        postgres: Whether PostgreSQL is measured too.
    """

    def __init__(
        self, stack: ExitStack, folder: Path, *, keys: InsecureDevelopmentKeys, entries: int, postgres: bool
    ) -> None:
        self._entries = entries
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._keyring = Keyring.create(folder / "keyring.json")
        seals = SealTrust(keys.seals.authority_file, keys.seals.revocation_file)
        self._verify = partial(verify_sealed, authority=seals)
        people = [_person(key) for key in range(1, entries + 1)]
        self._chunks = [*_chunks(people, keys)]
        self._engines: dict[str, SqliteCopies | PostgresCopies] = {"SQLite": SqliteCopies(folder)}
        if postgres:
            server = PostgresServer(find_programs(), durable=True)
            stack.callback(server.remove)
            self._engines["PostgreSQL"] = PostgresCopies(server)
        for engine in self._engines.values():
            upgrade(engine.url, package="services.exit_restriction")
            with SubjectLoader(engine.url, keyring=self._keyring) as loader:
                for start in range(0, entries, 10_000):
                    loader.add(people[start : start + 10_000])

    def measure(self, *, rounds: int) -> list[Bulk]:
        """Measures all databases in each round."""
        # As a process that serves does, whose collector does not look through what it is made of.
        gc.collect()
        gc.freeze()
        before = gc.get_threshold()
        gc.set_threshold(YOUNG_OBJECTS)
        try:
            return self._rounds(rounds)
        finally:
            gc.set_threshold(*before)
            gc.unfreeze()

    def _rounds(self, rounds: int) -> list[Bulk]:
        found = {name: Bulk(name, self._entries) for name in self._engines}
        for number in range(1, rounds + 1):
            for name, engine in self._engines.items():
                meter = Meter((os.getpid(), *engine.process_ids))
                one = found[name]
                asyncio.run(self._measure(engine, one))
                others = meter.stop(load_seconds=0.0).others
                print(
                    f"round {number}  {name:10}  staged {one.staged[-1]:.1f} s  committed {one.committed[-1]:.1f} s  "
                    f"bare {one.bare[-1]:.1f} s  "
                    f"used {one.commit_used[-1]:.1f} and {one.bare_used[-1]:.1f} s  others {others:.2f}",
                    file=sys.stderr,
                )
        return list(found.values())

    async def _measure(self, engine: SqliteCopies | PostgresCopies, found: Bulk) -> None:
        """Stages, copies what is staged, commits, and inserts the rows of the commit into the copy."""
        urls = [engine.copy(engine.url)]
        seconds, name = await self._with(urls[0], self._stage)
        found.staged.append(seconds)
        urls.append(engine.copy(urls[0]))
        before = await self._with(urls[0], _count)
        used = time.process_time()
        found.committed.append((await self._with(urls[0], partial(self._commit, name=name)))[0])
        found.commit_used.append(time.process_time() - used)
        rows = await self._with(urls[0], partial(_added, before=before))
        found.rows = sum(map(len, rows.values()))
        insert = partial(_insert, rows=rows, parts=-(-self._entries // MOST_PUSHED))
        used = time.process_time()
        found.bare.append(await self._with(urls[1], insert))
        found.bare_used.append(time.process_time() - used)
        for url in urls:
            engine.drop(url)

    async def _with(self, url: str, act: Callable[[Database], Any]) -> Any:
        database = Database.open(url)
        try:
            return await act(database)
        finally:
            database.close()

    async def _stage(self, database: Database) -> tuple[float, str]:
        desk, name = self._desk(database), f"uploads/{uuid.uuid4()}"

        async def requests() -> AsyncIterator[listing_pb2.StageEntriesRequest]:
            for number, (items, pdf) in enumerate(self._chunks):
                yield listing_pb2.StageEntriesRequest(
                    upload=name, first_index=number * CHUNK, items=items, notices=[pdf]
                )

        asked = call(listing_pb2.StageEntriesRequest(upload=name), at=datetime.now(UTC))
        started, staged = time.perf_counter(), 0
        async for joint in desk.stage(requests(), asked):
            for answer in joint.messages:
                staged = answer.item_count  # type: ignore[attr-defined]
                if answer.faults:  # type: ignore[attr-defined]
                    raise SystemExit("an item is at fault, so that something else is measured")
        seconds = time.perf_counter() - started
        if staged != self._entries:
            raise SystemExit("not all items were staged")
        return seconds, name

    async def _commit(self, database: Database, *, name: str) -> tuple[float, None]:
        desk, now = self._desk(database), datetime.now(UTC)
        get = listing_pb2.GetUploadRequest(name=name)
        upload = (await desk.get(get, call(get, at=now))).upload
        request = listing_pb2.CommitUploadRequest(
            request_id=str(uuid.uuid4()), name=name, sha256=upload.sha256, item_count=upload.item_count
        )
        started = time.perf_counter()
        pushed = (await desk.commit(request, call(request, at=now))).upload
        seconds = time.perf_counter() - started
        if pushed.forwarded_count != self._entries:
            raise SystemExit(f"only {pushed.forwarded_count} entries were forwarded")
        return seconds, None

    def _desk(self, database: Database) -> UploadDesk:
        """Makes the desk as the service's composition root does, with all that courts and counters are told."""
        clock, ring = SystemClock(), self._keyring
        outbox = Outbox(OUTBOX)
        feed = Feed(FEED, database=database, outbox=outbox, sealer=Sealer(ring), clock=clock)
        courts = CourtTelling(feed, calendar=Calendar(outbox), acknowledge_within=timedelta(days=1))

        def tell(connection: Connection, changes: Sequence[Any]) -> None:
            courts.of_restrictions(connection, changes)
            copies.of_restrictions(connection, changes)

        rows = ListRows(ring, tell=tell)
        copies = CopyTelling(feed, subjects=rows.subjects, restrictions=rows.restrictions)
        store = UploadStore(database, keyring=ring, rows=rows, clock=clock, ids=TimedIds(clock), rules=TERM_RULES)
        return UploadDesk(store, self._verify, clock, _announce)


async def _announce(asked: Call, subjects: tuple[str, ...]) -> None:
    """Stands for the ledger, which no bare insert has either."""


async def _count(database: Database) -> dict[str, int]:
    def read(connection: Connection) -> dict[str, int]:
        return {
            table.name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
            for table in METADATA.sorted_tables
        }

    return await database.read(read)


async def _added(database: Database, *, before: Mapping[str, int]) -> dict[str, list[dict[str, Any]]]:
    """Reads the rows of all tables that the commit added to, which were empty before."""
    after = await _count(database)
    grown = [table for table in METADATA.sorted_tables if after[table.name] > before[table.name]]
    if any(before[table.name] for table in grown):
        raise SystemExit("the commit added to a table that had rows, so that those of its own are not known")

    def read(connection: Connection, table: Table) -> list[dict[str, Any]]:
        return [dict(row._mapping) for row in connection.execute(select(table))]

    return {table.name: await database.read(partial(read, table=table)) for table in grown}


async def _insert(database: Database, *, rows: Mapping[str, list[dict[str, Any]]], parts: int) -> float:
    """Inserts rows, in as many transactions as the commit has, by the loader that it uses."""
    tables = [table for table in METADATA.sorted_tables if table.name in rows]
    started = time.perf_counter()
    for part in range(parts):

        def write(connection: Connection, part: int = part) -> None:
            for table in tables:
                own = rows[table.name]
                insert_many(connection, table, own[len(own) * part // parts : len(own) * (part + 1) // parts])

        await database.write(write)
    return time.perf_counter() - started


def _person(key: int) -> Person:
    days, sequence = divmod(key, _A_DAY)
    born = _BORN + timedelta(days=days)
    return Person(key, (f"测试{key}",), (citizen_id(born, sequence + 1),), born)


def _chunks(people: Sequence[Person], keys: InsecureDevelopmentKeys) -> Iterator[tuple[list[bytes], bytes]]:
    """Yields the items of chunks with their notices."""
    seal, today = keys.seals.signer(DONGHU), legal_date(datetime.now(UTC))
    written = record(published=today)
    for start in range(0, len(people), CHUNK):
        some = people[start : start + CHUNK]
        lines = [Line(f"{decision_number(serial=p.person_id)}，{p.numbers[0]}", size=9, height=14) for p in some]
        pdf = seal_pdf(draw_pages(lines, title="协助执行通知书", note=NOTE), seal, sealed_at=datetime.now(UTC))
        items = [item(p, serial=p.person_id, record=written, notice_sha256=hashlib.sha256(pdf).digest()) for p in some]
        yield [one.SerializeToString() for one in items], pdf
