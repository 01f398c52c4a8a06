"""What is due among a million referrals: pages of the list through the store's own function, on both databases."""

from __future__ import annotations

import asyncio
import random
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, text

from services.chassis.clock import SystemClock
from services.chassis.db import Database, insert_many
from services.chassis.feed import Feed
from services.chassis.ids import RandomIds
from services.chassis.migrations import upgrade
from services.chassis.outbox import Outbox
from services.chassis.sealing import Keyring, Sealer
from services.filing.requests import RequestRows
from services.referral.calendars.rows import CalendarRows
from services.referral.domain import DutyKind, RuleId
from services.referral.notices.convert import describe
from services.referral.notices.domain import PROVINCIAL, Owed
from services.referral.notices.mail import Mail
from services.referral.notices.rows import DutyRows, _place, _row  # the service writes no million at once
from services.referral.notices.tables import DUTIES, FEED, OUTBOX
from services.referral.referrals.rows import ReferralRows
from services.referral.referrals.tables import FILING
from services.referral.supervision.store import SupervisionStore
from tests.bench.report import Bar, milliseconds_at
from tests.conftest import PostgresServer, find_programs

REFERRALS, EACH, PORTION = 1_000_000, 2, 10_000
"""Referrals, duties of each, and referrals that are written at once."""
PAGE = 101
"""Duties that the service reads for a page of a hundred: one more tells whether there is another page."""
BOUND_MS = 20.0
_SIDES = ("court", "unit", "province")
_COURTS = tuple(f"赣{city:02}{place:02}" for city in range(1, 12) for place in range(2, 12))
_FIRST, _DAYS = date(2018, 8, 6), 900
_RULES = (RuleId.REVIEW, RuleId.SIXTY_DAYS)


@dataclass(slots=True)
class DuePages:
    """How long pages of one database took.

    Attributes:
        engine: Name of the database.
        plans: How it finds a page, in its own words, by who reads.
        seconds: The times, by who reads.
        used: Seconds of processors that this process used for each, which other work hardly lengthens.
    """

    engine: str
    plans: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, list[float]] = field(default_factory=lambda: {side: [] for side in _SIDES})
    used: dict[str, list[float]] = field(default_factory=lambda: {side: [] for side in _SIDES})

    def rows(self) -> Iterator[str]:
        """Yields rows of a Markdown table."""
        for side, seconds in self.seconds.items():
            times = " | ".join(f"{milliseconds_at(share, seconds):.2f}" for share in (0.5, 0.99, 1.0))
            used = " | ".join(f"{milliseconds_at(share, self.used[side]):.2f}" for share in (0.5, 0.99))
            yield f"| {self.engine} | {side} | {len(seconds):,} | {times} | {used} |"

    def bars(self) -> Iterator[Bar]:
        """Yields how they are judged: by the slowest of the readers, as it was and as this process worked for it."""
        for told, times in (("", self.seconds), ("processor time of ", self.used)):
            slowest = max(milliseconds_at(0.99, seconds) for seconds in times.values())
            yield Bar(f"{BOUND_MS:g} ms / p99 of {told}a page of what is due, {self.engine}", BOUND_MS / slowest, 1.0)

    def plan(self) -> str:
        """Returns how it finds pages, as Markdown."""
        lines = (f"{side}:\n{plan}" for side, plan in self.plans.items())
        return "\n".join([f"Plan of {self.engine}:", "", "```", *lines, "```"])


DUE_HEADER = (
    "| database | who reads | pages | p50 ms | p99 ms | longest ms | processor p50 ms | processor p99 ms |\n"
    "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
)


class DueLists:
    """Fills a database of either kind and reads from it.

    Args:
        stack: Closes what is opened.
        folder: Where files go; what was there is made anew.
        referrals: How many referrals there are.
        postgres: Whether PostgreSQL is measured too.
    """

    def __init__(self, stack: ExitStack, folder: Path, *, referrals: int, postgres: bool) -> None:
        self._referrals = referrals
        folder.mkdir(parents=True, exist_ok=True)
        keyring_file = folder / "keyring.json"
        keyring = Keyring.load(keyring_file) if keyring_file.exists() else Keyring.create(keyring_file)
        for file in folder.glob("referral.db*"):
            file.unlink()
        urls = {"SQLite": f"sqlite:///{folder / 'referral.db'}"}
        if postgres:
            server = PostgresServer(find_programs(), durable=True)
            stack.callback(server.remove)
            urls["PostgreSQL"] = server.create_database()
        self._databases: dict[str, Database] = {}
        for engine, url in urls.items():
            upgrade(url, package="services.referral")
            database = self._databases[engine] = Database.open(url)
            stack.callback(database.close)
        self._keyring = keyring

    def measure(self, *, rounds: int, pages: int) -> list[DuePages]:
        """Fills the databases and measures, the databases in turn.

        Args:
            rounds: How many rounds.
            pages: Lists that each reader begins in a round; of each two pages are read, and one in the midst of it.
        """
        return asyncio.run(self._measure(rounds=rounds, pages=pages))

    async def _measure(self, *, rounds: int, pages: int) -> list[DuePages]:
        found = {engine: DuePages(engine) for engine in self._databases}
        started = time.perf_counter()
        await _fill([*self._databases.values()], Sealer(self._keyring), referrals=self._referrals)
        print(f"filled in {time.perf_counter() - started:.0f} s", file=sys.stderr)
        stores = {engine: _store(database, self._keyring) for engine, database in self._databases.items()}
        for engine, store in stores.items():
            for side in _SIDES:
                found[engine].plans[side] = await _plan(self._databases[engine], store, side)
        draws = random.Random(1)
        for number in range(1, rounds + 1):
            for engine, store in stores.items():
                one = DuePages(engine)
                for _ in range(pages):
                    await _read(store, one, draws)
                for side, seconds in one.seconds.items():
                    found[engine].seconds[side] += seconds
                    found[engine].used[side] += one.used[side]
                    print(
                        f"round {number}  {engine:10}  {side:8}  p99 {milliseconds_at(0.99, seconds):6.2f} ms",
                        file=sys.stderr,
                    )
        return list(found.values())


