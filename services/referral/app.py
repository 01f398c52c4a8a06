"""Composition root of the referral service: the only place that constructs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection

from services.chassis.backend import host_backend
from services.chassis.feed import OVERDUE, DeadLetters, Feed
from services.chassis.outbox import Event, Outbox
from services.chassis.process import Parts, assemble, connect_ledger, open_parts, serve
from services.chassis.relay import Relay
from services.chassis.standing import STANDING, Standing, StandingServicer, internal_callers
from services.codes.jurisdiction import Jiangxi
from services.filing.desk import Desk
from services.filing.requests import RequestRows
from services.papers import SealTrust, verify_sealed
from services.referral.calendars.rows import CalendarRows
from services.referral.domain import Fact, Plan
from services.referral.investigation.server import InvestigationServicer
from services.referral.notices.convert import describe
from services.referral.notices.mail import Mail
from services.referral.notices.reminders import Reminders
from services.referral.notices.rows import DutyRows
from services.referral.notices.server import ReferralNoticeServicer
from services.referral.notices.tables import FEED, OUTBOX
from services.referral.notices.telling import Telling
from services.referral.published import published_calendars
from services.referral.referrals.rows import ReferralRows
from services.referral.referrals.server import ReferralServicer
from services.referral.referrals.store import ReferralStore
from services.referral.referrals.tables import FILING
from services.referral.settings import ReferralSettings
from services.referral.supervision.adjusting import Adjusting
from services.referral.supervision.server import Office, SupervisionServicer
from services.referral.supervision.store import SupervisionStore
from xiezhi.errors import XiezhiError
from xiezhi.policy.v1 import policy_pb2

NAME = "referral"
SWEEP = timedelta(minutes=1)
"""How often is done what is done again and again."""

Chore = Callable[[], Awaitable[object]]
"""Something that is done again and again, and may wait while the database is away."""


async def run(settings: ReferralSettings) -> None:
    """Runs the referral service until it is told to stop.

    Args:
        settings: Its configuration.
    """
    async with open_parts(NAME, settings, package="services.referral") as parts:
        ledger = connect_ledger(parts, settings.ledger)
        core = assemble(parts, ledger)
        works = _make_works(parts, settings)
        adopt = partial(works.calendars.adopt_published, published=published_calendars(), clock=parts.clock)
        # Nobody is answered, and nobody reminded, by a calendar that is still to come.
        await parts.database.write(adopt)
        for task in (works.relay.run(), _sweep((works.adjusting.resume,))):
            _start(parts, task)
        servicers = _servicers(parts, settings, works)
        handlers = host_backend(
            core,
            servicers,
            jurisdiction=Jiangxi(),
            internal_callers=internal_callers(settings.coordination_name),
        )
        await serve(core, handlers, services=tuple(servicers), checks={"ledger": ledger.check})


@dataclass(frozen=True, slots=True)
class _Works:
    """What runs beside the server, and what servicers share.

    Attributes:
        calendars: Calendars of working days.
        referrals: Referrals and their facts.
        duties: Duties that are owed.
        telling: Tells of changes.
        mail: Writes notices.
        feed: Notices.
        outbox: What is due later.
        relay: Delivers it.
        adjusting: Computes deadlines anew.
    """

    calendars: CalendarRows
    referrals: ReferralRows
    duties: DutyRows
    telling: Telling
    mail: Mail
    feed: Feed
    outbox: Outbox
    relay: Relay
    adjusting: Adjusting


def _make_works(parts: Parts, settings: ReferralSettings) -> _Works:
    database, clock = parts.database, parts.clock
    outbox, calendars = Outbox(OUTBOX), CalendarRows()
    referrals, duties = ReferralRows(parts.keyring), DutyRows(parts.sealer)
    feed = Feed(FEED, database=database, outbox=outbox, sealer=parts.sealer, clock=clock)
    mail = Mail(feed, describe=describe, acknowledge_within=settings.acknowledge_within)
    plan = Plan(settings.remind_before_days, settings.escalate_after_days)
    telling = Telling(duties, calendars=calendars, outbox=outbox, mail=mail, plan=plan)

    def lock(connection: Connection, referral_id: str) -> tuple[Fact, ...]:
        file = referrals.lock(connection, referral_id)
        return () if file is None else file.facts

    reminders = Reminders(database, lock=lock, calendars=calendars, mail=mail, plan=plan, clock=clock)

    async def deliver(event: Event) -> None:
        await (feed.escalate(event) if event.topic == OVERDUE else reminders.deliver(event))

    relay = Relay(outbox, database=database, deliver=deliver, clock=clock, ids=parts.ids)
    adjusting = Adjusting(
        database, referrals=referrals, duties=duties, calendars=calendars, telling=telling, clock=clock
    )
    return _Works(calendars, referrals, duties, telling, mail, feed, outbox, relay, adjusting)


def _servicers(parts: Parts, settings: ReferralSettings, works: _Works) -> dict[str, object]:
    """Makes the servicers, by full name of their service; methods of others are refused with METHOD_UNKNOWN."""
    database, clock = parts.database, parts.clock
    verify = partial(verify_sealed, authority=SealTrust(settings.seals.authority, settings.seals.revocations))
    referrals = ReferralStore(database, keyring=parts.keyring, calendars=works.calendars, tell=works.telling.tell)
    desk = Desk(referrals, verify, clock, parts.ids)
    supervision = SupervisionStore(
        database,
        requests=RequestRows(FILING, keyring=parts.keyring, service=NAME),
        referrals=works.referrals,
        duties=works.duties,
        calendars=works.calendars,
        mail=works.mail,
        clock=clock,
        ids=parts.ids,
    )
    office = Office(supervision, works.adjusting, verify, clock)
    letters = DeadLetters(works.outbox, database=database, clock=clock)
    return {
        STANDING: StandingServicer({"referrals": partial(_find_standing, referrals)}),
        "xiezhi.referral.v1.InvestigationService": InvestigationServicer(
            desk, supplement_days=settings.supplement_days
        ),
        "xiezhi.referral.v1.ReferralService": ReferralServicer(desk),
        "xiezhi.referral.v1.ReferralNoticeService": ReferralNoticeServicer(works.feed, letters=letters),
        "xiezhi.referral.v1.SupervisionService": SupervisionServicer(office),
    }


async def _find_standing(store: ReferralStore, referral_id: str) -> Standing | None:
    found = await store.parties_of(referral_id)
    if found is None:
        return None
    court_code, units = found
    return Standing(court_code, policy_pb2.DEPARTMENT_CRIMINAL_INVESTIGATION, units)


def _start(parts: Parts, task: Coroutine[Any, Any, None]) -> None:
    """Runs something beside the server, until the process ends."""
    parts.stack.callback(asyncio.create_task(task).cancel)


async def _sweep(chores: tuple[Chore, ...]) -> None:
    """Does chores for ever; while the database is away, what is due waits."""
    while True:
        with suppress(XiezhiError):
            for chore in chores:
                await chore()
        await asyncio.sleep(SWEEP.total_seconds())
