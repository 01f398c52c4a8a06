"""The referral service as one process of it runs, with referrals whose facts are written as they come."""

from __future__ import annotations

import hashlib
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from functools import partial

from services.chassis.feed import OVERDUE, DeadLetters, Feed
from services.chassis.ids import RandomIds, SequenceIds
from services.chassis.outbox import Outbox
from services.chassis.relay import Relay
from services.chassis.sealing import Sealer
from services.filing.domain import Author, Contact, Party
from services.filing.requests import RequestRows
from services.referral.calendars.rows import CalendarRows
from services.referral.changes import Change
from services.referral.domain import Plan
from services.referral.notices.convert import describe
from services.referral.notices.domain import LIAISON_PERMISSION
from services.referral.notices.mail import Mail
from services.referral.notices.reminders import Reminders
from services.referral.notices.rows import DutyRows
from services.referral.notices.server import ReferralNoticeServicer
from services.referral.notices.tables import FEED, OUTBOX
from services.referral.notices.telling import Telling
from services.referral.published import published_calendars
from services.referral.referrals.domain import Deed, ReferralRecord, Step, Suspect
from services.referral.referrals.rows import ReferralRows
from services.referral.referrals.tables import FILING
from services.referral.supervision.adjusting import Adjusting
from services.referral.supervision.server import Office, SupervisionServicer
from services.referral.supervision.store import SupervisionStore
from tests.unit.calls import make_call
from tests.unit.referral.domain.referred import COURT, UNIT
from xiezhi.referral.v1 import notice_pb2

HIGH_COURT, DEPARTMENT = "赣", "360000000000"
NOTICES, SUPERVISION = "/xiezhi.referral.v1.ReferralNoticeService", "/xiezhi.referral.v1.SupervisionService"
LIAISON = frozenset({"referral.due", LIAISON_PERMISSION})


def no_seal(pdf, *, organisation, now):
    raise AssertionError("no paper is to be verified here")


