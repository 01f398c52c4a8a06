"""What is supervised, in SQL on SQLite and PostgreSQL; each change once for each key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import TypeAlias

from sqlalchemy import Connection

from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.ids import IdSource
from services.filing.domain import RequestKey
from services.filing.requests import RequestRows
from services.referral.calendars.rows import CalendarRows, Kept
from services.referral.domain import Calendar, Calendars, Campaign, History, announce
from services.referral.domain.key_cases import Body, KeyCaseList, ListState, carried_over, lists_at, propose, sign
from services.referral.notices.domain import KEY_CASES, Kind, Outline, Owed, Told, addressee_of
from services.referral.notices.mail import Mail
from services.referral.notices.rows import DutyRows, side_of
from services.referral.referrals.rows import ReferralRows
from services.referral.supervision import campaigns, lists
from services.referral.supervision.domain import (
    CODES,
    LIST_PREFIX,
    Case,
    Counted,
    Listed,
    Period,
    campaign_not_found,
    list_not_found,
    referral_not_found,
)

CHUNK = 1_000
"""Referrals whose facts are read at a time."""


Act: TypeAlias = Callable[[Connection], bytes]
"""Makes a change within a transaction, and returns the answer; what it raises undoes all."""


class SupervisionStore:
    """Duties, campaigns, lists of key cases and calendars.

    Args:
        database: The referral service's database.
        requests: What organisations asked.
        referrals: Referrals and their facts.
        duties: Duties that are owed, and how referrals stand.
        calendars: Calendars.
        mail: Writes notices.
        clock: Source of now.
        ids: Source of ids.
    """

    def __init__(
        self,
        database: Database,
        *,
        requests: RequestRows,
        referrals: ReferralRows,
        duties: DutyRows,
        calendars: CalendarRows,
        mail: Mail,
        clock: Clock,
        ids: IdSource,
    ) -> None:
        self._database = database
        self._requests = requests
        self._referrals = referrals
        self._duties = duties
        self._calendars = calendars
        self._mail = mail
        self._clock = clock
        self._ids = ids

    async def answered(self, key: RequestKey) -> bytes | None:
        """Returns what was answered under a key; None if nothing was asked under it.

        Raises:
            XiezhiError: REQUEST_ID_REUSED or STORE_UNAVAILABLE.
        """
        read = partial(self._requests.answer, key=key)
        return await self._database.read(read, snapshot=False)

    async def change(self, key: RequestKey, act: Act, *, papers: Sequence[bytes] = ()) -> bytes:
        """Makes a change, once for each key.

        Args:
            key: The key.
            act: Makes the change and returns the answer; runs in the writer's thread.
            papers: Files that are kept with it.

        Raises:
            XiezhiError: What `act` raises, REQUEST_ID_REUSED or STORE_UNAVAILABLE.
        """

        def write(connection: Connection) -> bytes:
            return self._requests.once(connection, key, lambda _: act(connection), papers=papers)

        return await self._database.write(write)

    async def due(self, reader: str, until: date, *, after: tuple[date, bytes] | None, most: int) -> tuple[Owed, ...]:
        """Returns what is due until a day; see `DutyRows.page`."""
        read = partial(self._duties.page, reader=reader, until=until, after=after, most=most)
        return await self._database.read(read, snapshot=False)

    async def calendars(self) -> tuple[Kept, ...]:
        """Returns all calendars, in the order in which they were adopted."""
        return await self._database.read(self._calendars.all_of, snapshot=False)

    async def adopt(self, calendar: Calendar) -> Kept:
        """Adopts a calendar; see `CalendarRows.adopt`."""
        return await self._database.write(partial(self._calendars.adopt, calendar=calendar, clock=self._clock))

    def open_campaign(
        self, connection: Connection, title: str, *, first_day: date, last_day: date, opened_by: str
    ) -> Counted:
        """Opens a campaign.

        Raises:
            InvalidArgument: FIELDS_INVALID.
        """
        campaign = announce(str(self._ids.uuid()), title, first_day=first_day, last_day=last_day)
        campaigns.add_campaign(connection, campaign, opened_by=opened_by, now=self._clock.now())
        return Counted(campaign, opened_by, 0, 0)

    def join_campaign(self, connection: Connection, campaign_id: str, referral_ids: Sequence[str]) -> Counted:
        """Adds referrals to a campaign.

        Raises:
            NotFound: CAMPAIGN_NOT_FOUND or REFERRAL_NOT_FOUND.
        """
        if campaigns.count_campaign(connection, campaign_id) is None:
            raise campaign_not_found()
        self._outlines(connection, referral_ids)
        campaigns.add_members(connection, campaign_id, referral_ids)
        counted = campaigns.count_campaign(connection, campaign_id)
        if counted is None:
            raise campaign_not_found()
        return counted

    async def list_campaigns(self) -> tuple[Counted, ...]:
        """Returns campaigns with their numbers, the newest first."""
        return await self._database.read(campaigns.newest_campaigns, snapshot=False)

    async def preview_list(self, referral_ids: tuple[str, ...], *, year: int, title: str, body: Body) -> Listed:
        """Returns the list that a proposal would make; as `propose_list`."""

        def read(connection: Connection) -> Listed:
            cases = tuple(
                Case(one, one.unit, is_carried_over=False) for one in self._outlines(connection, referral_ids)
            )
            fact = propose((), "", referral_ids, year=year, title=title, body=body, now=self._clock.now())
            return Listed(KeyCaseList(fact), cases)

        return await self._database.read(read)

    def propose_list(
        self, connection: Connection, referral_ids: tuple[str, ...], *, year: int, title: str, body: Body
    ) -> Listed:
        """Proposes a list of key cases.

        Raises:
            XiezhiError: REFERRAL_NOT_FOUND or FIELDS_INVALID.
        """
        outlines = self._outlines(connection, referral_ids)
        known, list_id, now = lists.read_lists(connection), str(self._ids.uuid()), self._clock.now()
        fact = propose(known, list_id, referral_ids, year=year, title=title, body=body, now=now)
        lists.add_list(connection, fact, outlines)
        return self.find_list(connection, fact.list_id)

    def find_list(self, connection: Connection, list_id: str) -> Listed:
        """Returns a list with all its cases.

        Raises:
            NotFound: KEY_CASE_LIST_NOT_FOUND.
        """
        found = self._lists(connection, lambda one: one.proposed.list_id == list_id)
        if not found:
            raise list_not_found()
        return found[0]

    async def read_list(self, list_id: str) -> Listed:
        """Returns a list with all its cases.

        Raises:
            XiezhiError: KEY_CASE_LIST_NOT_FOUND or STORE_UNAVAILABLE.
        """
        return await self._database.read(partial(self.find_list, list_id=list_id))

    async def require_signable(self, list_id: str, body: Body) -> Listed:
        """Returns a list that a body may sign now.

        Raises:
            XiezhiError: KEY_CASE_LIST_NOT_FOUND, KEY_CASE_LIST_STATE or STORE_UNAVAILABLE.
        """

        def read(connection: Connection) -> Listed:
            sign(lists.read_lists(connection), list_id, body, now=self._clock.now())
            return self.find_list(connection, list_id)

        return await self._database.read(read)

    def sign_list(self, connection: Connection, list_id: str, body: Body, *, traceparent: str) -> Listed:
        """Signs a list; with the second signature courts and units are told.

        Raises:
            XiezhiError: KEY_CASE_LIST_NOT_FOUND or KEY_CASE_LIST_STATE.
        """
        lists.lock_list(connection, list_id)
        fact = sign(lists.read_lists(connection), list_id, body, now=self._clock.now())
        lists.add_signature(connection, fact)
        listed = self.find_list(connection, list_id)
        if listed.found.state is ListState.PUBLISHED:
            concerned = sorted({code for c in listed.cases for code in (c.outline.court_code, c.outline.unit)})
            self._mail.send(
                connection,
                Told(Kind.KEY_CASES, LIST_PREFIX + list_id),
                map(addressee_of, concerned),
                topic=KEY_CASES,
                key=f"{list_id}/{Kind.KEY_CASES.name}",
                now=fact.at,
                traceparent=traceparent,
            )
        return listed

    async def lists_of(self, year: int, reader: str) -> tuple[Listed, ...]:
        """Returns the lists of a year that an organisation sees, with the cases that it sees, the newest first."""

        def read(connection: Connection) -> tuple[Listed, ...]:
            found = self._lists(connection, lambda one: one.proposed.year == year)
            return tuple(shown for one in reversed(found) if (shown := _shown(one, reader)) is not None)

        return await self._database.read(read)

    async def histories(
        self, reader: str, period: Period, *, has_campaigns: bool
    ) -> tuple[list[History], Calendars, tuple[Campaign, ...]]:
        """Returns what happened to the referrals of a period that an organisation sees, to be counted.

        Args:
            reader: The organisation.
            period: The period of their first receipt.
            has_campaigns: Whether campaigns are needed.

        Returns:
            It, all calendars, and all campaigns with their referrals, or none.
        """
        found = await self._database.read(
            partial(self._duties.received, reader=reader, first=period.first_day, last=period.last_day), snapshot=False
        )
        histories: list[History] = []
        for start in range(0, len(found), CHUNK):
            read = partial(self._referrals.facts, referral_ids=found[start : start + CHUNK])
            facts = await self._database.read(read)
            histories += [History(key, known) for key, known in facts.items()]
        return (
            histories,
            await self._database.read(self._calendars.read),
            await self._database.read(campaigns.campaigns_with, snapshot=False) if has_campaigns else (),
        )

    def _outlines(self, connection: Connection, referral_ids: Sequence[str]) -> list[Outline]:
        found = self._duties.outlines(connection, referral_ids)
        if len(found) < len(set(referral_ids)):
            raise referral_not_found()
        return [found[referral_id] for referral_id in referral_ids]

    def _lists(self, connection: Connection, is_wanted: Callable[[KeyCaseList], bool]) -> list[Listed]:
        facts = lists.read_lists(connection)
        known = lists_at(facts, max((fact.at for fact in facts), default=self._clock.now()))
        wanted = [one for one in known if is_wanted(one)]
        outlines = self._duties.outlines(connection, list({r for one in wanted for r in one.proposed.referrals}))
        listed = []
        for one in wanted:
            carried, units = carried_over(known, one), lists.read_units(connection, one.proposed.list_id)
            cases = (Case(outlines[r], units[r], r in carried) for r in one.proposed.referrals)
            listed.append(Listed(one, tuple(cases)))
        return listed


def _shown(listed: Listed, reader: str) -> Listed | None:
    """Returns a list as an organisation sees it; None where it does not."""
    body = next((body for body, code in CODES.items() if code == reader), None)
    if not listed.found.is_shown_to(body):
        return None
    if body is not None:
        return listed
    is_court = side_of(reader) == "court"
    own = (c for c in listed.cases if (c.outline.court_code if is_court else c.outline.unit) == reader)
    return Listed(listed.found, tuple(own))
