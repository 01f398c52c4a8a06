"""Seizures from order to queue: who comes first, what ends, what is refused, and that it is so once and whole."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from services.chassis.db import Database
from services.vehicle.domain import TransferNotice
from services.vehicle.loader import VehicleLoader
from services.vehicle.registry.domain import Transfers
from services.vehicle.registry.store import SqlRegistry, VehicleRows
from tests.store.seen import contents, rows
from tests.unit.identity.people import number
from tests.unit.vehicle.cars import NOW, car, company, person_owner
from tests.unit.vehicle.orders import (
    DONGHU,
    NANCHANG,
    NOTICE,
    disposal,
    extension,
    key_of,
    lifting,
    party,
    registration,
    withdrawal,
)
from xiezhi.errors import XiezhiError
from xiezhi.vehicle.v1 import seizure_pb2, vehicle_pb2

EFFECTIVE, WAITING = seizure_pb2.SEIZURE_STATE_EFFECTIVE, seizure_pb2.SEIZURE_STATE_WAITING
BUYER = person_owner("买受人", number(date(1990, 1, 1), 2))
TABLES = ("seizures", "seizure_facts", "papers", "seizure_requests", "alerts", "disposals")


def outcome(response, index=0):
    return response.outcomes[index]


async def seize(order, *vehicles, **known):
    response = await order(registration(*(vehicles or (car(),)), **known))
    assert not any(o.refused_reason for o in response.outcomes)
    return [o.seizure for o in response.outcomes]


async def listed(order, *, as_of=None, court=DONGHU, serial=1, owner=None, size=0, token=""):
    # What happened while the clock stood still came one microsecond after another.
    order.desk.clock.advance(timedelta(milliseconds=1))
    request = seizure_pb2.ListSeizuresRequest(
        context=registration(court=court, serial=serial).context,
        debtor=party(owner),
        as_of_time=as_of,
        page_size=size,
        page_token=token,
    )
    request.context.request_id = str(uuid.UUID(int=1))
    return await order(request)


async def states(order, **known):
    found = (await listed(order, **known)).seizures
    return [seizure_pb2.SeizureState.Name(s.state).removeprefix("SEIZURE_STATE_") for s in found]


async def refused(order, request):
    with pytest.raises(XiezhiError) as refusal:
        await order(request)
    assert car().plate not in str(refusal.value)
    return str(refusal.value.reason)


@pytest.fixture
def filled(load, vehicle_url):
    load(car(1), car(2), car(3, owner=company()), car(4, plate="赣AD12345", plate_type="52"))
    return vehicle_url


async def test_a_seizure_takes_effect_on_service_for_two_years(filled, order):
    (shown,) = await seize(order)
    assert (shown.state, shown.queue_position) == (EFFECTIVE, 0)
    assert (shown.plate, shown.plate_type, shown.vin) == (car().plate, "02", car().vin)
    assert (shown.court_code, shown.case_number) == (DONGHU, "（2018）赣0102执1号")
    assert shown.ruling_number == "（2018）赣0102执1号之一"
    assert shown.serve_time.ToDatetime(UTC) == shown.effective_time.ToDatetime(UTC) == NOW
    assert (shown.last_date.year, shown.last_date.month, shown.last_date.day) == (2020, 8, 3)
    assert shown.end_time.ToDatetime(UTC) == datetime(2020, 8, 3, 16, tzinfo=UTC)
    assert shown.name.startswith("seizures/")


@pytest.mark.clause("R-2.2")
async def test_a_second_court_waits_and_follows_when_the_first_lifts(filled, order, clock):
    (first,) = await seize(order)
    clock.advance(timedelta(minutes=5))
    (second,) = await seize(order, court=NANCHANG)
    assert (second.state, second.queue_position) == (WAITING, 1)
    assert not second.HasField("effective_time")
    assert not second.HasField("last_date")
    lifted_at = clock.advance(timedelta(days=30))
    response = await order(lifting(first.name))
    assert response.seizures[0].state == seizure_pb2.SEIZURE_STATE_LIFTED
    assert response.seizures[0].end_time.ToDatetime(UTC) == lifted_at
    (shown,) = (await listed(order, court=NANCHANG)).seizures
    assert (shown.state, shown.effective_time.ToDatetime(UTC)) == (EFFECTIVE, lifted_at)
    assert (shown.last_date.year, shown.last_date.month, shown.last_date.day) == (2020, 9, 2)


async def test_a_term_that_runs_out_promotes_the_next_without_anybody_doing_anything(filled, order, clock):
    await seize(order, months=1)
    await seize(order, court=NANCHANG)
    clock.set(datetime(2018, 9, 3, 15, 59, 59, tzinfo=UTC))
    assert (await states(order), await states(order, court=NANCHANG)) == (["EFFECTIVE"], ["WAITING"])
    clock.set(datetime(2018, 9, 3, 16, tzinfo=UTC))
    assert (await states(order), await states(order, court=NANCHANG)) == (["LAPSED"], ["EFFECTIVE"])
    assert await states(order, court=NANCHANG, as_of=datetime(2018, 9, 1, tzinfo=UTC)) == ["WAITING"]
    assert await states(order, court=NANCHANG, as_of=NOW - timedelta(seconds=1)) == []


@pytest.mark.clause("R-2.1")
async def test_two_courts_at_one_instant_are_in_the_order_in_which_they_were_received(filled, order):
    courts = [DONGHU, NANCHANG, "赣07", "赣0702", "赣08"]
    responses = await asyncio.gather(*(order(registration(car(), court=court)) for court in courts))
    shown = [outcome(response).seizure for response in responses]
    assert sorted(s.queue_position for s in shown) == [0, 1, 2, 3, 4]
    assert sum(s.state == EFFECTIVE for s in shown) == 1
    by_row = [row.seizure_id for row in sorted(rows(filled, "seizures"), key=lambda row: row.sequence)]
    assert by_row == [s.name.removeprefix("seizures/") for s in sorted(shown, key=lambda s: s.queue_position)]
    for court, made in zip(courts, shown, strict=True):
        (now,) = (await listed(order, court=court)).seizures
        assert (now.name, now.queue_position) == (made.name, made.queue_position)


@pytest.mark.postgres
async def test_two_processes_at_once_make_one_queue(make_migrated_database, keyring, open_court):
    url = make_migrated_database("services.vehicle")
    with VehicleLoader(url, keyring=keyring) as loader:
        loader.add([car()])
    databases = [Database.open(url) for _ in range(2)]
    try:
        orders = [open_court(database) for database in databases]
        found = await asyncio.gather(*(orders[n % 2](registration(car(), serial=n)) for n in range(1, 21)))
        assert sorted(outcome(r).seizure.queue_position for r in found) == list(range(20))
    finally:
        for database in databases:
            database.close()


async def test_the_same_request_again_has_the_same_answer_and_changes_nothing(
    filled, order, open_court, database, clock
):
    request = registration(car(1), car(3), car(2))
    first = await order(request)
    before = contents(filled, *TABLES)
    clock.advance(timedelta(days=1))
    assert await order(request) == first

    def broken(pdf, *, organisation, now):
        raise AssertionError("papers of an order that was taken in are not looked at again")

    assert await open_court(database, verify=broken)(request) == first
    assert contents(filled, *TABLES) == before


async def test_the_same_request_twice_at_once_is_one(filled, order):
    request = registration(car(1), car(2))
    answers = await asyncio.gather(*(order(request) for _ in range(8)))
    assert all(answer == answers[0] for answer in answers)
    assert len(rows(filled, "seizures")) == 2


async def test_a_request_id_for_something_else_is_refused(filled, order):
    request_id = str(uuid.uuid4())
    (made,) = await seize(order, request_id=request_id)
    assert await refused(order, registration(car(2), request_id=request_id)) == "REQUEST_ID_REUSED"
    assert await refused(order, lifting(made.name, request_id=request_id)) == "REQUEST_ID_REUSED"
    assert len(await seize(order, court=NANCHANG, request_id=request_id)) == 1


async def test_each_vehicle_has_an_outcome_of_its_own(load, order):
    before = Transfers(former_owners=(person_owner().key,))
    load(
        car(1),
        car(2, owner=company(), transfers=before),
        car(3, owner=company()),
        car(4, transfers=Transfers(notice=TransferNotice(NANCHANG, NOW - timedelta(hours=1)))),
        car(5, vin="LTST00000J0000005"),
        car(6, transfers=Transfers(accepted_at=NOW)),
        car(7, plate="赣B00007"),
        car(9),
        car(10, statuses=frozenset("E")),
    )
    keys = [
        key_of(car(8)),
        key_of(car(1)),
        key_of(car(1), plate="赣AI0001"),
        key_of(car(1), vin="短"),
        key_of(car(7), plate="赣A00007"),
        key_of(car(9), plate="赣B00007"),
        key_of(car(9), vin=car(8).vin),
        key_of(car(10)),
    ]
    request = registration(
        *(car(n) if n != 5 else car(5, vin="LTST00000J0000005") for n in range(1, 7)),
        keys=keys,
        named=(car(7).vin, car(8).vin, car(10).vin),
    )
    response = await order(request)
    assert [o.index for o in response.outcomes] == list(range(14))
    assert [o.refused_reason for o in response.outcomes] == [
        "",
        "VEHICLE_TRANSFERRED",
        "VEHICLE_OWNER_MISMATCH",
        "TRANSFER_NOTICE_FIRST",
        "",
        "",
        "VEHICLE_NOT_FOUND",
        "SEIZURE_EXISTS",
        "FIELDS_INVALID",
        "FIELDS_INVALID",
        "",
        "VEHICLE_NOT_IN_RULING",
        "VEHICLE_NOT_FOUND",
        "VEHICLE_NOT_FOUND",
    ]
    assert all(o.HasField("seizure") != bool(o.refused_reason) for o in response.outcomes)
    notes = [list(o.notes) for o in response.outcomes]
    assert notes[0] == []
    assert notes[4] == [seizure_pb2.SEIZURE_NOTE_VIN_CHECK_DIGIT]
    assert notes[5] == [seizure_pb2.SEIZURE_NOTE_TRANSFER_STOPPED]
    assert notes[10] == [seizure_pb2.SEIZURE_NOTE_PLATE_CHANGED]
    assert response.outcomes[10].seizure.plate == "赣B00007"
    again = await order(registration(car(6), court=NANCHANG))
    assert list(outcome(again).notes) == []


async def test_a_plate_in_the_ruling_does_not_let_another_vehicle_be_seized_by_its_vin(filled, order):
    response = await order(registration(keys=[key_of(car(2), plate=car(1).plate)], named=(car(1).plate,)))
    assert outcome(response).refused_reason == "VEHICLE_NOT_IN_RULING"


async def test_a_ruling_that_does_not_name_them_tells_nobody_which_vehicles_there_are(filled, order):
    keys = [key_of(car(1)), key_of(car(1), vin=""), key_of(car(99)), key_of(car(99), vin="")]
    response = await order(registration(keys=keys))
    assert [o.refused_reason for o in response.outcomes] == ["VEHICLE_NOT_IN_RULING"] * 4


async def test_a_plate_in_the_ruling_is_a_whole_one(filled, order):
    response = await order(registration(keys=[key_of(car(1), vin="")], named=(car(1).plate + "1",)))
    assert outcome(response).refused_reason == "VEHICLE_NOT_IN_RULING"


async def test_an_organisations_vehicles_are_seized_under_either_of_its_codes(filled, order):
    response = await order(registration(car(3, owner=company()), owner=company()))
    assert outcome(response).seizure.state == EFFECTIVE


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"months": 25}, "TERM_TOO_LONG"),
        ({"months": 1, "last_day": date(2018, 9, 4)}, "TERM_TOO_LONG"),
        ({"last_day": date(2018, 8, 2)}, "TERM_ENDS_BEFORE_START"),
        ({"last_day": date(1, 1, 1)}, "TERM_ENDS_BEFORE_START"),
    ],
)
async def test_a_term_that_cannot_be_refuses_the_whole(filled, order, changed, reason):
    before = contents(filled, *TABLES)
    assert await refused(order, registration(car(3, owner=company()), car(1), **changed)) == reason
    assert contents(filled, *TABLES) == before


async def test_papers_that_do_not_hold_refuse_the_whole(filled, order):
    before = contents(filled, *TABLES)
    unsealed = registration(car())
    unsealed.notice_pdf = b"nothing"
    assert await refused(order, unsealed) == "DOCUMENT_NOT_LISTED"
    foreign = registration(car(), court=NANCHANG)
    foreign.context.court_code, foreign.context.case_number = DONGHU, "（2018）赣0102执1号"
    assert await refused(order, foreign) == "DOCUMENT_NOT_LISTED"
    for document in foreign.context.documents:
        document.issuing_court = DONGHU
    assert await refused(order, foreign) == "SEAL_OF_ANOTHER_COURT"
    other_kind = registration(car())
    other_kind.context.documents[0].kind = NOTICE
    assert await refused(order, other_kind) == "DOCUMENT_NOT_LISTED"
    assert contents(filled, *TABLES) == before


async def test_what_is_no_case_and_no_debtor_is_refused(filled, order):
    wrong = registration(car())
    wrong.context.case_number = "（2018）赣01执1号"
    assert await refused(order, wrong) == "FIELDS_INVALID"
    wrong.context.case_number = "无案号"
    assert await refused(order, wrong) == "FIELDS_INVALID"
    wrong = registration(car())
    wrong.debtor.id_number = "369901198001150012"
    assert await refused(order, wrong) == "FIELDS_INVALID"
    wrong = registration(car())
    wrong.last_date.year = 2019
    assert await refused(order, wrong) == "FIELDS_INVALID"


async def test_an_extension_follows_the_term_without_a_gap(filled, order, clock):
    (made,) = await seize(order, months=12)
    clock.set(datetime(2019, 8, 3, 15, 59, tzinfo=UTC))
    response = await order(extension(made.name, months=6))
    assert response.seizure.state == EFFECTIVE
    assert (response.seizure.last_date.year, response.seizure.last_date.month) == (2020, 2)
    clock.set(datetime(2020, 2, 3, 16, tzinfo=UTC))
    assert await states(order) == ["LAPSED"]
    assert await refused(order, extension(made.name)) == "SEIZURE_ENDED"


async def test_only_what_is_in_force_is_extended_and_only_as_far_as_allowed(filled, order):
    (first,), (second,) = await seize(order), await seize(order, court=NANCHANG)
    assert await refused(order, extension(second.name, court=NANCHANG)) == "SEIZURE_WAITING"
    assert await refused(order, extension(first.name, months=25)) == "TERM_TOO_LONG"
    assert await refused(order, extension(first.name, last_day=date(2020, 8, 3))) == "TERM_ENDS_BEFORE_START"


@pytest.mark.parametrize("make", [extension, lifting, withdrawal])
async def test_anothers_seizure_looks_like_one_that_is_not_there(filled, order, make):
    (made,) = await seize(order)
    before = contents(filled, *TABLES)
    nowhere = f"seizures/{uuid.uuid4()}"
    for request in (
        make(made.name, court=NANCHANG),
        make(made.name, serial=2),
        make(made.name, debtor=party(company())),
        make(nowhere),
    ):
        assert await refused(order, request) == "SEIZURE_NOT_FOUND"
    assert contents(filled, *TABLES) == before


async def test_lifting_is_all_or_nothing(filled, order):
    one, two = await seize(order, car(1), car(2))
    assert await refused(order, lifting(one.name, f"seizures/{uuid.uuid4()}")) == "SEIZURE_NOT_FOUND"
    await order(lifting(one.name))
    assert await states(order) == ["LIFTED", "EFFECTIVE"]
    assert await refused(order, lifting(two.name, one.name)) == "SEIZURE_ENDED"
    assert await states(order) == ["LIFTED", "EFFECTIVE"]


async def test_lifting_one_that_waits_takes_it_out_of_the_queue(filled, order):
    for court in (DONGHU, NANCHANG, "赣07"):
        (made,) = await seize(order, court=court)
        if court == NANCHANG:
            waiting = made
    response = await order(lifting(waiting.name, court=NANCHANG))
    assert response.seizures[0].state == seizure_pb2.SEIZURE_STATE_WITHDRAWN
    (third,) = (await listed(order, court="赣07")).seizures
    assert (third.state, third.queue_position) == (WAITING, 1)


async def test_only_what_waits_is_withdrawn(filled, order):
    (first,), (second,) = await seize(order), await seize(order, court=NANCHANG)
    assert await refused(order, withdrawal(first.name)) == "SEIZURE_EFFECTIVE"
    response = await order(withdrawal(second.name, court=NANCHANG))
    assert response.seizure.state == seizure_pb2.SEIZURE_STATE_WITHDRAWN
    assert await refused(order, withdrawal(second.name, court=NANCHANG)) == "SEIZURE_ENDED"


@pytest.mark.clause("R-2.2")
async def test_a_sale_ends_the_seizure_and_voids_those_that_wait(filled, order, clock):
    (first,), (second,) = await seize(order), await seize(order, court=NANCHANG)
    wrong = disposal(second.name, buyer=BUYER, sold_on=date(2018, 8, 3), court=NANCHANG)
    assert await refused(order, wrong) == "SEIZURE_WAITING"
    future = disposal(first.name, buyer=BUYER, sold_on=date(2018, 8, 4))
    assert await refused(order, future) == "FIELDS_INVALID"
    clock.advance(timedelta(days=2))
    response = await order(disposal(first.name, buyer=BUYER, sold_on=date(2018, 8, 4)))
    assert (response.seizure.state, response.voided_count) == (seizure_pb2.SEIZURE_STATE_EXTINGUISHED, 1)
    assert await states(order, court=NANCHANG) == ["VOID_BY_DISPOSAL"]
    again = disposal(first.name, buyer=BUYER, sold_on=date(2018, 8, 4))
    assert await refused(order, again) == "SEIZURE_ENDED"
    assert len(rows(filled, "disposals")) == 1


@pytest.mark.parametrize("named", [[], [car(2).plate], [car(1).plate + "1"]])
@pytest.mark.parametrize("make", [extension, lifting, partial(disposal, buyer=BUYER, sold_on=NOW.date())])
async def test_a_ruling_changes_only_seizures_of_vehicles_that_it_names(filled, order, make, named):
    (made,) = await seize(order)
    before = contents(filled, *TABLES)
    assert await refused(order, make(made.name, named=named)) == "VEHICLE_NOT_IN_RULING"
    assert contents(filled, *TABLES) == before
    await order(make(made.name, named=[car(1).vin]))


async def test_a_notice_withdraws_only_a_seizure_of_a_vehicle_that_it_names(filled, order):
    await seize(order)
    (made,) = await seize(order, court=NANCHANG)
    assert await refused(order, withdrawal(made.name, court=NANCHANG, named=())) == "VEHICLE_NOT_IN_RULING"
    await order(withdrawal(made.name, court=NANCHANG, named=[car(1).vin]))


async def test_a_ruling_that_names_some_of_the_vehicles_lifts_none(filled, order):
    one, two = await seize(order, car(1), car(2))
    request = lifting(one.name, two.name, named=[car(1).plate])
    assert await refused(order, request) == "VEHICLE_NOT_IN_RULING"
    assert await states(order) == ["EFFECTIVE"] * 2


async def test_a_vehicle_is_named_by_the_plate_it_had_or_has(filled, order, vehicle_url, keyring):
    one, two = await seize(order, car(1), car(2))
    with VehicleLoader(vehicle_url, keyring=keyring) as loader:
        loader.add([car(1, plate="赣B00008"), car(2, plate="赣B00009")])
    await order(lifting(one.name, two.name, named=[car(1).plate, "赣B00009"]))


async def test_a_sale_is_to_the_buyer_whom_the_ruling_names(filled, order):
    (made,) = await seize(order)
    request = disposal(made.name, buyer=BUYER, sold_on=NOW.date())
    request.buyer.name = "别的买受人"
    with pytest.raises(XiezhiError, match="FIELDS_INVALID") as refusal:
        await order(request)
    (violation,) = refusal.value.violations
    assert violation.field == "buyer.name"
    assert request.buyer.name not in f"{refusal.value}{violation.description}"
    assert await states(order) == ["EFFECTIVE"]


async def test_a_sale_is_not_before_the_legal_day_on_which_the_seizure_took_effect(filled, order, clock):
    (first,), (second,) = await seize(order), await seize(order, court=NANCHANG)
    clock.set(datetime(2018, 8, 10, 16, 30, tzinfo=UTC))
    await order(lifting(first.name))
    early = disposal(second.name, buyer=BUYER, sold_on=date(2018, 8, 10), court=NANCHANG)
    assert await refused(order, early) == "FIELDS_INVALID"
    await order(disposal(second.name, buyer=BUYER, sold_on=date(2018, 8, 11), court=NANCHANG))


async def test_a_change_is_replayed_without_a_look_at_the_papers(filled, open_court, database):
    order = open_court(database)
    (made,) = await seize(order)
    request = lifting(made.name)
    response = await order(request)

    def broken(pdf, *, organisation, now):
        raise AssertionError

    assert await open_court(database, verify=broken)(request) == response


async def test_a_case_that_has_ended_its_seizure_may_seize_again(filled, order):
    (made,) = await seize(order)
    await order(lifting(made.name))
    (again,) = await seize(order)
    assert again.name != made.name
    assert await states(order) == ["LIFTED", "EFFECTIVE"]


async def test_pages_are_of_one_moment_and_of_one_list(filled, order, load, clock):
    fleet = [car(i) for i in range(10, 35)]
    load(*fleet)
    made = await seize(order, *fleet)
    first = await listed(order, size=10)
    clock.advance(timedelta(seconds=1))
    await order(lifting(*(s.name for s in made), named=[c.plate for c in fleet]))
    seen, page = list(first.seizures), first
    while page.next_page_token:
        page = await listed(order, size=10, token=page.next_page_token)
        seen += page.seizures
    assert [s.name for s in seen] == [s.name for s in made]
    assert {s.state for s in seen} == {EFFECTIVE}
    with pytest.raises(XiezhiError, match="PAGE_TOKEN_INVALID"):
        await listed(order, size=10, serial=2, token=first.next_page_token)
    with pytest.raises(XiezhiError, match="FIELDS_INVALID"):
        await listed(order, as_of=clock.now() + timedelta(seconds=1))
    assert (await listed(order, owner=company())).seizures == []
    assert await states(order, serial=2) == []


async def test_two_thousand_vehicles_are_one_transaction(load, order, vehicle_url):
    fleet = [car(i, owner=company()) for i in range(1, 2_001)]
    load(*fleet)
    response = await order(registration(*fleet, owner=company()))
    assert [o.index for o in response.outcomes] == list(range(2_000))
    assert all(o.seizure.state == EFFECTIVE for o in response.outcomes)
    names, plates = [o.seizure.name for o in response.outcomes], [vehicle.plate for vehicle in fleet]
    lifted = await order(lifting(*names, debtor=party(company()), named=plates))
    assert len(lifted.seizures) == 2_000
    assert len(rows(vehicle_url, "seizure_facts")) == 2_000


async def test_alerts_say_from_when_on_a_vehicle_is_to_be_found(filled, order):
    def alerts():
        found = sorted(rows(filled, "alerts"), key=lambda row: row.number)
        return [(row.vehicle_id, row.present) for row in found]

    (first,), (second,) = await seize(order), await seize(order, court=NANCHANG)
    assert alerts() == [(1, True)] * 4
    await order(lifting(first.name))
    assert alerts() == [(1, True)] * 4
    await order(lifting(second.name, court=NANCHANG))
    assert alerts() == [(1, True)] * 4 + [(1, False)] * 2
    assert len({row.hash for row in rows(filled, "alerts")}) == 2
    assert rows(filled, "alert_head")[0].last == max(row.number for row in rows(filled, "alerts"))


async def test_a_vehicle_that_was_seen_before_is_told_with_the_seizure(filled, open_court, database):
    asked = []

    def seen_before(connection, vehicle, at):
        asked.append((vehicle.vehicle_id, at))
        return vehicle.vehicle_id == 2

    response = await open_court(database, seen_before=seen_before)(registration(car(1), car(2), car(3)))
    assert [list(o.notes) for o in response.outcomes] == [[], [seizure_pb2.SEIZURE_NOTE_SEEN_BEFORE], []]
    assert asked == [(1, NOW), (2, NOW)]


async def test_what_fails_at_the_end_leaves_nothing(filled, open_court, database):
    before = contents(filled, *TABLES)

    def seen_before(connection, vehicle, at):
        raise RuntimeError("killed")

    request = registration(car(1), car(2))
    with pytest.raises(RuntimeError, match="killed"):
        await open_court(database, seen_before=seen_before)(request)
    assert contents(filled, *TABLES) == before
    response = await open_court(database)(request)
    assert all(o.seizure.state == EFFECTIVE for o in response.outcomes)


async def test_a_lookup_shows_the_queue_of_the_moment(filled, order, database, keyring, clock):
    await seize(order)
    clock.advance(timedelta(hours=1))
    await seize(order, court=NANCHANG)
    registry = SqlRegistry(database, rows=VehicleRows(keyring), read_queues=order.desk.store.rows.queues)

    async def queue(at):
        found = {v.vehicle.vehicle_id: v for v in await registry.fleet(person_owner().key, at=at)}
        assert found[2].queue == ()
        return [(q.standing.seizure.court_code, q.standing.place, q.ruling_number[-1]) for q in found[1].queue]

    assert await queue(clock.now()) == [(DONGHU, 0, "一"), (NANCHANG, 1, "一")]
    assert await queue(NOW) == [(DONGHU, 0, "一")]
    assert await queue(NOW - timedelta(seconds=1)) == []
    assert await queue(NOW + timedelta(days=750)) == [(NANCHANG, 0, "一")]


def test_vehicle_keys_are_those_of_the_contract():
    assert set(vehicle_pb2.VehicleKey.DESCRIPTOR.fields_by_name) == {"plate", "plate_type", "vin"}


async def test_whose_a_seizure_is_is_told_by_its_key(filled, order):
    (shown,) = await seize(order)
    assert await order.desk.store.court_of(shown.name.removeprefix("seizures/")) == DONGHU
    assert await order.desk.store.court_of(str(uuid.UUID(int=1))) is None
