"""The tables of the paper channel are as the code describes them, and are only ever added to."""

import pytest
from sqlalchemy import create_engine, delete, update
from sqlalchemy.exc import DatabaseError

from gateway.approval import tables as approvals
from gateway.casefile import tables as cases
from gateway.paper.tables import ANSWERS, ITEMS, METADATA
from tests.store.schema import differences


def test_migrations_and_tables_agree(paper_url):
    assert differences(paper_url, [METADATA, approvals.METADATA, cases.METADATA]) == []


@pytest.mark.parametrize("table", [ITEMS, ANSWERS])
async def test_nothing_is_changed_or_removed(desk, paper_url, table):
    await desk.bring(desk.paper())
    engine = create_engine(paper_url)
    try:
        for statement in (update(table).values(approval_id="x"), delete(table)):
            with pytest.raises(DatabaseError, match=r"only ever added to"), engine.begin() as connection:
                connection.execute(statement)
    finally:
        engine.dispose()
