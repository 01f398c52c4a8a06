"""What was asked and answered under a key, and its papers: kept once, sealed, and read by what wrote it before."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from sqlalchemy import MetaData, create_engine, insert, select

from services.chassis.db import Database
from services.chassis.sealing import BlindIndex, Keyring, Sealer
from services.filing.domain import RequestKey
from services.filing.requests import RequestRows
from services.filing.tables import define_filing
from xiezhi.errors import AlreadyExists

METADATA = MetaData()
TABLES = define_filing(METADATA)
KEY = RequestKey("赣0102", "2f1d7ad5-8a0c-4a7f-9c55-000000000001", "/m", bytes(32))
PAPERS = (b"letter", b"account", b"evidence", b"evidence")


class Stopped(Exception):
    pass


@pytest.fixture
def keyring(tmp_path):
    return Keyring.create(tmp_path / "keys.json")


@pytest.fixture
def database(database_url):
    engine = create_engine(database_url)
    METADATA.create_all(engine)
    engine.dispose()
    database = Database.open(database_url)
    yield database
    database.close()


@pytest.fixture
def rows(keyring):
    return RequestRows(TABLES, keyring=keyring, service="vehicle")


@pytest.fixture
def ask(database, rows):
    """Asks under a key, in one transaction, and tells whether the change was made."""

    async def ask(key=KEY, papers=PAPERS, *, answer=b"answer", rows=rows, fails=False):
        def write(connection):
            made = []

            def act(request):
                if fails:
                    raise Stopped
                made.append(request)
                return answer

            return rows.once(connection, key, act, papers=papers), made == [rows.digest(key)]

        return await database.write(write)

    return ask


@pytest.fixture
def stored(database):
    """Reads all rows of a table."""

    async def stored(table):
        return await database.read(lambda connection: connection.execute(select(table)).all())

    return stored


async def test_what_was_asked_is_answered_once(ask, database, rows):
    assert await ask() == (b"answer", True)
    assert await ask(answer=b"other") == (b"answer", False)
    assert await database.read(lambda connection: rows.answer(connection, KEY)) == b"answer"
    unknown = replace(KEY, court_code="赣01")
    assert await database.read(lambda connection: rows.answer(connection, unknown)) is None


@pytest.mark.parametrize("changed", [{"sha256": b"\x01" * 32}, {"method": "/other"}])
async def test_a_key_is_for_one_request_of_one_method(ask, stored, changed):
    await ask()
    with pytest.raises(AlreadyExists, match="REQUEST_ID_REUSED"):
        await ask(replace(KEY, **changed), [b"more"])
    assert len(await stored(TABLES.papers)) == 3


async def test_a_paper_is_kept_once_however_often_it_is_sent(ask, stored):
    await ask()
    await ask(replace(KEY, request_id="another"), [b"evidence", b"notice"])
    assert len(await stored(TABLES.papers)) == 4
    assert sorted(len(row.papers) // 32 for row in await stored(TABLES.requests)) == [2, 4]


async def test_what_fails_leaves_nothing_behind(ask, stored):
    with pytest.raises(Stopped):
        await ask(fails=True)
    assert (await stored(TABLES.requests), await stored(TABLES.papers)) == ([], [])
    assert await ask() == (b"answer", True)


async def test_nothing_is_in_clear(ask, stored):
    await ask()
    found = [*await stored(TABLES.requests), *await stored(TABLES.papers)]
    kept = b"|".join(bytes(value) for row in found for value in row)
    for value in (*PAPERS, b"answer", KEY.request_id.encode(), KEY.court_code.encode()):
        assert value not in kept


async def test_the_labels_are_those_under_which_the_vehicle_service_has_always_kept_them(
    database, keyring, rows, stored, ask
):
    digest = BlindIndex(keyring, "vehicle.request").of(f"{KEY.court_code}|{KEY.request_id}")
    row = {
        "request_digest": digest,
        "content_digest": BlindIndex(keyring, "vehicle.request").of(f"/m|{bytes(32).hex()}"),
        "papers": b"",
        "answer": Sealer(keyring).seal(b"of old", place=f"vehicle.answer:{digest.hex()}"),
    }
    await database.write(lambda connection: connection.execute(insert(TABLES.requests), row).rowcount)
    assert await ask() == (b"of old", False)
    await ask(replace(KEY, request_id="another"), [b"letter"])
    (paper,) = await stored(TABLES.papers)
    assert paper.digest == BlindIndex(keyring, "vehicle.paper").of(hashlib.sha256(b"letter").hexdigest())
    assert Sealer(keyring).open(bytes(paper.content), place=f"vehicle.paper:{paper.digest.hex()}") == b"letter"


async def test_services_with_the_same_keys_do_not_find_each_others_requests(ask, keyring, database):
    await ask()
    others = RequestRows(TABLES, keyring=keyring, service="referral")
    assert await database.read(lambda connection: others.answer(connection, KEY)) is None


async def test_a_paper_is_read_back_by_its_digest(ask, rows, database):
    await ask()
    for pdf in PAPERS:
        sha256 = hashlib.sha256(pdf).digest()
        assert await database.read(lambda connection, sha256=sha256: rows.paper(connection, sha256)) == pdf
    assert await database.read(lambda connection: rows.paper(connection, bytes(32))) is None
