"""Looks once a day at the directory: tells organisations of what is missing, and of credentials that expire soon."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.sealing import Keyring
from services.codes.legal_time import legal_date
from services.coordination.changes import NO_DEPARTMENT, Change, ChangeKind, Tell
from services.coordination.credentials.domain import EXPIRES_SOON, PREFIX, Registered
from services.coordination.credentials.rows import CredentialRows
from services.coordination.directory.domain import expected, faults_on
from services.coordination.directory.rows import LiaisonRows
from services.coordination.domain.routing import COMMAND_CENTRE, PROVINCE
from services.directory.liaisons import COURT, Fault, FaultKind


class DailyLook:
    """Tells of each fault and of each credential once, however often it looks: what is told has a key of its own.

    Args:
        database: The service's database.
        keyring: Keys of its fields at rest.
        tell: Tells organisations.
        clock: Source of now.
    """

    def __init__(self, database: Database, *, keyring: Keyring, tell: Tell, clock: Clock) -> None:
        self._database = database
        self._liaisons = LiaisonRows(keyring)
        self._credentials = CredentialRows(keyring)
        self._tell = tell
        self._clock = clock
        self._looked_on: date | None = None

    async def look(self) -> int:
        """Looks, if not done today already.

        Returns:
            Of how much was told.

        Raises:
            Unavailable: STORE_UNAVAILABLE; then it is not done.
        """
        now = self._clock.now()
        today = legal_date(now)
        if self._looked_on == today:
            return 0
        found = await self._database.read(lambda connection: self._find(connection, today))
        changes = [*_of_faults(found, now), *_of_credentials(found.expiring, now)]

        def write(connection: Connection) -> None:
            for change in changes:
                self._tell(connection, change)

        await self._database.write(write)
        self._looked_on = today
        return len(changes)

    def _find(self, connection: Connection, today: date) -> _Found:
        known = frozenset(self._liaisons.organisations(connection))
        faults = faults_on(today, expected(known, on=today), self._liaisons.of_organisations(connection, None))
        return _Found(known, faults, self._credentials.expiring(connection, today, today + EXPIRES_SOON))


@dataclass(frozen=True, slots=True)
class _Found:
    """What a look finds.

    Attributes:
        known: Organisations that have appointed somebody.
        faults: What is wrong in the directory.
        expiring: Credentials that expire soon.
    """

    known: frozenset[str]
    faults: tuple[Fault, ...]
    expiring: tuple[Registered, ...]


def _of_faults(found: _Found, now: datetime) -> Iterable[Change]:
    """Yields what is told of faults: to whose they are, and where a unit's command centre has nobody to the province's.

    Of a unit that has never appointed anybody the whole is told once, and not each of its six departments.
    """
    headless = {fault.post.organisation for fault in found.faults if _leaves_no_head(fault)}
    silent = set[str]()
    for fault in found.faults:
        post, since = fault.post, "" if fault.since is None else fault.since.isoformat()
        told = (post.organisation, PROVINCE) if post.organisation in headless else (post.organisation,)
        change = Change(
            ChangeKind.DIRECTORY_FAULT,
            "",
            post.organisation,
            told,
            key=f"faults/{post.organisation}/{post.department}/{fault.kind.name}/{since}",
            at=now,
            department=post.department,
        )
        if post.department == COURT or post.organisation in found.known:
            yield change
        elif post.organisation not in silent:
            silent.add(post.organisation)
            yield replace(change, key=f"faults/{post.organisation}/nobody", department=NO_DEPARTMENT)


def _leaves_no_head(fault: Fault) -> bool:
    """Whether nobody acts at a command centre, to which goes what has no taker (R-4.2)."""
    return fault.post.department == COMMAND_CENTRE and fault.kind in {FaultKind.GAP, FaultKind.ON_LEAVE}


def _of_credentials(expiring: Iterable[Registered], now: datetime) -> Iterable[Change]:
    for one in expiring:
        court, name = one.card.court_code, PREFIX + one.key
        yield Change(ChangeKind.CREDENTIAL_EXPIRING, name, court, (court,), key=f"{name}/expiring", at=now)
