"""Controls over a real database: batches, liftings, lists, and what is kept of them."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.codes.terms import end_of
from services.exit_restriction.domain import RULE_OF_1987, Requirement
from tests.store.exit_restriction.port import ENTRY, LET_PASS, NOTHING, STOP, Process
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
    party,
)
from tests.unit.exit_restriction.told import DONGHU, JUDGE, NANCHANG
from tests.unit.exit_restriction.travellers import NOW, number, passport, person, voided
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import Reason, XiezhiError
from xiezhi.exit_restriction.v1 import control_pb2

ONE, TWO = person(1, documents=(passport(1), voided(2))), person(2)
ABROAD, DEAD = person(3, is_abroad=True), person(4, is_deceased=True)
FOREIGNER = person(5, names=("TEST PERSON",), numbers=(), documents=(replace(passport(5), number="GBR123456789"),))
STRANGER = person(9)
"""Who is not on the register."""
ACCEPTED, IN_FORCE = control_pb2.CONTROL_STATE_ACCEPTED, control_pb2.CONTROL_STATE_IN_FORCE
LIFTED, EXPIRED = control_pb2.CONTROL_STATE_LIFTED, control_pb2.CONTROL_STATE_EXPIRED
REFILED = control_pb2.CONTROL_STATE_REFILED
LONG_TERM, NOT_ON_FILE = control_pb2.CONTROL_NOTE_LONG_TERM, control_pb2.CONTROL_NOTE_NOT_ON_FILE
AWAY, AGAIN = control_pb2.CONTROL_NOTE_ABROAD, control_pb2.CONTROL_NOTE_REFILED
TABLES = ("controls", "control_facts", "alerts", "requests", "papers", "subjects")


@pytest.fixture
async def ready(load, process):
    load(ONE, TWO, ABROAD, DEAD, FOREIGNER)
    return process


async def refused(awaited):
    with pytest.raises(XiezhiError) as refusal:
        await awaited
    return refusal.value.reason


def day(message):
    return date(message.year, message.month, message.day)


@pytest.mark.clause("R-2.7")
async def test_a_batch_is_placed_each_person_for_itself(ready):
    request = filing(item(ONE), item(FOREIGNER, MONITOR), item(ABROAD, WITHHOLD, term_months=3), item(STRANGER))
    response = await ready.order(request)
    assert [o.refused_reason for o in response.outcomes] == [""] * 4
    assert [o.index for o in response.outcomes] == [0, 1, 2, 3]
    assert [list(o.notes) for o in response.outcomes] == [[], [], [LONG_TERM, AWAY], [NOT_ON_FILE]]
    controls = [o.control for o in response.outcomes]
    assert [day(c.end_date) for c in controls] == [
        date(2018, 9, 3),
        date(2019, 8, 3),
        date(2018, 11, 3),
        date(2018, 9, 3),
    ]
    first = controls[0]
    assert first.person == party(ONE)
    assert (first.court_code, first.case_number) == (DONGHU, f"（2018）{DONGHU}执1号")
    assert (first.requirement, first.state, first.hit_count) == (BLOCK, IN_FORCE, 0)
    assert (first.rule_version, first.batch) == ("7.4-current", request.context.request_id)
    assert first.effective_time.ToDatetime() == response.receive_time.ToDatetime() == NOW.replace(tzinfo=None)
    assert first.end_time.ToDatetime() == end_of(date(2018, 9, 3)).replace(tzinfo=None)
    assert [(t.control_id, t.handler_id) for t in ready.placed] == [
        (c.name.removeprefix("controls/"), JUDGE) for c in controls
    ]
    assert ready.placed[0].ends_at == end_of(date(2018, 9, 3))


PLACED = "placed before"
REFUSALS = [
    (Reason.NATURAL_PERSON_ONLY, item(TWO, person=party(TWO, type=case_pb2.PARTY_TYPE_LEGAL_PERSON)), {}),
    (Reason.FIELDS_INVALID, item(TWO, person=party(TWO, id_number="369901198001150000")), {}),
    (Reason.FIELDS_INVALID, item(TWO, document_numbers=["E 1!"]), {}),
    (Reason.MISSING_ASSISTANCE_NOTICE, item(TWO), {"named": [ABROAD.numbers[0]]}),
    (Reason.EXIT_DECISION_MISSING, item(TWO), {"decision": None}),
    (Reason.PERSON_NAME_MISMATCH, item(TWO, person=party(TWO, name="无名氏")), {}),
    (Reason.PERSON_DECEASED, item(DEAD), {}),
    (Reason.TERM_TOO_LONG, item(TWO, term_months=4), {}),
    (Reason.TERM_ENDS_BEFORE_START, item(TWO, last_day=date(2018, 8, 2)), {}),
    (Reason.LIBERTY_DOCUMENT_MISSING, item(TWO, DETAIN), {}),
    (Reason.LIBERTY_DOCUMENT_MISSING, item(TWO, DETAIN), {"detained": [ABROAD.numbers[0]]}),
    (Reason.REQUIREMENT_NOT_ALLOWED, item(TWO, BLOCK_ENTRY), {}),
    (Reason.CONTROL_EXISTS, item(TWO), {PLACED: item(TWO, term_months=2)}),
    (Reason.BATCH_DUPLICATE, item(ONE, MONITOR), {}),
]


@pytest.mark.clause("R-2.7")
async def test_one_that_is_refused_keeps_nobody_else_out(ready, exit_url):
    for serial, (reason, bad, known) in enumerate(REFUSALS, start=1):
        if before := known.get(PLACED):
            await ready.hand_over(before, serial=serial)
        numbers = known.get("named", [bad.person.id_number])
        more = {key: value for key, value in known.items() if key != PLACED}
        kept = len(rows(exit_url, "controls"))
        good, outcome = await ready.hand_over(
            item(ONE), bad, **(more | {"named": [*ONE.numbers, *numbers], "serial": serial})
        )
        assert (outcome.refused_reason, outcome.HasField("control"), list(outcome.notes)) == (reason, False, [])
        is_placed = reason is not Reason.EXIT_DECISION_MISSING
        assert good.HasField("control") is is_placed, reason
        assert len(rows(exit_url, "controls")) == kept + is_placed


@pytest.mark.parametrize("names", [TWO.names, ("别人",)], ids=["of one name", "of two names"])
async def test_two_people_of_one_number_are_told_apart_by_nobody(load, ready, names):
    load(person(7, names=names, numbers=TWO.numbers))
    (outcome,) = await ready.hand_over(item(TWO))
    assert outcome.refused_reason == Reason.PERSON_AMBIGUOUS


async def test_a_person_named_by_two_numbers_is_named_twice(load, ready):
    load(person(6, numbers=(number(61), number(62))))
    named = person(6, numbers=(number(61),)), person(6, numbers=(number(62),))
    first, second = await ready.hand_over(item(named[0]), item(named[1]))
    assert (first.refused_reason, second.refused_reason) == ("", Reason.BATCH_DUPLICATE)
    first, second = await ready.hand_over(
        item(ABROAD, document_numbers=["E12345678"]), item(STRANGER, document_numbers=["e-1234 5678"]), serial=2
    )
    assert second.refused_reason == Reason.BATCH_DUPLICATE


async def test_somebody_is_detained_on_a_document_that_restricts_liberty(ready):
    (outcome,) = await ready.hand_over(item(TWO, DETAIN), detained=TWO.numbers)
    assert (outcome.refused_reason, outcome.control.requirement) == ("", DETAIN)


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        (Reason.MISSING_ASSISTANCE_NOTICE, {"notice_pdf": b""}),
        (Reason.DOCUMENT_NOT_LISTED, {"notice_pdf": b"SEALED x"}),
        (Reason.DOCUMENT_NOT_LISTED, {"liberty_pdf": b"SEALED x"}),
    ],
)
async def test_a_batch_without_its_papers_is_refused_as_a_whole(ready, exit_url, reason, change):
    request = filing(item(ONE), item(TWO))
    for name, value in change.items():
        setattr(request, name, value)
    assert await refused(ready.order(request)) is reason
    assert not rows(exit_url, "controls")


async def test_a_repeated_request_is_answered_as_the_first_time(ready, exit_url, clock):
    request = filing(item(ONE), item(STRANGER))
    first = await ready.order(request)
    before = contents(exit_url, *TABLES)
    clock.advance(timedelta(days=90))
    assert await ready.order(request) == first
    assert contents(exit_url, *TABLES) == before
    other = filing(item(ONE), request_id=request.context.request_id)
    assert await refused(ready.order(other)) is Reason.REQUEST_ID_REUSED


async def test_the_same_batch_many_times_at_once_is_placed_once(ready, exit_url):
    request = filing(item(ONE), item(STRANGER))
    answers = await asyncio.gather(*(ready.order(request) for _ in range(6)))
    assert len({answer.SerializeToString() for answer in answers}) == 1
    assert len(rows(exit_url, "controls")) == len(ready.placed) == 2


async def test_two_courts_that_name_the_same_people_at_once_both_have_them(ready, exit_url):
    people = [STRANGER, ONE, person(8)]
    batches = [
        filing(*map(item, people), court=DONGHU),
        filing(*map(item, reversed(people)), court=NANCHANG),
    ]
    responses = await asyncio.gather(*map(ready.order, batches))
    assert all(o.control.state == IN_FORCE for response in responses for o in response.outcomes)
    assert len(rows(exit_url, "controls")) == 6
    # Whom only courts named is one subject, whichever was first.
    assert len(rows(exit_url, "subjects")) == 5 + 2


async def test_a_control_is_filed_again_in_its_last_month_and_begins_when_the_first_ends(ready, clock):
    (first,) = await ready.hand_over(item(TWO, term_months=3))
    clock.set(end_of(date(2018, 10, 2)) - timedelta(microseconds=1))
    (early,) = await ready.hand_over(item(TWO))
    assert early.refused_reason == Reason.CONTROL_EXISTS
    clock.set(end_of(date(2018, 10, 2)))
    (again,) = await ready.hand_over(item(TWO))
    assert (again.control.state, list(again.notes)) == (ACCEPTED, [AGAIN])
    assert again.control.effective_time == first.control.end_time
    assert day(again.control.end_date) == date(2018, 12, 3)
    clock.set(end_of(date(2018, 11, 3)))
    shown = (await ready.order(listing(TWO))).controls
    assert [c.state for c in shown] == [REFILED, IN_FORCE]
    clock.set(end_of(date(2018, 12, 3)))
    assert [c.state for c in (await ready.order(listing(TWO))).controls] == [REFILED, EXPIRED]


@pytest.mark.parametrize("both", [False, True], ids=["by one name", "by both names"])
async def test_to_lift_the_first_lifts_the_one_filed_again_too(ready, clock, both):
    (first,) = await ready.hand_over(item(TWO))
    clock.advance(timedelta(days=20))
    (again,) = await ready.hand_over(item(TWO))
    named = [first.control, again.control] if both else [first.control]
    lifted = (await ready.order(lifting(*named))).controls
    assert [c.state for c in lifted] == [LIFTED] * len(named)
    clock.advance(timedelta(seconds=1))
    assert [c.state for c in (await ready.order(listing(TWO))).controls] == [LIFTED, LIFTED]
    clock.set(end_of(date(2018, 9, 3)))
    await ready.follow()
    assert (await ready.check(TWO)).action == NOTHING


async def test_to_lift_the_one_filed_again_leaves_the_first_to_its_end(ready, clock):
    (first,) = await ready.hand_over(item(TWO))
    clock.advance(timedelta(days=20))
    (again,) = await ready.hand_over(item(TWO))
    await ready.order(lifting(again.control))
    assert [c.state for c in (await ready.order(listing(TWO))).controls] == [IN_FORCE, LIFTED]
    clock.set(end_of(date(2018, 9, 3)))
    await ready.follow()
    assert (await ready.check(TWO)).action == NOTHING
    assert first.control.name != again.control.name


async def test_controls_are_lifted_all_or_none(ready, exit_url):
    first, second = (o.control for o in await ready.hand_over(item(ONE), item(TWO)))
    (other,) = (o.control for o in await ready.hand_over(item(ONE), court=NANCHANG))
    unknown = control_pb2.BorderControl(name=f"controls/{uuid.uuid4()}", person=first.person)
    for reason, request in (
        (Reason.CONTROL_NOT_FOUND, lifting(first, unknown)),
        (Reason.CONTROL_NOT_FOUND, lifting(first, other)),
        (Reason.CONTROL_NOT_FOUND, lifting(first, serial=2)),
        (Reason.CONTROL_NOT_FOUND, lifting(first, second, persons=[first.person])),
        (Reason.MISSING_ASSISTANCE_NOTICE, lifting(first, second, named=ONE.numbers)),
    ):
        assert await refused(ready.order(request)) is reason
        assert not rows(exit_url, "control_facts")
    request = lifting(second, first)
    response = await ready.order(request)
    assert [(c.name, c.state) for c in response.controls] == [(second.name, LIFTED), (first.name, LIFTED)]
    assert await ready.order(request) == response
    assert await refused(ready.order(lifting(first))) is Reason.CONTROL_ENDED


async def test_who_is_lifted_is_taken_from_the_alerts_unless_another_court_seeks_them(ready, exit_url):
    (mine,) = (o.control for o in await ready.hand_over(item(ONE, document_numbers=["W12345678"])))
    (other,) = (o.control for o in await ready.hand_over(item(ONE, MONITOR), court=NANCHANG))
    await ready.order(lifting(mine))
    assert all(row.present for row in rows(exit_url, "alerts"))
    await ready.order(lifting(other, court=NANCHANG))
    gone = {row.hash for row in rows(exit_url, "alerts") if not row.present}
    texts = (*ONE.numbers, *ONE.document_numbers, "W12345678")
    assert {int(ready.hasher.hash(text)) for text in texts} == {one % (1 << 64) for one in gone}


async def test_a_list_is_of_the_case_and_of_the_moment(ready, clock):
    (first,) = await ready.hand_over(item(TWO))
    await ready.hand_over(item(TWO), serial=2)
    await ready.hand_over(item(TWO), court=NANCHANG)
    placed = clock.now()
    clock.advance(timedelta(days=1))
    await ready.check(TWO)
    met = clock.now()
    clock.advance(timedelta(days=1))
    await ready.order(lifting(first.control))
    for moment, states, hits in (
        (NOW - timedelta(microseconds=1), [], 0),
        (placed, [IN_FORCE], 0),
        (met, [IN_FORCE], 1),
        (clock.now(), [LIFTED], 1),
        (None, [LIFTED], 1),
    ):
        found = await ready.order(listing(TWO, as_of=moment))
        assert [c.state for c in found.controls] == states
        assert (sum(c.hit_count for c in found.controls), len(found.hits)) == (hits, hits)
    assert not (await ready.order(listing(ONE))).controls
    assert await refused(ready.order(listing(TWO, as_of=clock.now() + timedelta(seconds=1)))) is Reason.FIELDS_INVALID


async def test_what_a_court_may_have_is_what_the_operator_allows(ready, database, keyring, clock):
    strict = Process(database, keyring=keyring, clock=clock, rule=RULE_OF_1987)
    first, second = await strict.hand_over(item(ONE), item(TWO, term_months=1))
    assert day(first.control.end_date) == date(2018, 9, 2)
    assert (first.control.rule_version, second.refused_reason) == ("7.4-1987", Reason.TERM_TOO_LONG)
    assert Requirement.BLOCK_ENTRY not in RULE_OF_1987.allowed


async def test_what_is_kept_is_sealed(ready, exit_url):
    await ready.hand_over(item(ONE, document_numbers=["W12345678"]), item(STRANGER))
    stored = everything(exit_url)
    for value in (*ONE.numbers, *ONE.names, *STRANGER.numbers, *STRANGER.names, "W12345678", "李承办", "执1号", JUDGE):
        for encoding in ("utf-8", "utf-16-le", "gb18030"):
            assert value.encode(encoding) not in stored


async def test_what_fails_within_a_batch_leaves_nothing_of_it(load, database, keyring, clock, exit_url):
    load(ONE, TWO)

    def fail(connection, told):
        if told.subject_id == TWO.person_id:
            raise RuntimeError("the process dies")

    process = Process(database, keyring=keyring, clock=clock, tell=fail)
    before = contents(exit_url, *TABLES)
    request = filing(item(ONE), item(TWO))
    with pytest.raises(RuntimeError):
        await process.order(request)
    assert contents(exit_url, *TABLES) == before
    healthy = Process(database, keyring=keyring, clock=clock)
    assert [o.control.state for o in (await healthy.order(request)).outcomes] == [IN_FORCE, IN_FORCE]


async def test_a_passport_issued_later_is_sought_too(load, ready):
    await ready.hand_over(item(TWO, MONITOR), item(STRANGER, BLOCK))
    renewed = passport(77)
    load(person(2, documents=(passport(2), renewed)), person(9, documents=(passport(9),)))
    await ready.follow()
    assert (await ready.check(document_number=renewed.number)).action == LET_PASS
    assert (await ready.check(document_number=passport(9).number)).action == STOP
    assert (await ready.check(document_number=passport(9).number, direction=ENTRY)).action == NOTHING


async def test_whose_a_control_is_is_told_by_its_key(ready):
    (outcome,) = await ready.hand_over(item(ONE))
    store = ready.border.controls
    assert await store.court_of(outcome.control.name.removeprefix("controls/")) == outcome.control.court_code
    assert await store.court_of("00000000-0000-4000-8000-000000000000") is None
