"""What the database says of seizures and sales to those who have it and not the keys, and how keys are changed."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, date, datetime

import pytest

from services.chassis.sealing import Keyring, SealError
from services.vehicle.violations.domain import ViolationRecord
from services.vehicle.violations.loader import ViolationLoader
from tests.store.seen import everything, rows
from tests.unit.identity.people import number
from tests.unit.vehicle.cars import car, person_owner
from tests.unit.vehicle.orders import DONGHU, disposal, key_of, party, registration

OWNER = person_owner("司马静默·阿不都热合曼", number(date(1987, 6, 5), 7))
BUYER = person_owner("诸葛听雨", number(date(1990, 1, 1), 2))
CAR = car(4_711, plate="赣L7Q7Z9", owner=OWNER)
VIOLATION = ViolationRecord("3606-99182736", 4_711, "1625", date(2018, 1, 2), 6)


@pytest.fixture
async def filled(load, order, clock, keyring, vehicle_url):
    """A car that was seized and sold, with a violation."""
    load(CAR)
    with ViolationLoader(vehicle_url, keyring=keyring) as loader:
        loader.add([VIOLATION])
    request = registration(CAR, owner=OWNER)
    response = await order(request)
    clock.set(datetime(2018, 9, 12, 2, tzinfo=UTC))
    name = response.outcomes[0].seizure.name
    await order(disposal(name, buyer=BUYER, sold_on=date(2018, 9, 10), debtor=party(OWNER), named=[CAR.plate]))
    return request


def test_nothing_personal_is_in_clear(filled, vehicle_url):
    stored = everything(vehicle_url)
    context = filled.context
    assert len(rows(vehicle_url, "papers")) == 4
    for value in (
        CAR.plate,
        CAR.plate[1:],
        CAR.vin,
        OWNER.name,
        *OWNER.name.split("·"),
        OWNER.certificate_number,
        BUYER.name,
        BUYER.certificate_number,
        context.handler.name,
        context.handler.phone,
        context.request_id,
        DONGHU,
        "执1号",
        VIOLATION.record_id,
        "请协助查封",
        "2018-09-10",
        str(date(2018, 9, 10).toordinal()),
    ):
        for encoding in ("utf-8", "utf-16-le", "gb18030"):
            assert value.encode(encoding) not in stored, "a personal value is in clear"


def test_papers_numbers_and_requests_cannot_be_found_out_by_trying(filled, vehicle_url):
    stored = everything(vehicle_url)
    asked = f"{DONGHU}|{filled.context.request_id}"
    for value in (filled.ruling_pdf, filled.notice_pdf, CAR.plate.encode(), CAR.vin.encode(), asked.encode()):
        for algorithm in ("sha256", "sha1", "md5", "blake2b", "sha3_256"):
            digest = hashlib.new(algorithm, value).digest()
            assert digest[:16] not in stored
            assert digest.hex()[:32].encode() not in stored


async def test_one_paper_of_several_requests_is_kept_once(filled, order, vehicle_url):
    again = registration(CAR, owner=OWNER, serial=2)
    again.ruling_pdf, again.notice_pdf = filled.ruling_pdf, filled.notice_pdf
    await order(again)
    assert len(rows(vehicle_url, "papers")) == 4


async def test_after_a_rotation_what_was_sealed_before_opens(filled, open_court, database, keyring_file):
    rotated = Keyring.rotate(keyring_file)
    order = open_court(database, ring=rotated)
    answer = await order(filled)
    assert answer.outcomes[0].seizure.plate == CAR.plate
    refused = await order(registration(keys=[key_of(CAR)], named=(CAR.vin,), owner=OWNER, serial=3))
    assert refused.outcomes[0].seizure.vin == CAR.vin


async def test_a_key_that_is_gone_opens_nothing(filled, open_court, database, keyring):
    order = open_court(database, ring=Keyring({9: secrets.token_bytes(32)}, keyring.indexing))
    with pytest.raises(SealError):
        await order(filled)


async def test_after_a_new_index_key_a_request_is_still_known(filled, open_court, database, keyring):
    both = Keyring(keyring.sealing, {2: secrets.token_bytes(32), **keyring.indexing})
    answer = await open_court(database, ring=both)(filled)
    assert answer.outcomes[0].seizure.state == 1
