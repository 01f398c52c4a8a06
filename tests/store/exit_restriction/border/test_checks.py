"""Checks of single travellers: what an officer is told, whom the courts hear of, and what is not kept."""

from __future__ import annotations

import asyncio
import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import create_engine, delete

from services.chassis.db import Database
from services.codes.terms import end_of
from services.exit_restriction.controls.tables import ALERTS
from services.exit_restriction.domain import CURRENT_RULE, Action, Requirement
from tests.store.exit_restriction.port import (
    AIRPORT,
    BOUND,
    DETAINED,
    ENTRY,
    EXIT,
    LET_PASS,
    NOTHING,
    STOP,
    STOP_AND_WITHHOLD,
    Process,
    batch,
)
from tests.store.seen import contents, everything, rows
from tests.unit.exit_restriction.handed_over import (
    BLOCK,
    BLOCK_ENTRY,
    DETAIN,
    MONITOR,
    WITHHOLD,
    filing,
    item,
    lifting,
    listing,
)
from tests.unit.exit_restriction.told import DONGHU, JUDGE, NANCHANG, PHONE, UNIT
from tests.unit.exit_restriction.travellers import passport, person, voided
from xiezhi.errors import Reason, XiezhiError

ONE, TWO = person(1, documents=(passport(1), voided(2))), person(2, documents=(passport(20),))
KEPT = ("hits", "hit_controls", "hit_handlings", "border_checks", "outbox", "feed_notices")
LAST_DAY = end_of(date(2018, 9, 3))
"""When the term of a month is over."""


@pytest.fixture
async def ready(load, process):
    load(ONE, TWO)
    await process.follow()
    return process


async def refused(awaited):
    with pytest.raises(XiezhiError) as refusal:
        await awaited
    return refusal.value.reason


@pytest.mark.clause("R-2.8")
async def test_who_is_to_be_stopped_is_stopped_and_the_court_is_told(ready):
    (outcome,) = await ready.hand_over(item(ONE))
    answer = await ready.check(ONE)
    assert (answer.action, answer.identity_differs, answer.HasField("index_age")) == (STOP, False, False)
    assert [(c.court_code, c.handler_name, c.handler_phone) for c in answer.contacts] == [(DONGHU, "李承办", PHONE)]
    (told,) = ready.hits
    assert f"hits/{told.hit_id}" == answer.hit
    assert f"controls/{told.control_id}" == outcome.control.name
    assert (told.author.court_code, told.handler_id, told.person_name) == (DONGHU, JUDGE, ONE.names[0])
    assert (told.requirement, told.action) == (Requirement.BLOCK_EXIT, Action.STOP)
    assert (told.port, told.unit, told.observed_at, told.at) == (AIRPORT, UNIT, ready.clock.now(), ready.clock.now())
    (shown,) = (await ready.order(listing(ONE))).hits
    assert (shown.name, shown.port, shown.direction, shown.unit) == (answer.hit, AIRPORT, EXIT, UNIT)
    assert (shown.requirement, shown.action, shown.handled) == (BLOCK, STOP, 0)
    assert shown.person_name == ONE.names[0]
    assert ("border.hits.total", 1) in ready.observed


@pytest.mark.clause("R-2.8", "R-5.3")
async def test_who_is_only_watched_passes_and_is_shown_nothing(ready):
    await ready.hand_over(item(ONE, MONITOR))
    for direction in (EXIT, ENTRY):
        answer = await ready.check(ONE, direction)
        assert (answer.action, len(answer.contacts)) == (LET_PASS, 0)
    assert len(ready.hits) == 2


@pytest.mark.parametrize(
    ("requirement", "on_exit", "on_entry"),
    [
        (BLOCK, STOP, NOTHING),
        (WITHHOLD, STOP_AND_WITHHOLD, NOTHING),
        (BLOCK_ENTRY, NOTHING, STOP),
        (DETAIN, DETAINED, DETAINED),
    ],
)
async def test_a_requirement_is_of_its_direction(
    load, database, keyring, clock, exit_url, requirement, on_exit, on_entry
):
    load(ONE)
    all_of_them = type(CURRENT_RULE)("all", CURRENT_RULE.limits, CURRENT_RULE.usual, frozenset(Requirement))
    process = Process(database, keyring=keyring, clock=clock, rule=all_of_them)
    await process.hand_over(item(ONE, requirement), detained=ONE.numbers if requirement == DETAIN else ())
    for direction, action in ((EXIT, on_exit), (ENTRY, on_entry)):
        before = contents(exit_url, *KEPT)
        answer = await process.check(ONE, direction)
        assert answer.action == action
        assert (contents(exit_url, *KEPT) == before) is (action == NOTHING)
        assert bool(answer.hit) is (action != NOTHING)


