"""What is due among a million duties: either database finds a page by its index. Run by `make long`."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import create_engine, text

from services.chassis.db import insert_many
from services.chassis.sealing import Sealer
from services.referral.domain import DutyKind, RuleId
from services.referral.notices.domain import Owed
from services.referral.notices.rows import _PAGES, _place, _row
from services.referral.notices.tables import DUTIES
from tests.store.referral.supervised import DEPARTMENT, HIGH_COURT
from tests.unit.referral.domain.referred import at
from xiezhi.referral.v1 import supervision_pb2

pytestmark = pytest.mark.long

REFERRALS, EACH, PORTION = 250_000, 4, 10_000
COURTS = tuple(f"赣{prefecture:02}{place:02}" for prefecture in range(1, 12) for place in range(2, 12))
FIRST = date(2018, 8, 6)
RULES = (RuleId.REVIEW, RuleId.OPINION, RuleId.FILED_FEEDBACK, RuleId.SIXTY_DAYS)


def duties(number):
    """Draws the duties of one referral."""
    court = COURTS[number * 7 % len(COURTS)]
    unit, key = f"36{court[1:]}050000", str(uuid.UUID(int=number))
    for place, rule in enumerate(RULES):
        due = FIRST + timedelta(days=number * 31 % 900 + place * 3)
        yield Owed(
            uuid.uuid5(uuid.NAMESPACE_OID, f"{number}/{place}").bytes,
            key,
            court,
            f"（2018）{court}执{number + 1}号",
            unit,
            kind=DutyKind.OPINION,
            suspect=0,
            actor=unit,
            due=due,
            nominal=due,
            rule=rule,
            rule_version="160-2018",
            calendar_versions=("chinesecalendar-1",),
            is_provisional=False,
            adjusted="",
            started_at=at("2018-08-06"),
        )


def fill(url, keyring):
    sealer, engine = Sealer(keyring), create_engine(url)
    with engine.begin() as connection:
        # Indexes are quicker to make than to keep.
        for index in DUTIES.indexes:
            index.drop(connection)
        for start in range(0, REFERRALS, PORTION):
            rows = []
            for number in range(start, start + PORTION):
                owed = tuple(duties(number))
                sealed = sealer.seal(owed[0].case_number.encode(), place=_place(owed[0].referral_id))
                rows += [_row(one, sealed, is_stale=False) for one in owed]
            insert_many(connection, DUTIES, rows)
        for index in DUTIES.indexes:
            index.create(connection)
        assert connection.scalar(text("SELECT count(*) FROM duties")) == REFERRALS * EACH
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # PostgreSQL reads an index alone where it knows that all see the rows; its autovacuum notes that by and by.
        connection.execute(text("ANALYZE" if connection.dialect.name == "sqlite" else "VACUUM ANALYZE duties"))
    engine.dispose()


def plan(connection, side, reader, until):
    """Returns how the database finds a page, as it says itself."""
    values = {"reader": reader, "until": until, "after_day": date(2018, 8, 10), "after_key": b"\x80", "most": 101}
    statement = _PAGES[side]
    compiled = statement.compile(connection, compile_kwargs={"render_postcompile": True})
    ordered = {key: value for key, value in values.items() if key in compiled.params}
    prefix = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    arguments = compiled.construct_params(ordered)
    processed = {
        key: compiled._bind_processors[key](value) if key in compiled._bind_processors else value
        for key, value in arguments.items()
    }
    values_of = processed if compiled.positiontup is None else tuple(processed[key] for key in compiled.positiontup)
    return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(prefix + str(compiled), values_of))


def asking(until, token=""):
    request = supervision_pb2.ListDueRequest(page_size=100, page_token=token)
    request.until_date.year, request.until_date.month, request.until_date.day = until.year, until.month, until.day
    return request


async def test_a_page_of_a_million_is_found_by_index(supervised, database, referral_url, keyring):
    fill(referral_url, keyring)
    until = FIRST + timedelta(days=2_000)
    readers = {"court": COURTS[3], "unit": f"36{COURTS[5][1:]}050000", "province": HIGH_COURT}
    for side, reader in readers.items():
        found = await database.read(lambda c, s=side, r=reader: plan(c, s, r, until))
        assert f"duties_of_{side}" in found
        assert "COVERING INDEX" in found or "Index Only Scan" in found
        assert "SCAN duties\n" not in found + "\n"
        assert "TEMP B-TREE" not in found
        assert "Sort" not in found
    token = ""
    for _ in range(2):
        answer = await supervised.supervise(asking(until, token), organisation=DEPARTMENT)
        assert len(answer.items) == 100
        token = answer.next_page_token