async def _fill(databases: Sequence[Database], sealer: Sealer, *, referrals: int) -> None:
    for start in range(0, referrals, PORTION):
        rows = [row for number in range(start, min(start + PORTION, referrals)) for row in _rows(number, sealer)]
        write = partial(_write, rows=rows)
        await asyncio.gather(*(database.write(write) for database in databases))
    for database in databases:
        await database.write(lambda connection: connection.execute(text("ANALYZE")))


def _write(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    insert_many(connection, DUTIES, rows)


def _rows(number: int, sealer: Sealer) -> Iterator[Mapping[str, Any]]:
    court = _COURTS[number * 7 % len(_COURTS)]
    unit, key, case = _unit(court), str(uuid.UUID(int=number)), f"（2018）{court}执{number + 1}号"
    sealed = sealer.seal(case.encode(), place=_place(key))
    for place in range(EACH):
        due = _FIRST + timedelta(days=number * 31 % _DAYS + place * 53)
        owed = Owed(
            uuid.uuid5(uuid.NAMESPACE_OID, f"{number}/{place}").bytes,
            key,
            court,
            case,
            unit,
            kind=DutyKind.OPINION,
            suspect=0,
            actor=unit,
            due=due,
            nominal=due,
            rule=_RULES[place % len(_RULES)],
            rule_version="160-2018",
            calendar_versions=("chinesecalendar-1",),
            is_provisional=False,
            adjusted="",
            started_at=datetime(2018, 8, 6, tzinfo=UTC),
        )
        yield _row(owed, sealed, is_stale=False)


def _store(database: Database, keyring: Keyring) -> SupervisionStore:
    """Makes the store as the service's composition root does."""
    sealer, clock = Sealer(keyring), SystemClock()
    feed = Feed(FEED, database=database, outbox=Outbox(OUTBOX), sealer=sealer, clock=clock)
    return SupervisionStore(
        database,
        requests=RequestRows(FILING, keyring=keyring, service="referral"),
        referrals=ReferralRows(keyring),
        duties=DutyRows(sealer),
        calendars=CalendarRows(),
        mail=Mail(feed, describe=describe, acknowledge_within=timedelta(days=1)),
        clock=clock,
        ids=RandomIds(),
    )


async def _read(store: SupervisionStore, found: DuePages, draws: random.Random) -> None:
    for side in _SIDES:
        reader = _reader(side, draws)
        until = _FIRST + timedelta(days=draws.randrange(_DAYS // 5, _DAYS))
        midst = (_FIRST + timedelta(days=draws.randrange(_DAYS // 10)), draws.randbytes(16))
        place: tuple[date, bytes] | None = None
        for after in ("first", "second", "midst"):
            place = midst if after == "midst" else place
            started, used = time.perf_counter(), time.process_time()
            owed = await store.due(reader, until, after=place, most=PAGE)
            found.seconds[side].append(time.perf_counter() - started)
            found.used[side].append(time.process_time() - used)
            if not owed:
                raise SystemExit("a page is empty: there are too few referrals")
            place = owed[-1].due, owed[-1].key


async def _plan(database: Database, store: SupervisionStore, side: str) -> str:
    """Returns how a database finds the second page of a list, of the very statement that the store sends."""
    with _statements() as sent:
        reader, after = _reader(side, random.Random(1)), (_FIRST + timedelta(days=30), b"\x80")
        await store.due(reader, _FIRST + timedelta(days=_DAYS), after=after, most=PAGE)
    ((statement, values),) = [one for one in sent if DUTIES.name in one[0]]

    def explain(connection: Connection) -> str:
        how = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN ANALYZE"
        return "\n".join(f"  {row[-1]}" for row in connection.exec_driver_sql(f"{how} {statement}", values))

    return await database.read(explain)


@contextmanager
def _statements() -> Iterator[list[tuple[str, Any]]]:
    """Notes what is sent to databases."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        sent.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _reader(side: str, draws: random.Random) -> str:
    if side == "province":
        return draws.choice(PROVINCIAL)
    court = draws.choice(_COURTS)
    return court if side == "court" else _unit(court)


def _unit(court: str) -> str:
    return f"36{court[1:]}050000"