@pytest.mark.clause("R-2.8")
async def test_of_two_courts_the_stricter_is_done_and_both_are_told(ready, exit_url):
    await ready.hand_over(item(ONE, MONITOR), court=NANCHANG)
    await ready.hand_over(item(ONE, BLOCK))
    await ready.hand_over(item(ONE, WITHHOLD), serial=2)
    await ready.hand_over(item(ONE, MONITOR), serial=2)
    answer = await ready.check(ONE)
    assert answer.action == STOP_AND_WITHHOLD
    assert [c.court_code for c in answer.contacts] == [DONGHU, NANCHANG]
    assert len(rows(exit_url, "hits")) == 1
    told = {(t.author.court_code, t.author.case_number[-2:]): t for t in ready.hits}
    assert {key: t.requirement for key, t in told.items()} == {
        (DONGHU, "1号"): Requirement.BLOCK_EXIT,
        (DONGHU, "2号"): Requirement.BLOCK_EXIT_WITHHOLD,
        (NANCHANG, "1号"): Requirement.MONITOR,
    }
    assert len(ready.hits) == 3
    assert {t.hit_id for t in ready.hits} == {answer.hit.removeprefix("hits/")}
    found = await ready.order(listing(ONE, serial=2))
    assert [c.hit_count for c in found.controls] == [1, 1]
    assert [(h.requirement, h.action) for h in found.hits] == [(WITHHOLD, STOP_AND_WITHHOLD)]


async def test_who_is_not_listed_leaves_nothing(ready, exit_url):
    await ready.hand_over(item(ONE))
    before, size = contents(exit_url), len(everything(exit_url))
    answer = await ready.check(TWO, port="赣江港客运站", document_number=TWO.documents[0].number)
    assert (answer.action, answer.hit, answer.identity_differs) == (NOTHING, "", False)
    assert answer.HasField("index_age")
    await ready.stream(batch(1, *TWO.numbers, TWO.documents[0].number))
    # Nor where the database itself is asked.
    ready.clock.advance(BOUND + timedelta(seconds=1))
    assert not (await ready.check(TWO, port="赣江港客运站")).HasField("index_age")
    assert contents(exit_url) == before
    stored = everything(exit_url)
    assert len(stored) == size
    for value in (*TWO.numbers, *TWO.document_numbers, "赣江港", AIRPORT, "P007", UNIT):
        for encoding in ("utf-8", "utf-16-le", "gb18030"):
            assert value.encode(encoding) not in stored


async def test_what_is_kept_is_sealed(ready, exit_url):
    await ready.hand_over(item(ONE))
    request_id = str(uuid.uuid4())
    answer = await ready.check(ONE, port="赣江港客运站", request_id=request_id)
    await ready.handle(answer.hit, note="已移交法院")
    assert [len(rows(exit_url, table)) for table in KEPT[:4]] == [1, 1, 1, 1]
    stored = everything(exit_url)
    for value in (*ONE.numbers, *ONE.names, "赣江港", "移交", "P007", UNIT, request_id):
        for encoding in ("utf-8", "utf-16-le", "gb18030"):
            assert value.encode(encoding) not in stored


@pytest.mark.clause("R-2.8")
async def test_a_control_is_in_force_to_the_end_of_its_last_day_and_until_it_is_lifted(ready, clock):
    await ready.hand_over(item(ONE))
    (other,) = await ready.hand_over(item(TWO))
    clock.set(LAST_DAY - timedelta(minutes=1))
    await ready.follow()
    assert [(await ready.check(who)).action for who in (ONE, TWO)] == [STOP, STOP]
    await ready.order(lifting(other.control))
    # The index still knows of the alert.
    clock.advance(timedelta(seconds=2))
    assert (await ready.check(TWO)).action == NOTHING
    clock.set(LAST_DAY - timedelta(microseconds=1))
    await ready.follow()
    assert (await ready.check(ONE)).action == STOP
    clock.set(LAST_DAY)
    await ready.follow()
    assert (await ready.check(ONE)).action == NOTHING
    assert len(ready.hits) == 2


