"""Composition root of the exit restriction service: the only place that constructs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection

from services.alerts.leases import LeaseBook
from services.chassis.backend import host_backend
from services.chassis.feed import DeadLetters, Feed
from services.chassis.health import Check
from services.chassis.outbox import Outbox
from services.chassis.process import Core, Parts, assemble, connect_ledger, open_parts, serve
from services.chassis.relay import Relay
from services.chassis.standing import STANDING, StandingServicer, internal_callers, of_any_unit
from services.codes.jurisdiction import Jiangxi
from services.exit_restriction import changes
from services.exit_restriction.border import handlers as border_handlers
from services.exit_restriction.border.assembly import Ages, Border, make_border
from services.exit_restriction.border.keys import NumberHasher
from services.exit_restriction.border.server import BorderCheckServicer
from services.exit_restriction.controls.convert import PREFIX as CONTROL_PREFIX
from services.exit_restriction.controls.domain import ControlRecord
from services.exit_restriction.controls.rows import ControlRows
from services.exit_restriction.controls.server import BorderControlServicer
from services.exit_restriction.counter.copies import CopyTelling
from services.exit_restriction.counter.domain import Past
from services.exit_restriction.counter.keys import counter_key
from services.exit_restriction.counter.server import ApplicationCounterServicer
from services.exit_restriction.counter.store import CounterStore, ReadPastControls
from services.exit_restriction.counter.stream import CounterStream
from services.exit_restriction.counter.tables import LEASES as COUNTER_LEASES
from services.exit_restriction.domain import TERM_RULES
from services.exit_restriction.holidays import published_days_off
from services.exit_restriction.listing.listed import EntryList
from services.exit_restriction.listing.server import DishonestListServicer
from services.exit_restriction.listing.store import ListRows, ListStore
from services.exit_restriction.listing.uploads.desk import UploadDesk
from services.exit_restriction.listing.uploads.store import UploadStore
from services.exit_restriction.notices.due import Calendar
from services.exit_restriction.notices.post import Post
from services.exit_restriction.notices.server import CourtNoticeServicer
from services.exit_restriction.notices.tables import FEED, OUTBOX
from services.exit_restriction.notices.telling import CourtTelling
from services.exit_restriction.registry.store import SubjectRows
from services.exit_restriction.restrictions.rows import RestrictionRows
from services.exit_restriction.restrictions.server import RestrictionServicer
from services.exit_restriction.restrictions.store import RestrictionStore
from services.exit_restriction.settings import ExitRestrictionSettings
from services.filing.desk import Desk
from services.papers import SealTrust, verify_sealed
from xiezhi.errors import XiezhiError
from xiezhi.policy.v1 import policy_pb2

NAME = "exit_restriction"
PACKAGE = "xiezhi.exit_restriction.v1"
SWEEP = timedelta(minutes=1)
"""How often what is kept for a time only is erased."""

Erase = Callable[[], Awaitable[object]]
"""Erases what has had its time."""


async def run(settings: ExitRestrictionSettings) -> None:
    """Runs the exit restriction service until it is told to stop.

    Args:
        settings: Its configuration.
    """
    async with open_parts(NAME, settings, package="services.exit_restriction") as parts:
        ledger = connect_ledger(parts, settings.ledger)
        core = assemble(parts, ledger)
        works = _make_works(parts, settings)
        # Who is not ready does not answer: a check must not find an index that is still being made.
        await works.border.watch.build()
        for task in (works.relay.run(), works.border.watch.run(), _sweep(works.erasers)):
            _start(parts, task)
        servicers = _servicers(core, settings, works)
        handlers = host_backend(
            core,
            servicers,
            jurisdiction=Jiangxi(),
            internal_callers=internal_callers(settings.coordination_name),
        )
        await serve(core, handlers, services=tuple(servicers), checks={"ledger": ledger.check, **works.checks})


@dataclass(frozen=True, slots=True)
class _Works:
    """What runs beside the server, and what servicers share.

    Attributes:
        rows: What a change of the list reads and adds to.
        uploads: Uploads of entries.
        feed: Notices to courts and to counters.
        outbox: What is due later.
        relay: Delivers it.
        subjects: Rows of people.
        restrictions: Rows of their restrictions.
        border: What controls and checks at ports share.
        counter_leases: The counters' key, and its leases.
        erasers: Erase what is kept for a time only.
        checks: What readiness depends on beside the database and the ledger.
    """

    rows: ListRows
    uploads: UploadStore
    feed: Feed
    outbox: Outbox
    relay: Relay
    subjects: SubjectRows
    restrictions: RestrictionRows
    border: Border
    counter_leases: LeaseBook
    erasers: tuple[Erase, ...]
    checks: dict[str, Check]


def _make_works(parts: Parts, settings: ExitRestrictionSettings) -> _Works:
    outbox = Outbox(OUTBOX)
    feed = Feed(FEED, database=parts.database, outbox=outbox, sealer=parts.sealer, clock=parts.clock)
    subjects, restrictions, calendar = SubjectRows(parts.keyring), RestrictionRows(parts.keyring), Calendar(outbox)
    controls = ControlRows(parts.keyring, subjects=subjects)
    courts = CourtTelling(feed, calendar=calendar, acknowledge_within=settings.acknowledge_within)
    copies = CopyTelling(feed, subjects=subjects, restrictions=restrictions)
    post = Post(
        feed,
        calendar=calendar,
        subjects=subjects,
        restrictions=restrictions,
        read_controls=controls.facts,
        database=parts.database,
        clock=parts.clock,
        holidays=published_days_off() | settings.holidays,
        expired=copies.of_end,
    )
    relay = Relay(outbox, database=parts.database, deliver=post.deliver, clock=parts.clock, ids=parts.ids)
    leases = _counter_leases(parts, settings)
    ages = Ages(settings.index_max_age, settings.check_lease)
    border = make_border(parts.database, parts.keyring, courts.of_controls, clock=parts.clock, ids=parts.ids, ages=ages)
    rows = ListRows(parts.keyring, tell=_tell_both(courts.of_restrictions, copies.of_restrictions))
    uploads = _uploads(parts, rows, settings)
    return _Works(
        rows,
        uploads,
        feed,
        outbox,
        relay,
        subjects,
        restrictions,
        border,
        leases,
        erasers=(leases.erase_ended, border.leases.erase_ended, border.store.erase_old, uploads.erase_old),
        checks={"alerts": border.watch.check},
    )


def _tell_both(first: changes.Tell, second: changes.Tell) -> changes.Tell:
    def tell(connection: Connection, told: Sequence[changes.Change]) -> None:
        first(connection, told)
        second(connection, told)

    return tell


def _uploads(parts: Parts, rows: ListRows, settings: ExitRestrictionSettings) -> UploadStore:
    return UploadStore(
        parts.database,
        keyring=parts.keyring,
        rows=rows,
        clock=parts.clock,
        ids=parts.ids,
        rules=TERM_RULES,
        limit=settings.staged.limit(),
    )


def _counter_leases(parts: Parts, settings: ExitRestrictionSettings) -> LeaseBook:
    return LeaseBook(
        COUNTER_LEASES,
        database=parts.database,
        key=counter_key(parts.keyring),
        duration=settings.check_lease,
        clock=parts.clock,
        ids=parts.ids,
    )


def _servicers(core: Core, settings: ExitRestrictionSettings, works: _Works) -> dict[str, object]:
    """Makes the servicers, by full name of their service; methods of others are refused with METHOD_UNKNOWN."""
    parts = core.parts
    database, clock = parts.database, parts.clock
    seals = SealTrust(settings.seals.authority, settings.seals.revocations)
    verify = partial(verify_sealed, authority=seals)
    lists, restrictions = ListStore(database, rows=works.rows), _restrictions(parts, works)
    finds = {
        "controls": of_any_unit(works.border.controls.court_of, policy_pb2.DEPARTMENT_BORDER),
        "entries": of_any_unit(lists.court_of, policy_pb2.DEPARTMENT_EXIT_ENTRY),
        "restrictions": of_any_unit(restrictions.court_of, policy_pb2.DEPARTMENT_EXIT_ENTRY),
    }
    return {
        STANDING: StandingServicer(finds),
        f"{PACKAGE}.ApplicationCounterService": _counter(parts, settings, works),
        f"{PACKAGE}.BorderCheckService": _checks(parts, works.border),
        f"{PACKAGE}.BorderControlService": BorderControlServicer(
            Desk(works.border.controls, verify, clock, parts.ids), rule=settings.border_rule.rule()
        ),
        f"{PACKAGE}.CourtNoticeService": CourtNoticeServicer(
            works.feed,
            letters=DeadLetters(works.outbox, database=database, clock=clock),
        ),
        f"{PACKAGE}.DishonestListService": DishonestListServicer(
            Desk(lists, verify, clock, parts.ids),
            uploads=UploadDesk(works.uploads, verify, clock, core.recorder.intended),
        ),
        f"{PACKAGE}.RestrictionService": RestrictionServicer(Desk(restrictions, verify, clock, parts.ids)),
    }


def _restrictions(parts: Parts, works: _Works) -> RestrictionStore:
    entries = EntryList(works.rows.entries)
    return RestrictionStore(parts.database, keyring=parts.keyring, entries=entries, tell=works.rows.tell)


def _checks(parts: Parts, border: Border) -> BorderCheckServicer:
    post = border_handlers.Post(
        border.store, border.watch, NumberHasher(border.leases.key.key), parts.telemetry.metrics.observe
    )
    return BorderCheckServicer(post, leases=border.leases, clock=parts.clock)


def _counter(parts: Parts, settings: ExitRestrictionSettings, works: _Works) -> ApplicationCounterServicer:
    store = CounterStore(
        parts.database,
        subjects=works.subjects,
        restrictions=works.restrictions,
        read_controls=_past_controls(ControlRows(parts.keyring, subjects=works.subjects)),
        feed=works.feed,
        clock=parts.clock,
    )
    stream = CounterStream(store, feed=works.feed, duration=settings.counter_lease, clock=parts.clock)
    return ApplicationCounterServicer(store, stream=stream, leases=works.counter_leases, clock=parts.clock)


def _past_controls(rows: ControlRows) -> ReadPastControls:
    def read(connection: Connection, subject_id: int, moment: datetime) -> Iterable[Past]:
        for file in rows.read_files(connection, [subject_id]).values():
            for shown in file.standings(moment):
                if shown.standing.is_in_force:
                    yield _past(shown.record)

    return read


def _past(record: ControlRecord) -> Past:
    placed = record.placed
    return Past(
        CONTROL_PREFIX + record.control_id,
        placed.author.court_code,
        placed.author.case_number,
        record.decision_number,
        placed.start,
        placed.last_day,
        placed.rule_version,
    )


def _start(parts: Parts, task: Coroutine[Any, Any, None]) -> None:
    """Runs something beside the server, until the process ends."""
    parts.stack.callback(asyncio.create_task(task).cancel)


async def _sweep(erasers: tuple[Erase, ...]) -> None:
    """Erases for ever; while the database is away, what is due waits."""
    while True:
        with suppress(XiezhiError):
            for erase in erasers:
                await erase()
        await asyncio.sleep(SWEEP.total_seconds())
