"""Lists of key cases in SQL, within a transaction of whoever calls: facts, which are added to and never changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, insert, select

from services.referral.domain.key_cases import Body, ListFact, Proposed, Signed
from services.referral.notices.domain import Outline
from services.referral.supervision.tables import KEY_CASES, LISTS, SIGNATURES

_LISTS = select(LISTS).order_by(LISTS.c.proposed_at, LISTS.c.list_id)
_CASES = select(KEY_CASES.c.list_id, KEY_CASES.c.referral_id).order_by(KEY_CASES.c.list_id, KEY_CASES.c.place)
_UNITS = select(KEY_CASES.c.referral_id, KEY_CASES.c.unit).where(KEY_CASES.c.list_id == bindparam("which"))
_SIGNATURES = select(SIGNATURES).order_by(SIGNATURES.c.signed_at)
_LOCK = select(LISTS.c.list_id).where(LISTS.c.list_id == bindparam("which")).with_for_update()


def read_lists(connection: Connection) -> tuple[ListFact, ...]:
    """Returns the facts of all lists, of which a year has a few."""
    cases: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(_CASES):
        cases[row.list_id].append(row.referral_id)
    proposed = (
        Proposed(
            row.proposed_at,
            row.list_id,
            row.year,
            row.title,
            body=Body(row.body),
            referrals=tuple(cases[row.list_id]),
        )
        for row in connection.execute(_LISTS)
    )
    signed = (Signed(row.signed_at, row.list_id, Body(row.body)) for row in connection.execute(_SIGNATURES))
    return (*proposed, *signed)


def read_units(connection: Connection, list_id: str) -> dict[str, str]:
    """Returns the unit with which each referral of a list lay when that was proposed."""
    return {row.referral_id: row.unit for row in connection.execute(_UNITS, {"which": list_id})}


def lock_list(connection: Connection, list_id: str) -> None:
    """Keeps others from signing a list until the commit."""
    connection.execute(_LOCK, {"which": list_id})


def add_list(connection: Connection, fact: Proposed, outlines: Sequence[Outline]) -> None:
    """Adds a list with its cases, in order."""
    row = {
        "list_id": fact.list_id,
        "year": fact.year,
        "title": fact.title,
        "body": int(fact.body),
        "proposed_at": fact.at,
    }
    connection.execute(insert(LISTS), row)
    cases = [
        {"list_id": fact.list_id, "place": place, "referral_id": outline.referral_id, "unit": outline.unit}
        for place, outline in enumerate(outlines)
    ]
    connection.execute(insert(KEY_CASES), cases)


def add_signature(connection: Connection, fact: Signed) -> None:
    """Adds a signature."""
    connection.execute(insert(SIGNATURES), {"list_id": fact.list_id, "body": int(fact.body), "signed_at": fact.at})