async def test_an_old_passport_and_one_that_only_the_court_knew_are_those_of_the_person(ready, exit_url):
    await ready.hand_over(item(ONE, document_numbers=["w-1234 5678"]))
    hits = set()
    for document in (*ONE.document_numbers, "W12345678", "w 1234-5678"):
        answer = await ready.check(document_number=document)
        assert answer.action == STOP
        hits.add(answer.hit)
    assert len(hits) == len(rows(exit_url, "hits")) == 1


async def test_a_number_that_the_register_has_as_anothers_is_not_the_persons(load, ready):
    await ready.hand_over(item(ONE, document_numbers=[TWO.documents[0].number]))
    assert (await ready.check(document_number=TWO.documents[0].number)).action == NOTHING
    load(person(2, documents=()))
    await ready.follow()
    assert (await ready.check(document_number=TWO.documents[0].number)).action == STOP


async def test_document_and_number_of_different_persons_differ_whoever_is_sought(ready):
    mine, others = ONE.documents[0].number, TWO.documents[0].number
    assert (await ready.check(ONE, document_number=others)).identity_differs
    assert not (await ready.check(ONE, document_number=mine)).identity_differs
    assert not (await ready.check(ONE, document_number="E99999999")).identity_differs
    await ready.hand_over(item(ONE, MONITOR))
    await ready.hand_over(item(TWO), serial=2)
    answer = await ready.check(ONE, document_number=others)
    assert (answer.action, answer.identity_differs) == (STOP, True)
    assert {t.person_name for t in ready.hits} == {*ONE.names, *TWO.names}


async def test_the_same_within_minutes_is_one_hit_that_is_told_once(ready, exit_url, clock):
    await ready.hand_over(item(ONE))
    first = await ready.check(ONE)
    clock.advance(timedelta(minutes=10))
    await ready.follow()
    assert (await ready.check(document_number=ONE.documents[0].number)).hit == first.hit
    clock.advance(timedelta(minutes=10, microseconds=1))
    await ready.follow()
    assert (await ready.check(ONE)).hit != first.hit
    assert sorted(row.times for row in rows(exit_url, "hits")) == [1, 2]
    assert len(ready.hits) == 2


async def test_what_is_news_is_told_however_soon(ready):
    await ready.hand_over(item(ONE, MONITOR))
    known = {(await ready.check(ONE)).hit}
    for news in ({"direction": ENTRY}, {"port": "九江港"}, {"unit": "360400000000"}):
        answer = await ready.check(ONE, **news)
        assert answer.hit not in known
        known.add(answer.hit)
    await ready.hand_over(item(ONE), serial=2)
    assert (await ready.check(ONE)).hit not in known
    assert len(ready.hits) == 4 + 2


async def test_a_repeated_request_is_answered_as_the_first_time(ready, exit_url, clock):
    (outcome,) = await ready.hand_over(item(ONE))
    request_id = str(uuid.uuid4())
    first = await ready.check(ONE, request_id=request_id)
    before = contents(exit_url, *KEPT)
    await ready.order(lifting(outcome.control))
    await ready.follow()
    assert (await ready.check(ONE)).action == NOTHING
    assert await ready.check(ONE, request_id=request_id) == first
    assert contents(exit_url, *KEPT) == before
    assert await refused(ready.check(TWO, request_id=request_id)) is Reason.REQUEST_ID_REUSED
    clock.advance(timedelta(hours=72))
    await ready.border.store.erase_old()
    assert len(rows(exit_url, "border_checks")) == 1
    clock.advance(timedelta(microseconds=1))
    await ready.border.store.erase_old()
    assert not rows(exit_url, "border_checks")


async def test_a_request_that_is_sent_many_times_at_once_is_one_hit(ready, exit_url):
    await ready.hand_over(item(ONE))
    request_id = str(uuid.uuid4())
    answers = await asyncio.gather(*(ready.check(ONE, request_id=request_id) for _ in range(6)))
    assert len({answer.SerializeToString() for answer in answers}) == 1
    assert [row.times for row in rows(exit_url, "hits")] == [1]
    assert len(ready.hits) == 1


