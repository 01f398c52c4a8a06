"""Referrals over real databases: kept once, found by suspect and case, and shown the same by all."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta

import pytest

from services.referral.domain import ReferralState
from services.referral.referrals.rows import ReferralRows
from tests.store.seen import contents, rows
from tests.unit.referral.asked import (
    NOW,
    REASONS,
    company,
    extension,
    feedback,
    fetching,
    letter,
    listing,
    missing,
    opinion,
    person,
    receipt,
    reopening,
    ruling,
    sending,
    supplement,
    transfer,
    withdrawal,
)
from tests.unit.referral.domain.referred import COURT, OTHER_UNIT, UNIT, at
from tests.unit.referral.exchange import Exchange
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import Reason, XiezhiError
from xiezhi.referral.v1 import investigation_pb2, referral_pb2


async def refusal(asked):
    with pytest.raises(XiezhiError) as refused:
        await asked
    return refused.value.reason


async def lead(exchange):
    """Leads a referral of three suspects through every kind of fact, and returns its name."""
    name = (await exchange.court(sending(person(1), company(), person(3)))).referral.name
    await exchange.unit(receipt(name))
    await exchange.unit(transfer(name, OTHER_UNIT))
    await exchange.unit(receipt(name, receipt_number="R2"), unit=OTHER_UNIT)
    await exchange.unit(missing(name), unit=OTHER_UNIT)
    await exchange.court(supplement(name))
    await exchange.unit(extension(name), unit=OTHER_UNIT)
    await exchange.unit(ruling(name, 0, 1), unit=OTHER_UNIT)
    await exchange.unit(ruling(name, 2, files=False), unit=OTHER_UNIT)
    pdf = letter(person(1).name, company().name, unit=OTHER_UNIT)
    await exchange.unit(feedback(name, 0, 1, pdf=pdf), unit=OTHER_UNIT)
    pdf = letter(person(3).name, *REASONS, unit=OTHER_UNIT)
    await exchange.unit(opinion(name, 2, pdf=pdf), unit=OTHER_UNIT)
    await exchange.unit(reopening(name, 2), unit=OTHER_UNIT)
    return name


def without_names(message):
    """Returns a referral without what is drawn at random."""
    shown = referral_pb2.Referral.FromString(message.SerializeToString())
    for document in shown.documents:
        document.ClearField("sha256")
    shown.ClearField("name")
    return shown


async def test_the_day_on_which_it_went_out_on_paper_is_kept(exchange, open_exchange):
    request = sending()
    request.context.channel = case_pb2.CHANNEL_MANUAL
    name = (await exchange.court(request)).referral.name
    signing = receipt(name)
    signing.sign_time.FromDatetime(at("2018-09-20"))
    received = (await open_exchange().unit(signing)).referral
    assert received.receive_time.ToDatetime(NOW.tzinfo) == at("2018-09-20")
    assert (await open_exchange().court(listing())).referrals[0].receive_time == received.receive_time


async def test_what_was_asked_for_keeps_its_day_when_the_days_are_configured_otherwise(open_exchange):
    exchange = open_exchange(supplement_days=5)
    name = (await exchange.court(sending())).referral.name
    await exchange.unit(receipt(name))
    asked = (await exchange.unit(missing(name))).referral
    (shown,) = (await open_exchange(supplement_days=3).court(listing())).referrals
    assert {d.due_date.day for d in shown.duties if d.kind == referral_pb2.DUTY_KIND_SUPPLEMENT} == {30}
    assert shown.duties == asked.duties


async def test_every_fact_comes_back_as_it_was_written(exchange, open_exchange, clock):
    name = await lead(exchange)
    clock.advance(timedelta(days=1))
    shown = (await open_exchange().court(listing())).referrals[0]
    memory = Exchange()
    await lead(memory)
    memory.clock.advance(timedelta(days=1))
    assert without_names(shown) == without_names((await memory.court(listing())).referrals[0])
    assert shown.name == name
    request = investigation_pb2.GetUnitReferralRequest(name=name)
    assert (await exchange.unit(request, unit=OTHER_UNIT)).referral == shown


async def test_documents_are_the_very_bytes_also_for_another_process(exchange, open_exchange):
    name = await lead(exchange)
    other = open_exchange()
    shown = (await other.court(listing())).referrals[0]
    assert [d.kind for d in shown.documents] == [1, 2, 3, 4, 5]
    for document in shown.documents:
        fetched = await other.court(fetching(name, document.sha256))
        again = investigation_pb2.FetchUnitDocumentRequest(name=name, sha256=document.sha256)
        assert (await other.unit(again, unit=OTHER_UNIT)).pdf == fetched.pdf
        assert fetched.pdf.startswith(b"SEALED")


async def test_referrals_are_found_by_suspect_and_case(exchange):
    first = (await exchange.court(sending(person(1), person(2)))).referral.name
    await exchange.court(withdrawal(first))
    exchange.clock.advance(timedelta(seconds=1))
    second = (await exchange.court(sending(person(2), predecessor=first))).referral
    await exchange.court(sending(person(2), serial=2))
    found = (await exchange.court(listing(suspect=person(2)))).referrals
    assert [(r.name, r.predecessor, r.successor) for r in found] == [
        (first, "", second.name),
        (second.name, first, ""),
    ]
    assert [r.name for r in (await exchange.court(listing())).referrals] == [first]
    then = (await exchange.court(listing(suspect=person(2), as_of=NOW))).referrals
    assert [(r.state, r.successor) for r in then] == [(referral_pb2.REFERRAL_STATE_SENT, "")]


async def test_the_newest_hundred_are_shown(exchange, monkeypatch):
    monkeypatch.setattr("services.referral.referrals.store.MOST_SHOWN", 2)
    names = []
    for _ in range(3):
        names.append((await exchange.court(sending())).referral.name)
        await exchange.court(withdrawal(names[-1]))
    assert [r.name for r in (await exchange.court(listing())).referrals] == names[1:]
    assert await refusal(exchange.court(fetching(names[0], bytes(32)))) is Reason.NOT_FOUND


async def test_a_unit_pages_through_what_lies_with_it(exchange):
    names = [(await exchange.court(sending(serial=serial))).referral.name for serial in range(1, 5)]
    await exchange.unit(receipt(names[2]))
    await exchange.unit(transfer(names[2], OTHER_UNIT))
    await exchange.unit(receipt(names[1]))
    request = investigation_pb2.ListUnitReferralsRequest(page_size=2)
    page = await exchange.unit(request)
    request.page_token = page.next_page_token
    rest = await exchange.unit(request)
    assert [r.name for r in (*page.referrals, *rest.referrals)] == [names[3], names[1], names[0]]
    assert rest.next_page_token == ""
    for state, unit, expected in (
        (referral_pb2.REFERRAL_STATE_RECEIVED, UNIT, [names[1]]),
        (referral_pb2.REFERRAL_STATE_SENT, OTHER_UNIT, [names[2]]),
    ):
        found = await exchange.unit(investigation_pb2.ListUnitReferralsRequest(state=state), unit=unit)
        assert [r.name for r in found.referrals] == expected


async def test_what_is_listed_is_a_view_of_the_facts(exchange, keyring, referral_url):
    await lead(exchange)
    closed = (await exchange.court(sending(person(4)))).referral.name
    await exchange.court(withdrawal(closed, suspect=person(4)))
    kept = ReferralRows(keyring)
    database = exchange.store._database

    def read(connection):
        every = [key for _, key in kept.all_after(connection, 0, most=9)]
        opened = [key for _, key in kept.all_after(connection, 0, most=9, is_open=True)]
        return kept.files(connection, every), kept.facts(connection, every), opened

    files, facts, opened = await database.read(read)
    assert {key: file.facts for key, file in files.items()} == facts
    assert opened == [key for key, file in files.items() if not file.standing(file.last_at).is_closed] != [*files]
    for row in rows(referral_url, "referrals"):
        file = files[row.referral_id]
        standing = file.standing(file.last_at)
        assert (row.unit, ReferralState(row.state)) == (standing.unit_at(file.last_at), standing.state)


async def test_a_refused_step_leaves_nothing_and_a_repeated_one_nothing_more(exchange, open_exchange, referral_url):
    request = sending(request_id=str(uuid.uuid4()))
    first = await exchange.court(request)
    step = receipt(first.referral.name)
    received = await exchange.unit(step)
    before = contents(referral_url)
    assert await refusal(exchange.court(sending())) is Reason.REFERRAL_EXISTS
    assert await refusal(exchange.unit(ruling(first.referral.name, 5))) is Reason.REFERRAL_NOT_FOUND
    other = open_exchange()
    other.clock.advance(timedelta(days=9))
    assert await other.court(request) == first
    assert await other.unit(step) == received
    request.facts = "另有事实。"
    assert await refusal(other.court(request)) is Reason.REQUEST_ID_REUSED
    assert contents(referral_url) == before


async def test_of_processes_that_refer_a_suspect_at_once_one_does(open_exchange, referral_url):
    processes = [open_exchange() for _ in range(3)]
    asked = [p.court(sending(person(1), person(n + 2))) for n, p in enumerate(processes)]
    made = await asyncio.gather(*asked, return_exceptions=True)
    refused = [one for one in made if isinstance(one, XiezhiError)]
    assert [one.reason for one in refused] == [Reason.REFERRAL_EXISTS] * 2
    assert len(rows(referral_url, "referrals")) == 1


async def test_of_officers_who_decide_at_once_one_does(open_exchange, referral_url):
    processes = [open_exchange() for _ in range(3)]
    name = (await processes[0].court(sending())).referral.name
    await processes[0].unit(receipt(name))
    asked = [p.unit(ruling(name, files=bool(n % 2)), officer=f"P{n}") for n, p in enumerate(processes)]
    made = await asyncio.gather(*asked, return_exceptions=True)
    refused = [one for one in made if isinstance(one, XiezhiError)]
    assert [one.reason for one in refused] == [Reason.ALREADY_GIVEN] * 2
    assert len(rows(referral_url, "referral_facts")) == 2


async def test_a_request_that_comes_twice_at_once_is_one(open_exchange, referral_url):
    request = sending(request_id=str(uuid.uuid4()))
    first, second = await asyncio.gather(*(open_exchange().court(request) for _ in range(2)))
    assert first == second
    assert len(rows(referral_url, "referrals")) == 1


async def test_a_change_is_told_in_its_own_transaction(open_exchange, referral_url):
    told = []

    def tell(connection, change):
        told.append(change)
        if len(told) > 1:
            raise XiezhiError(Reason.STORE_UNAVAILABLE, "stopped")

    exchange = open_exchange(tell=tell)
    name = (await exchange.court(sending())).referral.name
    before = contents(referral_url)
    assert await refusal(exchange.unit(receipt(name))) is Reason.STORE_UNAVAILABLE
    assert contents(referral_url) == before
    assert [(change.by, len(change.made), len(change.before)) for change in told] == [(COURT, 1, 0), (UNIT, 1, 1)]


async def test_whose_a_referral_is_is_told_with_the_units_that_it_lay_with(exchange):
    name = (await exchange.court(sending(person(1)))).referral.name
    key = name.removeprefix("referrals/")
    assert await exchange.store.parties_of(key) == (COURT, (UNIT,))
    await exchange.unit(receipt(name))
    await exchange.unit(transfer(name, OTHER_UNIT))
    assert await exchange.store.parties_of(key) == (COURT, (OTHER_UNIT, UNIT))
    assert await exchange.store.parties_of("00000000-0000-4000-8000-000000000000") is None
