"""A log on a real database: started, stopped, tampered with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import NullPool, create_engine, text

from services.chassis.db import Database
from services.chassis.migrations import upgrade
from services.ledger.high_water import HighWater
from services.ledger.log import Log
from services.ledger.recovery import IdOf, recover
from services.ledger.store import SqlLog
from tests.unit.ledger.fakes import id_of, signer


@dataclass(frozen=True, slots=True)
class Disk:
    """Where a log lies.

    Attributes:
        url: Its database, migrated.
        high_water: Its high-water file.
    """

    url: str
    high_water: Path

    @classmethod
    def make(cls, url: str, folder: Path) -> Disk:
        """Makes the tables."""
        upgrade(url, package="services.ledger")
        return cls(url, folder / "ledger.high-water")

    @asynccontextmanager
    async def start(self, *, id_of: IdOf = id_of) -> AsyncIterator[Log]:
        """Starts the log, and stops it."""
        database = Database.open(self.url)
        try:
            log = await recover(SqlLog(database), signer=signer(), high_water=HighWater(self.high_water), id_of=id_of)
            yield log
            await log.close()
        finally:
            database.close()

    def tamper(self, *statements: str) -> None:
        """Runs statements as somebody with all rights can, without the triggers that stop everybody else."""
        engine = create_engine(self.url, poolclass=NullPool)
        sqlite = engine.dialect.name == "sqlite"
        off = ("DROP TRIGGER IF EXISTS entries_no_update", "DROP TRIGGER IF EXISTS entries_no_delete")
        with engine.begin() as connection:
            for statement in off if sqlite else ("ALTER TABLE entries DISABLE TRIGGER USER",):
                connection.execute(text(statement))
            for statement in statements:
                connection.execute(text(statement))