async def test_a_hit_is_durable_before_the_answer(ready, keyring, clock, exit_url):
    """A process that dies after the commit has told the court; one that dies before has neither hit nor answer."""

    def fail(connection, told):
        raise RuntimeError("the process dies")

    await ready.hand_over(item(ONE))
    dying = Process(ready.database, keyring=keyring, clock=clock, tell=fail)
    await dying.follow()
    request_id = str(uuid.uuid4())
    before = contents(exit_url, *KEPT)
    with pytest.raises(RuntimeError):
        await dying.check(ONE, request_id=request_id)
    assert contents(exit_url, *KEPT) == before
    answer = await ready.check(ONE, request_id=request_id)
    ready.database.close()
    opened = Database.open(exit_url)
    try:
        after = Process(opened, keyring=keyring, clock=clock)
        await after.follow()
        assert await after.check(ONE, request_id=request_id) == answer
        assert [f"hits/{row.hit_id}" for row in rows(exit_url, "hits")] == [answer.hit]
        assert not after.hits
    finally:
        opened.close()


async def test_who_is_handed_over_without_the_index_knowing_is_met_in_the_database(ready, exit_url, clock):
    clock.advance(BOUND + timedelta(seconds=1))
    await ready.order(filing(item(ONE)))
    answer = await ready.check(ONE)
    assert (answer.action, answer.HasField("index_age")) == (STOP, False)
    engine = create_engine(exit_url)
    with engine.begin() as connection:
        connection.execute(delete(ALERTS.changes))
    engine.dispose()
    assert (await ready.check(document_number=ONE.documents[0].number)).action == STOP


async def test_a_clock_that_is_behind_loses_no_hit(ready, clock):
    await ready.hand_over(item(ONE))
    clock.advance(-timedelta(seconds=2))
    assert (await ready.check(ONE)).action == STOP


async def test_a_check_and_a_lifting_at_once_are_one_after_the_other(ready):
    for serial in range(1, 5):
        (outcome,) = await ready.hand_over(item(ONE), serial=serial)
        known = len(ready.hits)
        answer, _ = await asyncio.gather(ready.check(ONE), ready.order(lifting(outcome.control, serial=serial)))
        assert (answer.action == STOP) is (len(ready.hits) > known)
        await ready.follow()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"document_number": "E123"},
        {"document_number": "护照12345"},
        {"id_number": "36990119800115"},
        {"document_number": "E12345678", "id_number": "36990119800115001X7"},
    ],
)
async def test_what_is_no_number_is_refused(process, fields):
    with pytest.raises(XiezhiError) as refusal:
        await process.check(**fields)
    assert refusal.value.reason is Reason.FIELDS_INVALID
    assert not any(value in str(refusal.value) for value in fields.values())


async def test_what_was_done_is_told_to_those_who_were_told_of_the_hit(ready, clock):
    await ready.hand_over(item(ONE, MONITOR), court=NANCHANG)
    await ready.hand_over(item(ONE))
    answer = await ready.check(ONE)
    request_id, at = str(uuid.uuid4()), clock.now()
    response = await ready.handle(answer.hit, STOP, note="已劝返", request_id=request_id)
    assert {t.hit for t in ready.handled} == {*ready.hits}
    assert {(t.handled, t.note, t.at) for t in ready.handled} == {(Action.STOP, "已劝返", at)}
    clock.advance(timedelta(minutes=1))
    assert await ready.handle(answer.hit, STOP, note="已劝返", request_id=request_id) == response
    assert len(ready.handled) == 2
    await ready.handle(answer.hit, DETAINED)
    for moment, action in ((at, STOP), (None, DETAINED)):
        (hit,) = (await ready.order(listing(ONE, as_of=moment))).hits
        assert (hit.handled, hit.note) == (action, "已劝返" if action == STOP else "")


async def test_only_a_unit_that_met_somebody_says_what_was_done(ready):
    await ready.hand_over(item(ONE))
    answer = await ready.check(ONE)
    assert await refused(ready.handle(answer.hit, unit="360400000000")) is Reason.NOT_FOUND
    assert await refused(ready.handle(f"hits/{uuid.uuid4()}")) is Reason.NOT_FOUND
    request_id = str(uuid.uuid4())
    await ready.handle(answer.hit, request_id=request_id)
    assert await refused(ready.handle(answer.hit, DETAINED, request_id=request_id)) is Reason.REQUEST_ID_REUSED
    assert len(ready.handled) == 1
