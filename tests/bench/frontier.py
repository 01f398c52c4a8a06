"""A database of exit restriction with a million alerts, made anew for each run so that nobody was met before."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection

from services.alerts.feed import AlertFeed
from services.chassis.db import Database
from services.chassis.sealing import Keyring
from services.codes.legal_time import legal_date
from services.exit_restriction.border.keys import alert_hasher, border_key
from services.exit_restriction.changes import RestrictionRecord
from services.exit_restriction.controls.domain import ControlRecord, HandedOver, Judge
from services.exit_restriction.controls.rows import ControlRows
from services.exit_restriction.controls.tables import ALERTS
from services.exit_restriction.domain import Author, Filed, FilingLevel, Ground, Placed, Requirement
from services.exit_restriction.loader import SubjectLoader
from services.exit_restriction.registry.domain import Person
from services.exit_restriction.registry.store import SubjectRows
from services.exit_restriction.restrictions.rows import RestrictionRows
from services.filing.domain import Contact, Party
from services.synthetic import SCENARIO, Province, batch_number
from services.synthetic.numbers import citizen_id
from services.synthetic.officers import JUDGE_COURT
from tests.bench.calls import Debtor
from tests.bench.fleet import draw_alerts, make_database
from xiezhi.cli.home import Home
from xiezhi.cli.seed import DEFAULT_SEED
from xiezhi.common.v1 import case_pb2

CONTROLLED, RESTRICTED = 400, 100
"""People whom courts have handed over to ports, and debtors of one large case who are restricted."""
_RULE = "160-2018"
_CONTACT = Contact("测试", "0791-00000000")
_BORN = date(1960, 1, 1)


@dataclass(frozen=True, slots=True)
class Frontier:
    """What was made.

    Attributes:
        controlled: People under control: their numbers, by the names of the controls.
        restricted: Restricted debtors, by the names of the restrictions.
    """

    controlled: dict[str, str]
    restricted: dict[str, Debtor]


def make_frontier(home: Home, *, alerts: int) -> Frontier:
    """Makes the database of a data folder whose suite does not run.

    Args:
        home: The data folder.
        alerts: How many alerts there are.
    """
    url, keyring = make_database(home, "exit_restriction")
    case = batch_number(RESTRICTED)
    debtors = [Debtor(case, one.name, one.number) for one in Province(DEFAULT_SEED).debtors(RESTRICTED)]
    restricted = [
        Person(key, (one.name,), (one.number,), date.fromisoformat(one.number[6:14]))
        for key, one in enumerate(debtors, 1)
    ]
    controlled = [
        Person(key, (f"测试{key}",), (citizen_id(_BORN, key),), _BORN)
        for key in range(RESTRICTED + 1, RESTRICTED + CONTROLLED + 1)
    ]
    with SubjectLoader(url, keyring=keyring) as loader:
        loader.add([*restricted, *controlled])
    orders = [_restriction(person, case) for person in restricted], [_control(person, case) for person in controlled]
    database = Database.open(url)
    try:
        asyncio.run(_write(database, keyring, *orders, alerts=alerts))
    finally:
        database.close()
    return Frontier(
        {f"controls/{one.control_id}": one.person.number for one in orders[1]},
        {f"restrictions/{one.restriction_id}": debtor for one, debtor in zip(orders[0], debtors, strict=True)},
    )


async def _write(
    database: Database,
    keyring: Keyring,
    restrictions: Sequence[RestrictionRecord],
    controls: Sequence[ControlRecord],
    *,
    alerts: int,
) -> None:
    """Writes as the service does, and draws alerts for people whom no gate of the bench meets."""
    key = border_key(keyring)
    feed = AlertFeed(ALERTS, hasher=alert_hasher(key))
    rows = ControlRows(keyring, subjects=SubjectRows(keyring))

    def order(connection: Connection) -> None:
        RestrictionRows(keyring).add(connection, restrictions)
        rows.add_controls(connection, controls)
        feed.write(connection, [(one.subject_id, one.person.number) for one in controls], present=True)

    await database.write(order)
    await database.write(lambda connection: draw_alerts(connection, ALERTS, key_id=key.key_id, alerts=alerts))


def _restriction(person: Person, case: str) -> RestrictionRecord:
    first, last = _term()
    author = Author(JUDGE_COURT, case)
    at = datetime.now(UTC)
    return RestrictionRecord(
        Filed(str(uuid.uuid4()), author, Ground.CITIZEN_UNSETTLED_CASE, at, first, last, _RULE),
        person.person_id,
        str(uuid.uuid4()),
        Party(person.names[0], person.numbers[0], is_person=True),
        FilingLevel.PREFECTURE,
        f"{case}之一",
        SCENARIO.judge,
        _CONTACT,
    )


def _control(person: Person, case: str) -> ControlRecord:
    first, last = _term()
    author = Author(JUDGE_COURT, case)
    return ControlRecord(
        Placed(str(uuid.uuid4()), author, Requirement.BLOCK_EXIT, datetime.now(UTC), first, last, _RULE),
        person.person_id,
        HandedOver(person.names[0], case_pb2.IDENTITY_NUMBER_TYPE_CITIZEN, person.numbers[0]),
        f"{case}之一",
        Judge(SCENARIO.judge, _CONTACT),
        str(uuid.uuid4()),
    )


def _term() -> tuple[date, date]:
    today = legal_date(datetime.now(UTC))
    return today, today + timedelta(days=90)
