"""Rows of referrals within a transaction: facts read as files, and added to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from services.chassis.db import KeyedQuery, insert_new
from services.chassis.sealing import BlindIndex, Keyring, Sealer
from services.filing.domain import Author
from services.referral.domain import Fact
from services.referral.referrals.domain import ReferralFile, ReferralPaper, ReferralRecord, Step
from services.referral.referrals.sealed import KINDS, ReferralSealer
from services.referral.referrals.tables import CASES, DOCUMENTS, FACTS, REFERRALS, SUSPECTS

CASE_INDEX, SUSPECT_INDEX = "referral.case", "referral.suspect"
"""Labels of the indexes of cases and of suspects of cases."""

_ADD_REFERRAL, _ADD_SUSPECT, _ADD_FACT = insert(REFERRALS), insert(SUSPECTS), insert(FACTS)
_LOCK_CASE = select(CASES.c.case_digest).where(CASES.c.case_digest == bindparam("digest")).with_for_update()
_LOCK = select(REFERRALS.c.sequence).where(REFERRALS.c.referral_id == bindparam("referral")).with_for_update()
_STAND = update(REFERRALS).where(REFERRALS.c.referral_id == bindparam("referral"))
_OF_SUSPECTS = (
    select(REFERRALS.c.referral_id)
    .where(
        REFERRALS.c.referral_id.in_(
            select(SUSPECTS.c.referral_id).where(SUSPECTS.c.suspect_digest.in_(bindparam("digests", expanding=True)))
        ),
        REFERRALS.c.sent_at <= bindparam("as_of"),
    )
    .order_by(REFERRALS.c.sequence.desc())
)
_NEWEST_OF_SUSPECTS = _OF_SUSPECTS.limit(bindparam("most"))
_OPEN = (
    select(REFERRALS.c.sequence, REFERRALS.c.referral_id)
    .where(REFERRALS.c.is_open, REFERRALS.c.sequence > bindparam("after"))
    .order_by(REFERRALS.c.sequence)
    .limit(bindparam("most"))
)
_ALL = (
    select(REFERRALS.c.sequence, REFERRALS.c.referral_id)
    .where(REFERRALS.c.sequence > bindparam("after"))
    .order_by(REFERRALS.c.sequence)
    .limit(bindparam("most"))
)
_OF_UNIT = (
    select(REFERRALS.c.sequence, REFERRALS.c.referral_id)
    .where(REFERRALS.c.unit == bindparam("unit"), REFERRALS.c.sequence < bindparam("before"))
    .order_by(REFERRALS.c.sequence.desc())
    .limit(bindparam("most"))
)
_OF_UNIT_IN_STATE = _OF_UNIT.where(REFERRALS.c.state == bindparam("state"))


class ReferralRows:
    """Reads and adds rows of referrals.

    Args:
        keyring: Keys of the service's fields at rest.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._sealer = ReferralSealer(Sealer(keyring))
        self._cases = BlindIndex(keyring, CASE_INDEX)
        self._suspects = BlindIndex(keyring, SUSPECT_INDEX)
        self._referrals = KeyedQuery(select(REFERRALS), REFERRALS.c.referral_id)
        self._places = KeyedQuery(select(SUSPECTS).order_by(SUSPECTS.c.place), SUSPECTS.c.referral_id)
        self._facts = KeyedQuery(select(FACTS).order_by(FACTS.c.at), FACTS.c.referral_id)
        self._documents = KeyedQuery(select(DOCUMENTS).order_by(DOCUMENTS.c.number), DOCUMENTS.c.referral_id)
        self._successors = KeyedQuery(
            select(REFERRALS.c.referral_id, REFERRALS.c.sent_at, REFERRALS.c.predecessor_id).order_by(
                REFERRALS.c.sequence
            ),
            REFERRALS.c.predecessor_id,
        )

    def suspect_key(self, author: Author, number: str) -> str:
        """Returns the key of a suspect: the same in all referrals of a case, and without meaning elsewhere.

        Args:
            author: The court and the case.
            number: Number of the suspect in normal form.
        """
        return self._suspects.of(_suspect_of(author, number)).hex()

    def lock_case(self, connection: Connection, author: Author) -> None:
        """Keeps out everybody else who sends a referral in a case, until the commit."""
        digest = self._cases.of(_case_of(author))
        connection.execute(insert_new(connection, CASES), {"case_digest": digest})
        connection.execute(_LOCK_CASE, {"digest": digest})

    def lock(self, connection: Connection, referral_id: str) -> ReferralFile | None:
        """Reads a referral and keeps out everybody else who changes it, until the commit; None if it is not there."""
        if connection.execute(_LOCK, {"referral": referral_id}).one_or_none() is None:
            return None
        return self.files(connection, [referral_id])[referral_id]

    def files(self, connection: Connection, referral_ids: Collection[str]) -> dict[str, ReferralFile]:
        """Reads referrals by key, in the order of the keys; one that is not there is left out."""
        keys = [*dict.fromkeys(referral_ids)]
        rows = self._referrals.row(connection, keys)
        found = [key for key in keys if key in rows]
        suspects, facts = self._suspect_keys(connection, found), self._facts.rows(connection, found)
        documents, later = self._documents.rows(connection, found), self._successors.rows(connection, found)
        return {
            key: ReferralFile(
                self._sealer.open_record(rows[key], suspects[key]),
                tuple(self._sealer.open_step(row, suspects[key]) for row in facts.get(key, ())),
                tuple(self._sealer.open_paper(row) for row in documents.get(key, ())),
                tuple((row.referral_id, row.sent_at) for row in later.get(key, ())),
            )
            for key in found
        }

    def facts(self, connection: Connection, referral_ids: Collection[str]) -> dict[str, tuple[Fact, ...]]:
        """Reads the facts of referrals by key, the oldest first; one that is not there is left out."""
        keys = [*dict.fromkeys(referral_ids)]
        rows = self._referrals.row(connection, keys)
        found = [key for key in keys if key in rows]
        suspects, facts = self._suspect_keys(connection, found), self._facts.rows(connection, found)
        return {
            key: (
                self._sealer.open_record(rows[key], suspects[key]).sent,
                *(self._sealer.open_step(row, suspects[key]).fact for row in facts.get(key, ())),
            )
            for key in found
        }

    def of_suspects(
        self, connection: Connection, author: Author, numbers: Iterable[str], *, as_of: datetime, most: int | None
    ) -> list[str]:
        """Returns the keys of referrals of a case that have any of some suspects, in the order of receipt.

        Args:
            connection: The connection.
            author: The court and the case.
            numbers: Numbers of the suspects in normal form.
            as_of: Moment until which they were sent.
            most: How many at most, the newest ones; None for all.
        """
        digests = [digest for n in numbers for digest in self._suspects.all_of(_suspect_of(author, n))]
        values = {"digests": digests, "as_of": as_of}
        if most is None:
            found = connection.execute(_OF_SUSPECTS, values).scalars()
        else:
            found = connection.execute(_NEWEST_OF_SUSPECTS, values | {"most": most}).scalars()
        return list(found)[::-1]

    def of_unit(
        self, connection: Connection, unit: str, *, state: int | None, before: int, most: int
    ) -> list[tuple[int, str]]:
        """Returns sequences and keys of referrals that lie with a unit, the newest first.

        Args:
            connection: The connection.
            unit: The unit.
            state: State that they are in as a whole; None for any.
            before: Sequence before which to begin.
            most: How many at most.
        """
        values = {"unit": unit, "before": before, "most": most}
        if state is None:
            return [tuple(row) for row in connection.execute(_OF_UNIT, values)]
        return [tuple(row) for row in connection.execute(_OF_UNIT_IN_STATE, values | {"state": state})]

    def all_after(
        self, connection: Connection, after: int, *, most: int, is_open: bool = False
    ) -> list[tuple[int, str]]:
        """Returns sequences and keys of referrals in the order of receipt.

        Args:
            connection: The connection.
            after: Sequence after which to begin; 0 for the first.
            most: How many at most.
            is_open: Whether only those in which somebody still has to act.
        """
        found = connection.execute(_OPEN if is_open else _ALL, {"after": after, "most": most})
        return [tuple(row) for row in found]

    def add(self, connection: Connection, record: ReferralRecord) -> None:
        """Adds a referral, whose case is locked."""
        author = Author(record.court_code, record.case_number)
        row = {
            "referral_id": record.referral_id,
            "case_digest": self._cases.of(_case_of(author)),
            "court_code": record.court_code,
            "sent_at": record.sent_at,
            "predecessor_id": record.predecessor or None,
            "record": self._sealer.seal_record(record),
            **_view(ReferralFile(record)),
        }
        connection.execute(_ADD_REFERRAL, row)
        suspects = [
            {"referral_id": record.referral_id, "place": place, "suspect_digest": bytes.fromhex(suspect.key)}
            for place, suspect in enumerate(record.suspects)
        ]
        connection.execute(_ADD_SUSPECT, suspects)

    def add_steps(self, connection: Connection, file: ReferralFile, steps: Sequence[Step]) -> ReferralFile:
        """Adds what happened to a locked referral.

        Args:
            connection: The connection.
            file: The referral as it was read when it was locked, or was returned from here since.
            steps: The steps, each at an instant of its own.

        Returns:
            The referral with these steps.
        """
        key, after = file.record.referral_id, file.followed_by(steps)
        rows = []
        for step in steps:
            suspect: str = getattr(step.fact, "suspect", "")
            place = file.record.place_of(suspect) if suspect else None
            rows.append(
                {
                    "referral_id": key,
                    "kind": KINDS[type(step.fact)],
                    "at": step.fact.at,
                    "suspect": place,
                    "record": self._sealer.seal_step(step, referral_id=key, place=place),
                    "request_digest": step.request,
                }
            )
        if rows:
            connection.execute(_ADD_FACT, rows)
            connection.execute(_STAND, {"referral": key, **_view(after)})
        return after

    def add_papers(
        self, connection: Connection, referral_id: str, papers: Iterable[tuple[bytes, ReferralPaper]]
    ) -> None:
        """Adds documents to a referral; one that it has already stays as it is.

        Args:
            connection: The connection.
            referral_id: Key of the referral.
            papers: The documents, with the digests under which their files are kept.
        """
        for digest, paper in papers:
            sealed = self._sealer.seal_paper(paper, referral_id=referral_id, digest=digest)
            row = {"referral_id": referral_id, "digest": digest, "at": paper.at, "record": sealed}
            connection.execute(insert_new(connection, DOCUMENTS), row)

    def _suspect_keys(self, connection: Connection, referral_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        rows: dict[str, list[Row[Any]]] = self._places.rows(connection, referral_ids)
        return {key: tuple(bytes(row.suspect_digest).hex() for row in found) for key, found in rows.items()}


def _view(file: ReferralFile) -> dict[str, Any]:
    """Returns the columns that are a view of the facts, after all that has happened."""
    standing = file.standing(file.last_at)
    return {"unit": standing.unit_at(file.last_at), "state": standing.state, "is_open": not standing.is_closed}


def _case_of(author: Author) -> str:
    return f"{author.court_code}|{author.case_number}"


def _suspect_of(author: Author, number: str) -> str:
    return f"{_case_of(author)}|{number}"
