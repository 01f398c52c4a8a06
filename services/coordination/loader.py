"""The directory in bulk, as when it is first filled from the registers of courts and police."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from services.chassis.clock import Clock, SystemClock
from services.chassis.db.loading import BulkLoader
from services.chassis.sealing import Keyring
from services.coordination.channels.rows import ChannelRows
from services.coordination.credentials.domain import Registered
from services.coordination.credentials.rows import CredentialRows
from services.coordination.directory.domain import Fact, FactKind, Kept
from services.coordination.directory.rows import LiaisonRows
from services.coordination.revisions import take_revisions
from services.directory.channels import Declaration, Pair
from services.directory.credentials import Card
from services.directory.liaisons import Appointment, Contact, Days, Post

_NAMES = uuid.UUID("6f1d1c35-0a8c-5c0e-9a53-8f4d2f9d6c11")
"""Within which keys are made of what is loaded, so that the same is loaded once."""


class DirectoryLoader(BulkLoader):
    """Loads the directory; what is there already stays as it is, and so does its revision.

    Nothing is held to the rules of `services.directory`: what is wrong shows as a fault.

    Args:
        database_url: The coordination service's database, migrated.
        keyring: Keys of its fields at rest.
        clock: Source of the time of registration; the machine's where it is None.
    """

    def __init__(self, database_url: str, *, keyring: Keyring, clock: Clock | None = None) -> None:
        super().__init__(database_url)
        self._credentials = CredentialRows(keyring)
        self._liaisons = LiaisonRows(keyring)
        self._channels = ChannelRows()
        self._clock = clock or SystemClock()

    def register(self, cards: Iterable[Card]) -> None:
        """Registers credentials in one transaction; an officer has one of a kind that begins on a day.

        Raises:
            RuntimeError: If the loader is not entered.
        """
        # Keys are told to whoever sees a credential named: a number that went into one could be guessed out of it.
        wanted = {_key("credential", c.court_code, c.officer_id, int(c.kind), c.first): c for c in cards}
        now = self._clock.now()
        with self.transaction() as connection:
            known = self._credentials.known(connection, list(wanted))
            fresh = [Registered(key, card, now) for key, card in wanted.items() if key not in known]
            if fresh:
                revisions = take_revisions(connection, len(fresh))
                self._credentials.add(connection, list(zip(revisions, fresh, strict=True)))

    def appoint(self, liaisons: Iterable[tuple[Post, str, Contact, Days]]) -> None:
        """Appoints liaisons on the establishment in one transaction.

        Args:
            liaisons: For each the post, the officer, how the officer is reached, and when.

        Raises:
            RuntimeError: If the loader is not entered.
        """
        now = self._clock.now()
        wanted = {
            _key("liaison", post.organisation, post.department, officer, days.first): Kept(
                Appointment("", post, officer, is_deputy=False, on_establishment=True, days=days), contact
            )
            for post, officer, contact, days in liaisons
        }
        with self.transaction() as connection:
            known = self._liaisons.known(connection, list(wanted))
            fresh = [_named(key, kept) for key, kept in wanted.items() if key not in known]
            if fresh:
                facts = (Fact(FactKind.APPOINTED, kept.appointment.days, now) for kept in fresh)
                revisions = take_revisions(connection, len(fresh))
                self._liaisons.add(connection, list(zip(revisions, fresh, facts, strict=True)))

    def declare(self, pairs: Iterable[Pair], *, by: Iterable[str], start: datetime) -> None:
        """Declares the platform operational in one transaction.

        Args:
            pairs: For whom.
            by: The bodies that declare it.
            start: From when on.

        Raises:
            RuntimeError: If the loader is not entered.
        """
        bodies = tuple(by)
        wanted = [
            Declaration(_key("declaration", body, pair.court_code, pair.department, start), body, pair, start)
            for pair in pairs
            for body in bodies
        ]
        with self.transaction() as connection:
            known = {declaration.key for _, declaration in self._channels.declarations(connection)}
            fresh = [declaration for declaration in wanted if declaration.key not in known]
            if fresh:
                revisions = take_revisions(connection, len(fresh))
                self._channels.declare(connection, list(zip(revisions, fresh, strict=True)), at=self._clock.now())


def _named(key: str, kept: Kept) -> Kept:
    return replace(kept, appointment=replace(kept.appointment, key=key))


def _key(*parts: object) -> str:
    return str(uuid.uuid5(_NAMES, "|".join(map(str, parts))))
