"""Duties and standings in SQL, on SQLite and PostgreSQL: written with each fact, read by whoever asks what is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, tuple_

from services.chassis.db import KeyedQuery
from services.chassis.sealing import Sealer
from services.codes.courts import HIGH_COURT
from services.referral.domain import DutyKind, RuleId
from services.referral.notices.domain import PROVINCIAL, Outline, Owed
from services.referral.notices.tables import DUTIES, LISTED, STANDINGS

_FIRST_KEY = b""
"""Comes before every key of a duty."""

_PLACE = tuple_(DUTIES.c.due_on, DUTIES.c.duty_key)
_AFTER = tuple_(
    bindparam("after_day", type_=DUTIES.c.due_on.type), bindparam("after_key", type_=DUTIES.c.duty_key.type)
)
_PAGE = (
    select(*LISTED)
    .where(DUTIES.c.due_on <= bindparam("until"), _PLACE > _AFTER)
    .order_by(DUTIES.c.due_on, DUTIES.c.duty_key)
    .limit(bindparam("most"))
)
_PAGES = {
    "court": _PAGE.where(DUTIES.c.court_code == bindparam("reader")),
    "unit": _PAGE.where(DUTIES.c.unit == bindparam("reader")),
    "province": _PAGE,
}
_OF_REFERRAL = DUTIES.c.referral_id == bindparam("which")
_KNOWN = select(DUTIES.c.duty_key, DUTIES.c.due_on).where(_OF_REFERRAL)
_FORGET = delete(DUTIES).where(_OF_REFERRAL)
_FORGET_STANDING = delete(STANDINGS).where(STANDINGS.c.referral_id == bindparam("which"))
_TOUCHED = (
    select(DUTIES.c.referral_id)
    .where(
        DUTIES.c.referral_id > bindparam("after"),
        DUTIES.c.due_on >= bindparam("first"),
        DUTIES.c.nominal_on <= bindparam("last"),
    )
    .distinct()
    .order_by(DUTIES.c.referral_id)
    .limit(bindparam("most"))
)
_STALE = (
    select(DUTIES.c.referral_id)
    .where(DUTIES.c.is_stale.is_(True), DUTIES.c.referral_id > bindparam("after"))
    .distinct()
    .order_by(DUTIES.c.referral_id)
    .limit(bindparam("most"))
)
_STANDINGS = KeyedQuery(select(STANDINGS), STANDINGS.c.referral_id)
_RECEIVED = (
    select(STANDINGS.c.referral_id)
    .where(
        STANDINGS.c.received_on.between(bindparam("first"), bindparam("last")),
    )
    .order_by(STANDINGS.c.referral_id)
)


class DutyRows:
    """Duties and standings, within a transaction of whoever calls.

    Args:
        sealer: Seals the numbers of cases.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def known(self, connection: Connection, referral_id: str) -> frozenset[tuple[bytes, date]]:
        """Returns the keys and last days of a referral's duties as they are kept."""
        return frozenset(
            (bytes(row.duty_key), row.due_on) for row in connection.execute(_KNOWN, {"which": referral_id})
        )

    def rewrite(
        self, connection: Connection, outline: Outline, duties: Iterable[Owed], *, stale: frozenset[bytes] = frozenset()
    ) -> None:
        """Writes a referral's standing and duties in place of those that are kept.

        Args:
            connection: That of a write function, under the lock of the referral.
            outline: How it stands.
            duties: The duties that are owed.
            stale: Keys of those that a calendar moves which was adopted after they began.
        """
        which = {"which": outline.referral_id}
        sealed = self._sealer.seal(outline.case_number.encode(), place=_place(outline.referral_id))
        connection.execute(_FORGET_STANDING, which)
        connection.execute(insert(STANDINGS), _standing(outline, sealed))
        connection.execute(_FORGET, which)
        rows = [_row(owed, sealed, is_stale=owed.key in stale) for owed in duties]
        if rows:
            connection.execute(insert(DUTIES), rows)

    def page(
        self, connection: Connection, reader: str, until: date, *, after: tuple[date, bytes] | None, most: int
    ) -> tuple[Owed, ...]:
        """Returns what is due until a day, the earliest first: of a court or unit its own, of the province all.

        Args:
            connection: The connection.
            reader: The organisation.
            until: The day, inclusive.
            after: Last day and key of the last duty of the page before; None for the first page.
            most: How many.
        """
        day, key = after or (date.min, _FIRST_KEY)
        values = {"until": until, "after_day": day, "after_key": key, "most": most, "reader": reader}
        return tuple(self._owed(row) for row in connection.execute(_PAGES[side_of(reader)], values))

    def touched(self, connection: Connection, *, first: date, last: date, after: str, most: int) -> Sequence[str]:
        """Returns keys of referrals that owe something whose last day the days of a period decide about, in order."""
        values = {"first": first, "last": last, "after": after, "most": most}
        return list(connection.execute(_TOUCHED, values).scalars())

    def stale(self, connection: Connection, *, after: str, most: int) -> Sequence[str]:
        """Returns keys of referrals with deadlines that a calendar moves which was adopted meanwhile, in order."""
        return list(connection.execute(_STALE, {"after": after, "most": most}).scalars())

    def outlines(self, connection: Connection, referral_ids: Sequence[str]) -> Mapping[str, Outline]:
        """Returns how referrals stand, by key; one that is not there is left out."""
        return {key: self._outline(row) for key, row in _STANDINGS.row(connection, referral_ids).items()}

    def received(self, connection: Connection, reader: str, *, first: date, last: date) -> Sequence[str]:
        """Returns keys of the referrals that were received first within a period, of those that a reader sees."""
        statement, side = _RECEIVED, side_of(reader)
        if side != "province":
            column = STANDINGS.c.court_code if side == "court" else STANDINGS.c.unit
            statement = statement.where(column == bindparam("reader"))
        values = {"first": first, "last": last} | ({} if side == "province" else {"reader": reader})
        return list(connection.execute(statement, values).scalars())

    def _owed(self, row: Row[Any]) -> Owed:
        return Owed(
            bytes(row.duty_key),
            row.referral_id,
            row.court_code,
            self._case_number(row),
            row.unit,
            DutyKind(row.kind),
            row.suspect,
            row.actor,
            row.due_on,
            row.nominal_on,
            RuleId(row.rule),
            row.rule_version,
            tuple(row.calendar_versions.split("\n")) if row.calendar_versions else (),
            row.is_provisional,
            row.adjusted,
            row.started_at,
        )

    def _outline(self, row: Row[Any]) -> Outline:
        return Outline(
            row.referral_id,
            row.court_code,
            self._case_number(row),
            row.unit,
            row.received_on,
            row.filed,
            row.is_closed,
        )

    def _case_number(self, row: Row[Any]) -> str:
        return self._sealer.open(bytes(row.case_number), place=_place(row.referral_id)).decode()


