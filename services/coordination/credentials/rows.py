"""Credentials in SQL, within a transaction of whoever calls."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, update

from services.chassis.db import insert_many
from services.chassis.sealing import BlindIndex, Keyring, Sealer
from services.coordination.credentials.domain import Registered
from services.coordination.credentials.tables import CREDENTIALS
from services.directory.credentials import Card, CredentialKind


class CredentialRows:
    """Reads and writes credentials.

    Args:
        keyring: Keys of the service's fields at rest.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._sealer = Sealer(keyring)
        self._numbers = BlindIndex(keyring, "coordination.credential")

    def find(self, connection: Connection, credential_id: str) -> Registered | None:
        """Returns a credential; None if there is none."""
        return next(iter(self._read(connection, CREDENTIALS.c.credential_id == credential_id)), None)

    def of_officer(
        self, connection: Connection, officer_id: str, *, court_code: str, kind: CredentialKind
    ) -> tuple[Registered, ...]:
        """Returns all credentials of a kind that a court registered for an officer."""
        is_of_officer = (CREDENTIALS.c.officer_id == officer_id) & (CREDENTIALS.c.kind == int(kind))
        return self._read(connection, is_of_officer, CREDENTIALS.c.court_code == court_code)

    def of_number(
        self, connection: Connection, number: str, *, court_code: str, kind: CredentialKind
    ) -> tuple[Registered, ...]:
        """Returns all credentials of a kind and number that a court registered."""
        has_number = CREDENTIALS.c.number_digest.in_(self._numbers.all_of(_indexed(kind, number)))
        return self._read(connection, has_number, CREDENTIALS.c.court_code == court_code)

    def page(
        self, connection: Connection, court_code: str, *, officer_id: str, before: int, most: int
    ) -> list[tuple[int, Registered]]:
        """Returns a court's credentials, the newest first, with their sequences.

        Args:
            connection: The connection.
            court_code: The court.
            officer_id: Only of this officer; empty for all.
            before: Sequence before which to begin; 0 for the newest.
            most: Most to return.
        """
        asked = select(CREDENTIALS).where(CREDENTIALS.c.court_code == court_code)
        if officer_id:
            asked = asked.where(CREDENTIALS.c.officer_id == officer_id)
        if before:
            asked = asked.where(CREDENTIALS.c.sequence < before)
        rows = connection.execute(asked.order_by(CREDENTIALS.c.sequence.desc()).limit(most))
        return [(row.sequence, self._registered(row)) for row in rows]

    def changed(self, connection: Connection, after_revision: int, most: int) -> list[tuple[int, Registered]]:
        """Returns credentials that changed after a revision, with their revisions, in the order of these."""
        asked = select(CREDENTIALS).where(CREDENTIALS.c.revision > after_revision)
        rows = connection.execute(asked.order_by(CREDENTIALS.c.revision).limit(most))
        return [(row.revision, self._registered(row)) for row in rows]

    def expiring(self, connection: Connection, first: date, last: date) -> tuple[Registered, ...]:
        """Returns credentials in force whose last day is one of some days, both inclusive."""
        return self._read(connection, CREDENTIALS.c.last_day.between(first, last), CREDENTIALS.c.revoked_at.is_(None))

    def known(self, connection: Connection, credential_ids: Collection[str]) -> frozenset[str]:
        """Returns which of some credentials are there."""
        which = select(CREDENTIALS.c.credential_id).where(CREDENTIALS.c.credential_id.in_(credential_ids))
        return frozenset(connection.execute(which).scalars())

    def add(self, connection: Connection, added: Sequence[tuple[int, Registered]]) -> None:
        """Adds credentials, each with its revision."""
        insert_many(connection, CREDENTIALS, [self._row(registered, revision) for revision, registered in added])

    def revoke(
        self, connection: Connection, registered: Registered, *, reason: str, at: datetime, revision: int
    ) -> None:
        """Notes that a credential is revoked."""
        sealed = self._sealer.seal(reason.encode(), place=_place("reason", registered.key))
        changed = update(CREDENTIALS).where(CREDENTIALS.c.credential_id == registered.key)
        connection.execute(changed.values(revoked_at=at, reason=sealed, revision=revision))

    def _read(self, connection: Connection, *where: ColumnElement[bool]) -> tuple[Registered, ...]:
        rows = connection.execute(select(CREDENTIALS).where(*where).order_by(CREDENTIALS.c.sequence))
        return tuple(map(self._registered, rows))

    def _registered(self, row: Row[Any]) -> Registered:
        number = self._sealer.open(bytes(row.number), place=_place("number", row.credential_id)).decode()
        card = Card(row.court_code, row.officer_id, CredentialKind(row.kind), number, row.first_day, row.last_day)
        return Registered(row.credential_id, card, row.registered_at, row.revoked_at)

    def _row(self, registered: Registered, revision: int) -> Mapping[str, Any]:
        card = registered.card
        return {
            "credential_id": registered.key,
            "court_code": card.court_code,
            "officer_id": card.officer_id,
            "kind": int(card.kind),
            "number_digest": self._numbers.of(_indexed(card.kind, card.number)),
            "number": self._sealer.seal(card.number.encode(), place=_place("number", registered.key)),
            "first_day": card.first,
            "last_day": card.last,
            "registered_at": registered.registered_at,
            "revoked_at": registered.revoked_at,
            "revision": revision,
        }


def _indexed(kind: CredentialKind, number: str) -> str:
    return f"{int(kind)}|{number}"


def _place(field: str, credential_id: str) -> str:
    return f"coordination.credential.{field}:{credential_id}"
