"""Courts, counters and the command centre over the wire's messages, as one process of the service serves them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.alerts.leases import LeaseBook
from services.chassis.feed import DeadLetters, Feed
from services.chassis.ids import RandomIds
from services.chassis.outbox import Outbox
from services.chassis.relay import Relay
from services.chassis.sealing import Sealer
from services.exit_restriction.changes import Happened, ReleaseProposed, RestrictionChange
from services.exit_restriction.counter.copies import CopyTelling
from services.exit_restriction.counter.keys import counter_key
from services.exit_restriction.counter.server import ApplicationCounterServicer
from services.exit_restriction.counter.store import CounterStore
from services.exit_restriction.counter.stream import CounterStream
from services.exit_restriction.counter.tables import LEASES
from services.exit_restriction.domain import Released, Renewed, Superseded
from services.exit_restriction.notices.due import Calendar
from services.exit_restriction.notices.post import Post
from services.exit_restriction.notices.server import CourtNoticeServicer
from services.exit_restriction.notices.tables import FEED, OUTBOX
from services.exit_restriction.notices.telling import CourtTelling
from services.exit_restriction.registry.store import SubjectRows
from services.exit_restriction.restrictions.domain import Step
from services.exit_restriction.restrictions.rows import RestrictionRows
from tests.unit.exit_restriction.told import COUNTERS, NOTICES, TRACE, call, record, renewal_by
from xiezhi.exit_restriction.v1 import counter_pb2, notice_pb2

ACKNOWLEDGE_WITHIN = timedelta(hours=24)
COUNTER_LEASE = timedelta(minutes=15)
KEY_LEASE = timedelta(hours=12)
REQUEST = bytes(32)


class Office:
    """What one process of the service has for notices and counters, and courts that change restrictions.

    Args:
        database: Its database, migrated.
        keyring: Keys of its fields at rest.
        clock: Source of now.
        lease: How long a counter's copy may be used without news.
        part: Most restrictions of one answer.
        holidays: Days on which nobody works.
    """

    def __init__(self, database, *, keyring, clock, lease=COUNTER_LEASE, part=3, holidays=()):
        self.database, self.clock = database, clock
        self.subjects, self.restrictions = SubjectRows(keyring), RestrictionRows(keyring)
        self.controls, self.past_controls = {}, {}
        ids, self.outbox = RandomIds(), Outbox(OUTBOX)
        self.feed = Feed(
            FEED,
            database=database,
            outbox=self.outbox,
            sealer=Sealer(keyring),
            clock=clock,
            poll=timedelta(milliseconds=20),
        )
        calendar = Calendar(self.outbox)
        self.courts = CourtTelling(self.feed, calendar=calendar, acknowledge_within=ACKNOWLEDGE_WITHIN)
        self.copies = CopyTelling(self.feed, subjects=self.subjects, restrictions=self.restrictions)
        self.post = Post(
            self.feed,
            calendar=calendar,
            subjects=self.subjects,
            restrictions=self.restrictions,
            read_controls=lambda _, key: self.controls.get(key, ()),
            database=database,
            clock=clock,
            holidays=holidays,
            expired=self.copies.of_end,
        )
        self.relay = Relay(self.outbox, database=database, deliver=self.post.deliver, clock=clock, ids=ids)
        self.leases = LeaseBook(
            LEASES, database=database, key=counter_key(keyring), duration=KEY_LEASE, clock=clock, ids=ids
        )
        store = CounterStore(
            database,
            subjects=self.subjects,
            restrictions=self.restrictions,
            read_controls=lambda _, key, moment: self.past_controls.get(key, ()),
            feed=self.feed,
            clock=clock,
        )
        stream = CounterStream(store, feed=self.feed, duration=lease, clock=clock, part=part)
        self.counter = ApplicationCounterServicer(store, stream=stream, leases=self.leases, clock=clock)
        letters = DeadLetters(self.outbox, database=database, clock=clock)
        self.notices = CourtNoticeServicer(self.feed, letters=letters)

    def tell(self, connection, changes):
        """Tells courts and counters of changes."""
        self.courts.of_restrictions(connection, changes)
        self.copies.of_restrictions(connection, changes)

    async def file(self, *people, **known):
        """Has a court restrict people; returns the restrictions as they are kept."""
        records = [record(someone, at=self.clock.now(), **known) for someone in people]

        def write(connection):
            self.subjects.lock(connection, [one.subject_id for one in records])
            self.restrictions.add(connection, records)
            self.tell(connection, [self._change(connection, one, Happened.FILED, one.filed.at) for one in records])

        await self.database.write(write)
        return records[0] if len(records) == 1 else records

    async def renew(self, kept, last_day: date, *, decision="（2019）之二", **judge):
        """Has a court renew a restriction."""
        fact = Renewed(kept.restriction_id, self.clock.now(), last_day, "160-2018")
        step = Step(fact, renewal_by(decision=decision, **judge))
        await self._step(kept, step, Happened.RENEWED)

    async def release(self, kept):
        """Has a court release somebody."""
        await self._step(kept, Step(Released(kept.restriction_id, self.clock.now())), Happened.RELEASED)

    async def supersede(self, kept, successor_id):
        """Has a restriction replaced."""
        fact = Superseded(kept.restriction_id, self.clock.now(), successor_id)
        await self._step(kept, Step(fact), Happened.SUPERSEDED)

    async def propose(self, kept):
        """Proposes the release of a restriction."""

        def write(connection):
            changed = self._change(connection, kept, Happened.FILED, self.clock.now())
            self.tell(connection, [ReleaseProposed(kept, changed.standing, changed.at, TRACE)])

        await self.database.write(write)

    async def _step(self, kept, step, happened):
        def write(connection):
            self.subjects.lock(connection, [kept.subject_id])
            self.restrictions.add_steps(connection, [(kept.subject_id, step)], request=REQUEST)
            self.tell(connection, [self._change(connection, kept, happened, step.fact.at)])

        await self.database.write(write)

    def _change(self, connection, kept, happened, at):
        shown = self.restrictions.files(connection, [kept.subject_id])[kept.subject_id].shown(kept.restriction_id, at)
        return RestrictionChange(happened, kept, shown.standing, at, TRACE)

    async def told(self, *events):
        """Tells of controls and hits."""
        for event in events:
            await self.database.write(lambda connection, event=event: self.courts.of_controls(connection, event))

    async def deliver(self, until: datetime | None = None):
        """Delivers what is due, at a moment if one is given."""
        if until is not None:
            self.clock.set(until)
        while await self.relay.step():
            pass

    async def watched(self, count: int, *, after: str = "", **who):
        """Returns the first notices to an officer."""
        request = notice_pb2.WatchCourtNoticesRequest(after=after)
        notices: list[notice_pb2.CourtNotice] = []
        if not count:
            return notices
        async with aclosing(self.notices.WatchCourtNotices(request, call(request, NOTICES, **who))) as stream:
            async for response in stream:
                notices += response.notices
                if len(notices) >= count:
                    break
        return notices

    async def acknowledge(self, *notices, **who):
        """Has an officer acknowledge notices; returns how many were not before."""
        request = notice_pb2.AcknowledgeCourtNoticesRequest(notice_ids=[notice.notice_id for notice in notices])
        return (await self.notices.AcknowledgeCourtNotices(request, call(request, NOTICES, **who))).acknowledged_count

    async def check(self, someone, **changed):
        """Has a counter check an application."""
        values = {"id_number": someone.numbers[0], "name": someone.names[0]} | changed
        request = counter_pb2.CheckApplicationRequest(
            person=counter_pb2.PersonKey(**values), kind=counter_pb2.APPLICATION_KIND_PASSPORT
        )
        return await self.counter.CheckApplication(request, call(request, COUNTERS, at=self.clock.now()))

    async def ask_past(self, someone, moment: datetime, **changed):
        """Has an officer ask about the past; None where the name is another one."""
        values = {"id_number": someone.numbers[0], "name": someone.names[0]} | changed
        request = counter_pb2.AskPastRequest(person=counter_pb2.PersonKey(**values), purpose="核查")
        request.as_of_time.FromDatetime(moment)
        asked = call(request, COUNTERS, at=self.clock.now())
        answer = await self.counter.AskPast(request, asked)
        assert not (answer.name_differs and answer.measures)
        return None if answer.name_differs else list(answer.measures)

    async def lease(self, system: bytes = bytes(32)):
        """Has a counter's system lease the key."""
        request = counter_pb2.LeaseCounterKeyRequest()
        return await self.counter.LeaseCounterKey(request, call(request, COUNTERS, system=system))

    def watch(self, lease_id: str, *, after: str = "", system: bytes = bytes(32)):
        """Opens a counter's stream; to be closed."""
        request = counter_pb2.WatchRestrictionsRequest(lease_id=lease_id, after=after)
        asked = call(request, COUNTERS, at=self.clock.now(), system=system)
        return aclosing(self.counter.WatchRestrictions(request, asked))


def answers_of(joints: Iterable) -> list[counter_pb2.WatchRestrictionsResponse]:
    """Returns the answers of groups."""
    return [message for joint in joints for message in joint.messages]


def other_than(someone, **changed):
    """Returns somebody with something else."""
    return replace(someone, **changed)
