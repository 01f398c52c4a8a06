"""A million vehicles: one of them is found as quickly as one of ten thousand, and by a camera among many sought ones.

Run by `make long`. Ten thousand vehicles are real ones and come in by the loader. The others are rows such
as a database sees them, drawn by the database itself: digests and hashes are random to whoever has not the keys.
"""

from __future__ import annotations

import time
from statistics import median

import pytest
from sqlalchemy import create_engine, func, select, text

from services.vehicle.loader import VehicleLoader
from services.vehicle.registry.store import SqlRegistry, VehicleRows
from services.vehicle.registry.tables import VEHICLES
from tests.store.vehicle.police import Process, batch
from tests.unit.vehicle.cars import NOW, car, person_owner, vin
from tests.unit.vehicle.orders import registration

pytestmark = pytest.mark.long

SMALL, LARGE = 10_000, 1_000_000
STEP = LARGE // SMALL
"""Real vehicles lie among the others, one of so many."""
SEIZED, PASSING = SMALL // 2, SMALL // 3
"""Places of a vehicle that is seized, and of one that is not and passes the same camera."""
ASKED = 200
SLOWER = 5
"""How many times as long a read may take; reading everything would take a hundred times as long."""

SQLITE = """
CREATE TEMP TABLE others AS
    WITH RECURSIVE keys(key) AS (VALUES (1) UNION ALL SELECT key + 1 FROM keys WHERE key < :large)
    SELECT key FROM keys WHERE key % :step <> 1;
INSERT INTO vehicles SELECT key, randomblob(260) FROM others;
INSERT INTO vehicle_numbers SELECT randomblob(32) AS digest, key FROM others ORDER BY digest;
INSERT INTO vehicle_numbers SELECT randomblob(32) AS digest, key FROM others ORDER BY digest;
INSERT INTO vehicle_owners SELECT randomblob(32) AS digest, key FROM others ORDER BY digest;
INSERT INTO alerts (number, hash, key_id, vehicle_id, present)
    SELECT :after + row_number() OVER (), random(), :key_id, key, 1 FROM others WHERE key % 10 = 0;
UPDATE alert_head SET last = (SELECT max(number) FROM alerts)
"""
# References are right by how the rows are drawn, and a constraint is quicker to add than to keep.
POSTGRES = """
SET LOCAL session_replication_role = replica;
SET LOCAL work_mem = '256MB';
SET LOCAL maintenance_work_mem = '256MB';
ALTER TABLE vehicle_numbers DROP CONSTRAINT vehicle_numbers_once;
CREATE TEMP TABLE others AS SELECT key FROM generate_series(1, :large) AS key WHERE key % :step <> 1;
INSERT INTO vehicles SELECT key, decode(repeat(md5(random()::text), 16), 'hex') FROM others;
INSERT INTO vehicle_numbers SELECT sha256(('plate' || key)::bytea), key FROM others;
INSERT INTO vehicle_numbers SELECT sha256(('vin' || key)::bytea), key FROM others;
ALTER TABLE vehicle_numbers ADD CONSTRAINT vehicle_numbers_once EXCLUDE USING hash (digest WITH =);
INSERT INTO vehicle_owners SELECT sha256(('owner' || key)::bytea) AS digest, key FROM others ORDER BY digest;
INSERT INTO alerts (number, hash, key_id, vehicle_id, present)
    SELECT :after + row_number() OVER (), ('x' || left(md5('alert' || key), 16))::bit(64)::bigint, :key_id, key, true
    FROM others WHERE key % 10 = 0;
UPDATE alert_head SET last = (SELECT max(number) FROM alerts);
ANALYZE
"""


def numbered(place):
    """Makes one of the real vehicles, each with an owner of its own; only one of them is ever asked about on paper."""
    owner = person_owner() if place == SEIZED else person_owner(number=f"3699011980{place:08d}")
    return car(place * STEP + 1, plate=f"赣A{place:05d}", vin=vin(place), owner=owner)


def fill(url, *, key_id, after):
    """Draws all other vehicles and their alerts."""
    engine = create_engine(url)
    values = {"large": LARGE, "step": STEP, "key_id": key_id, "after": after}
    with engine.begin() as connection:
        for statement in (POSTGRES if url.startswith("postgresql") else SQLITE).split(";"):
            clause = text(statement)
            connection.execute(clause, {name: values[name] for name in clause.compile().params})
        assert connection.scalar(select(func.count()).select_from(VEHICLES)) == LARGE
    engine.dispose()


class Register:
    """Reads of a register, timed."""

    def __init__(self, database, keyring):
        self._database = database
        self._rows = VehicleRows(keyring)
        self._registry = SqlRegistry(database, rows=self._rows, read_queues=lambda *_: {})

    async def look_up(self, wanted):
        """Finds vehicles in each way; returns the median time of finding one by plate, by VIN and by owner."""
        ways = self._rows.ways
        times = []
        for find in (
            lambda one: self._by(ways.of_plate(one.plate, one.plate_type)),
            lambda one: self._by(ways.of_vin(one.vin)),
            self._owned,
        ):
            found = [await self._timed(find, one) for one in wanted]
            assert [vehicles for vehicles, _ in found] == [[one] for one in wanted]
            times.append(median(seconds for _, seconds in found))
        return times

    async def _by(self, digests):
        def read(connection):
            ids = self._rows.ids_of(connection, digests).values()
            return list(self._rows.read(connection, ids).values())

        return await self._database.read(read)

    async def _owned(self, vehicle):
        return [listed.vehicle for listed in await self._registry.fleet(vehicle.owner.key, at=NOW)]

    @staticmethod
    async def _timed(find, vehicle):
        started = time.perf_counter()
        found = await find(vehicle)
        return found, time.perf_counter() - started


async def test_one_of_a_million_is_found_like_one_of_ten_thousand(
    vehicle_url, database, keyring, clock, process, open_court
):
    real = [numbered(place) for place in range(SMALL)]
    wanted = real[:: SMALL // ASKED]
    with VehicleLoader(vehicle_url, keyring=keyring) as loader:
        loader.add(real)
    register = Register(database, keyring)
    await register.look_up(wanted)
    before = await register.look_up(wanted)
    await open_court(database)(registration(real[SEIZED]))

    fill(vehicle_url, key_id=process.key.key_id, after=LARGE)
    await register.look_up(wanted)
    after = await register.look_up(wanted)
    grown = [round(late / early, 2) for late, early in zip(after, before, strict=True)]
    assert max(grown) < SLOWER, f"by plate, VIN and owner it takes {grown} times as long"

    camera = Process(database, keyring=keyring, clock=clock, portion=50_000)
    await camera.watch.build()
    (answer,), _ = await camera.stream(batch(1, real[PASSING].plate, *("京A00001",) * 998, real[SEIZED].plate))
    assert answer.HasField("index_age")
    assert ([hit.index for hit in answer.hits], answer.checked_count) == ([999], 1_000)
