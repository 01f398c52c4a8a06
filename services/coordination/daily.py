"""Looks once a day at the directory: tells organisations of what is missing, and of credentials that expire soon."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Connection

from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.sealing import Keyring
from services.codes.legal_time import legal_date
from services.coordination.changes import Change, ChangeKind, Tell
from services.coordination.credentials.domain import EXPIRES_SOON, PREFIX, Registered
from services.coordination.credentials.rows import CredentialRows
from services.coordination.directory.domain import expected, faults_on
from services.coordination.directory.rows import LiaisonRows
from services.directory.liaisons import Fault


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
        faults, expiring = await self._database.read(lambda connection: self._find(connection, today))
        changes = [*_of_faults(faults, now), *_of_credentials(expiring, now)]

        def write(connection: Connection) -> None:
            for change in changes:
                self._tell(connection, change)

        await self._database.write(write)
        self._looked_on = today
        return len(changes)

    def _find(self, connection: Connection, today: date) -> tuple[tuple[Fault, ...], tuple[Registered, ...]]:
        organisations = expected(self._liaisons.organisations(connection))
        faults = faults_on(today, organisations, self._liaisons.of_organisations(connection, None))
        return faults, self._credentials.expiring(connection, today, today + EXPIRES_SOON)


def _of_faults(faults: Iterable[Fault], now: datetime) -> Iterable[Change]:
    for fault in faults:
        post, since = fault.post, "" if fault.since is None else fault.since.isoformat()
        yield Change(
            ChangeKind.DIRECTORY_FAULT,
            "",
            post.organisation,
            (post.organisation,),
            key=f"faults/{post.organisation}/{post.department}/{fault.kind.name}/{since}",
            at=now,
            department=post.department,
        )


def _of_credentials(expiring: Iterable[Registered], now: datetime) -> Iterable[Change]:
    for one in expiring:
        court, name = one.card.court_code, PREFIX + one.key
        yield Change(ChangeKind.CREDENTIAL_EXPIRING, name, court, (court,), key=f"{name}/expiring", at=now)