def side_of(organisation: str) -> str:
    """Returns as what an organisation reads: "province", "court" or "unit"."""
    if organisation in PROVINCIAL:
        return "province"
    return "court" if organisation.startswith(HIGH_COURT) else "unit"


def _standing(outline: Outline, sealed: bytes) -> dict[str, object]:
    return {
        "referral_id": outline.referral_id,
        "court_code": outline.court_code,
        "unit": outline.unit,
        "received_on": outline.received_on,
        "filed": outline.filed,
        "is_closed": outline.is_closed,
        "case_number": sealed,
    }


def _row(owed: Owed, sealed: bytes, *, is_stale: bool) -> dict[str, object]:
    return {
        "duty_key": owed.key,
        "referral_id": owed.referral_id,
        "kind": int(owed.kind),
        "suspect": owed.suspect,
        "actor": owed.actor,
        "court_code": owed.court_code,
        "unit": owed.unit,
        "due_on": owed.due,
        "nominal_on": owed.nominal,
        "rule": owed.rule,
        "rule_version": owed.rule_version,
        "calendar_versions": "\n".join(owed.calendar_versions),
        "is_provisional": owed.is_provisional,
        "adjusted": owed.adjusted,
        "started_at": owed.started_at,
        "is_stale": is_stale,
        "case_number": sealed,
    }


def _place(referral_id: str) -> str:
    return f"referral.case:{referral_id}"
