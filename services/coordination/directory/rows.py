"""Appointments in SQL, within a transaction of whoever calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, tuple_, update

from services.chassis.db import insert_many
from services.chassis.records import read_record, write_record
from services.chassis.sealing import Keyring, Sealer
from services.coordination.directory.domain import Fact, FactKind, Kept, after
from services.coordination.directory.tables import FACTS, LIAISONS
from services.directory.liaisons import Appointment, Contact, Days, Post

_FORM = 1
_IN_ORDER = (LIAISONS.c.organisation, LIAISONS.c.department, LIAISONS.c.liaison_id)


class LiaisonRows:
    """Reads and writes appointments.

    Args:
        keyring: Keys of the service's fields at rest.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._sealer = Sealer(keyring)

    def find(self, connection: Connection, liaison_id: str) -> Kept | None:
        """Returns an appointment; None if there is none."""
        return next(iter(self._read(connection, LIAISONS.c.liaison_id == liaison_id)), None)

    def at_posts(self, connection: Connection, posts: Iterable[Post]) -> tuple[Kept, ...]:
        """Returns all appointments at some posts."""
        wanted = [(post.organisation, post.department) for post in posts]
        return self._read(connection, tuple_(LIAISONS.c.organisation, LIAISONS.c.department).in_(wanted))

    def of_officer(self, connection: Connection, officer_id: str) -> tuple[Kept, ...]:
        """Returns all appointments of an officer."""
        return self._read(connection, LIAISONS.c.officer_id == officer_id)

    def of_organisations(self, connection: Connection, organisations: Iterable[str] | None) -> tuple[Kept, ...]:
        """Returns all appointments of some organisations; of all where it is None."""
        where = () if organisations is None else (LIAISONS.c.organisation.in_(list(organisations)),)
        return self._read(connection, *where)

    def changed(self, connection: Connection, after_revision: int, most: int) -> list[tuple[int, Appointment]]:
        """Returns appointments that changed after a revision, with their revisions, in the order of these."""
        which = select(LIAISONS.c.liaison_id, LIAISONS.c.revision).where(LIAISONS.c.revision > after_revision)
        found = connection.execute(which.order_by(LIAISONS.c.revision).limit(most)).all()
        kept = self._read(connection, LIAISONS.c.liaison_id.in_([row.liaison_id for row in found]))
        by_key = {one.appointment.key: one.appointment for one in kept}
        return [(row.revision, by_key[row.liaison_id]) for row in found]

    def organisations(self, connection: Connection) -> tuple[str, ...]:
        """Returns the organisations that have appointed somebody."""
        return tuple(connection.execute(select(LIAISONS.c.organisation).distinct()).scalars())

    def known(self, connection: Connection, liaison_ids: Sequence[str]) -> frozenset[str]:
        """Returns which of some appointments are there."""
        which = select(LIAISONS.c.liaison_id).where(LIAISONS.c.liaison_id.in_(liaison_ids))
        return frozenset(connection.execute(which).scalars())

    def add(self, connection: Connection, added: Sequence[tuple[int, Kept, Fact]]) -> None:
        """Adds appointments, each with its revision and what happened first."""
        insert_many(connection, LIAISONS, [self._row(kept, revision) for revision, kept, _ in added])
        insert_many(connection, FACTS, [self._fact(kept.appointment.key, fact) for _, kept, fact in added])

    def note(self, connection: Connection, liaison_id: str, fact: Fact, *, revision: int) -> None:
        """Notes something that happened to an appointment."""
        connection.execute(insert(FACTS), self._fact(liaison_id, fact))
        connection.execute(update(LIAISONS).where(LIAISONS.c.liaison_id == liaison_id).values(revision=revision))

    def _read(self, connection: Connection, *where: ColumnElement[bool]) -> tuple[Kept, ...]:
        rows = connection.execute(select(LIAISONS).where(*where).order_by(*_IN_ORDER)).all()
        joined = select(FACTS).join(LIAISONS, FACTS.c.liaison_id == LIAISONS.c.liaison_id)
        facts: dict[str, list[Fact]] = {row.liaison_id: [] for row in rows}
        for row in connection.execute(joined.where(*where).order_by(FACTS.c.number)):
            if row.liaison_id in facts:
                facts[row.liaison_id].append(self._read_fact(row))
        return tuple(self._kept(row, facts[row.liaison_id]) for row in rows)

    def _kept(self, row: Row[Any], facts: Sequence[Fact]) -> Kept:
        name, phone = read_record(_FORM, self._sealer.open(bytes(row.contact), place=_place("contact", row.liaison_id)))
        appointment = Appointment(
            row.liaison_id,
            Post(row.organisation, row.department),
            row.officer_id,
            is_deputy=row.is_deputy,
            on_establishment=row.on_establishment,
            days=facts[0].days,
        )
        return Kept(after(appointment, facts), Contact(name, phone))

    def _row(self, kept: Kept, revision: int) -> Mapping[str, Any]:
        one, contact = kept.appointment, write_record(_FORM, [kept.contact.name, kept.contact.phone])
        return {
            "liaison_id": one.key,
            "organisation": one.post.organisation,
            "department": one.post.department,
            "officer_id": one.officer_id,
            "is_deputy": one.is_deputy,
            "on_establishment": one.on_establishment,
            "contact": self._sealer.seal(contact, place=_place("contact", one.key)),
            "revision": revision,
        }

    def _fact(self, liaison_id: str, fact: Fact) -> Mapping[str, Any]:
        return {
            "liaison_id": liaison_id,
            "kind": int(fact.kind),
            "first_day": fact.days.first,
            "last_day": fact.days.last,
            "reason": self._sealer.seal(fact.reason.encode(), place=_place("reason", liaison_id)),
            "at": fact.at,
        }

    def _read_fact(self, row: Row[Any]) -> Fact:
        reason = self._sealer.open(bytes(row.reason), place=_place("reason", row.liaison_id)).decode()
        return Fact(FactKind(row.kind), Days(row.first_day, row.last_day), row.at, reason)


def _place(field: str, liaison_id: str) -> str:
    return f"coordination.liaison.{field}:{liaison_id}"