class Supervised:
    """One process.

    Args:
        database: Its database, migrated.
        keyring: Keys of its fields at rest.
        clock: Source of now.
        verify: Verifies papers.
    """

    def __init__(self, database, *, keyring, clock, verify=no_seal):
        self.database, self.clock = database, clock
        sealer, ids = Sealer(keyring), RandomIds()
        self.outbox, self.calendars = Outbox(OUTBOX), CalendarRows()
        self.referrals, self.duties = ReferralRows(keyring), DutyRows(sealer)
        self.feed = Feed(
            FEED,
            database=database,
            outbox=self.outbox,
            sealer=sealer,
            clock=clock,
            poll=timedelta(milliseconds=20),
        )
        mail = Mail(self.feed, describe=describe, acknowledge_within=timedelta(hours=24))
        known = {"calendars": self.calendars, "mail": mail, "plan": Plan()}
        self.telling = Telling(self.duties, outbox=self.outbox, **known)
        self.reminders = Reminders(database, lock=self.lock, clock=clock, **known)
        self.relay = Relay(self.outbox, database=database, deliver=self.deliver, clock=clock, ids=ids)
        self.adjusting = Adjusting(
            database,
            referrals=self.referrals,
            duties=self.duties,
            calendars=self.calendars,
            telling=self.telling,
            clock=clock,
        )
        store = SupervisionStore(
            database,
            requests=RequestRows(FILING, keyring=keyring, service="referral"),
            referrals=self.referrals,
            duties=self.duties,
            calendars=self.calendars,
            mail=mail,
            clock=clock,
            ids=ids,
        )
        self.supervision = SupervisionServicer(Office(store, self.adjusting, verify, clock))
        letters = DeadLetters(self.outbox, database=database, clock=clock)
        self.notices = ReferralNoticeServicer(self.feed, letters=letters)
        self._ids = SequenceIds()

    async def start(self, published=None):
        """Adopts the calendars that come with it, as a process that starts does."""
        published = published_calendars() if published is None else published
        adopt = partial(self.calendars.adopt_published, published=published, clock=self.clock)
        return await self.database.write(adopt)

    def lock(self, connection, referral_id):
        file = self.referrals.lock(connection, referral_id)
        return () if file is None else file.facts

    async def deliver(self, event):
        await (self.feed.escalate(event) if event.topic == OVERDUE else self.reminders.deliver(event))

    async def refer(self, *facts, referral_id=None):
        """Writes a referral with all of its facts but one step at a time; the clock stands where it stood."""
        sent, *later = facts
        referral_id = referral_id or str(self._ids.uuid())
        record = ReferralRecord(
            referral_id,
            sent.court_code,
            sent.case_number,
            sent.unit,
            sent.at,
            suspects=tuple(map(_suspect, sent.suspects)),
            facts="",
            evidence=(),
            letter_number="L1",
            officer_id="J001",
            handler=Contact("李承办", "0791-86000000"),
        )

        def send(connection):
            self.referrals.lock_case(connection, _author(sent))
            self.referrals.add(connection, record)
            told = self.referrals.lock(connection, referral_id).facts
            self.telling.tell(connection, Change(referral_id, (), told, sent.at, by=sent.court_code))

        await self.database.write(send)
        for fact in later:
            await self.step(referral_id, fact)
        return referral_id

    async def step(self, referral_id, *facts, traceparent="", tell=True):
        """Adds what one step did to a referral."""
        made = [Step(_keyed(fact), Deed(UNIT, "P007")) for fact in facts]

        def write(connection):
            file = self.referrals.lock(connection, referral_id)
            after = self.referrals.add_steps(connection, file, made)
            change = Change(referral_id, file.facts, after.facts, made[-1].fact.at, UNIT, traceparent)
            if tell:
                self.telling.tell(connection, change)

        await self.database.write(write)

    async def supervise(self, request, *, organisation=HIGH_COURT):
        """Calls a method of supervision."""
        name = type(request).__name__.removesuffix("Request")
        asked = self.call(request, SUPERVISION, organisation=organisation)
        return await getattr(self.supervision, name)(request, asked)

    async def relay_all(self):
        """Delivers all that is due."""
        while await self.relay.step():
            pass

    async def told(self, organisation, permissions=frozenset()):
        """Returns all notices to a post, oldest first; acknowledges none."""
        addressee = f"{organisation}|{'liaison' if LIAISON_PERMISSION in permissions else 'office'}"
        heads = await self.database.read(lambda c: self.feed._log.heads(c, [addressee]))
        return await self.watched(heads.get(addressee, 0), organisation=organisation, permissions=permissions)

    async def watched(self, count, *, organisation=COURT, permissions=frozenset(), after="", liaison=True):
        """Returns the first notices to a post."""
        request, notices = notice_pb2.WatchReferralNoticesRequest(after=after), []
        if not count:
            return notices
        who = {"organisation": organisation, "permissions": permissions, "liaison": liaison}
        asked = self.call(request, NOTICES, **who)
        async with aclosing(self.notices.WatchReferralNotices(request, asked)) as stream:
            async for response in stream:
                notices += response.notices
                if len(notices) >= count:
                    break
        return notices

    async def acknowledge(self, *notices, organisation=COURT, permissions=frozenset(), officer="C001"):
        """Has a post acknowledge notices; returns how many were not before."""
        request = notice_pb2.AcknowledgeReferralNoticesRequest(notice_ids=[notice.notice_id for notice in notices])
        asked = self.call(request, NOTICES, organisation=organisation, permissions=permissions, officer=officer)
        return (await self.notices.AcknowledgeReferralNotices(request, asked)).acknowledged_count

    def call(self, request, service, *, officer="J001", **who):
        """Makes the call of a request at the time that the clock shows."""
        return make_call(request, service, at=self.clock.now(), officer=officer, **who)


def key_of(suspect):
    """Returns the key that rows know a suspect of these tests by, who is a letter."""
    return hashlib.sha256(suspect.encode()).hexdigest()


def _suspect(letter):
    party = Party("测试甲", "369901189001010018", is_person=True)
    return Suspect(key_of(letter), party, party_type=1, number_type=1)


def keyed_all(facts):
    """Returns facts with the keys of suspects that rows know."""
    sent, *later = facts
    return [replace(sent, suspects=tuple(map(key_of, sent.suspects))), *map(_keyed, later)]


def _keyed(fact):
    known = getattr(fact, "suspect", "")
    return replace(fact, suspect=key_of(known)) if known and len(known) == 1 else fact


def _author(sent):
    return Author(sent.court_code, sent.case_number)
