"""What courts refer, supplement, take back and see, over the wire's messages and files in memory."""

from __future__ import annotations

import hashlib
import uuid
from datetime import timedelta
from itertools import pairwise

import pytest

from services.referral.domain import Received, Sent, Supplemented
from tests.unit.referral.asked import (
    EVIDENCE,
    NOW,
    REASONS,
    company,
    fetching,
    letter,
    listing,
    missing,
    opinion,
    person,
    receipt,
    ruling,
    sending,
    supplement,
    withdrawal,
)
from tests.unit.referral.domain.referred import CASE, COURT, OTHER_UNIT, UNIT
from tests.unit.referral.exchange import Exchange
from xiezhi.errors import Reason, XiezhiError
from xiezhi.referral.v1 import referral_pb2


@pytest.fixture
def exchange():
    return Exchange()


async def refusal(asked):
    with pytest.raises(XiezhiError) as refused:
        await asked
    return refused.value.reason


async def test_a_referral_is_shown_as_it_was_sent(exchange):
    made = (await exchange.court(sending(person(1), company()))).referral
    assert (made.court_code, made.case_number, made.unit) == (COURT, CASE, UNIT)
    assert made.state == referral_pb2.REFERRAL_STATE_SENT
    assert [(s.index, s.party, s.state) for s in made.suspects] == [
        (0, person(1), referral_pb2.REFERRAL_STATE_SENT),
        (1, company(), referral_pb2.REFERRAL_STATE_SENT),
    ]
    assert made.facts == sending().facts
    assert tuple(made.evidence) == EVIDENCE
    assert made.send_time.ToDatetime(NOW.tzinfo) == NOW
    assert not made.HasField("receive_time")
    assert list(made.duties) == []
    assert [d.kind for d in made.documents] == [
        referral_pb2.REFERRAL_DOCUMENT_KIND_LETTER,
        referral_pb2.REFERRAL_DOCUMENT_KIND_ACCOUNT,
    ]
    assert {d.sealed_by for d in made.documents} == {COURT}
    assert [(e.kind, e.organisation) for e in made.events] == [(referral_pb2.REFERRAL_EVENT_KIND_SENT, COURT)]


@pytest.mark.parametrize("lacking", ["letter_pdf", "account_pdf", "evidence"])
async def test_an_incomplete_package_is_refused(exchange, lacking):
    request = sending()
    request.ClearField(lacking)
    assert await refusal(exchange.court(request)) is Reason.REFERRAL_PACKAGE_INCOMPLETE
    assert exchange.store.files == {}


@pytest.mark.parametrize(
    ("court", "unit", "reason"),
    [
        (COURT, OTHER_UNIT, Reason.REFERRAL_WRONG_UNIT),
        (COURT, "360100000000", Reason.REFERRAL_WRONG_UNIT),
        ("赣01", "360102050000", Reason.REFERRAL_WRONG_UNIT),
        ("赣", "360102050000", Reason.REFERRAL_WRONG_UNIT),
        ("赣01", "360100000000", None),
        ("赣", "360700000000", None),
        ("赣", "360000000000", None),
    ],
)
async def test_a_court_refers_to_the_unit_at_its_place(exchange, court, unit, reason):
    asked = exchange.court(sending(court=court, unit=unit), court=court)
    if reason is None:
        assert (await asked).referral.unit == unit
    else:
        assert await refusal(asked) is reason


async def test_a_letter_names_every_suspect(exchange):
    request = sending(person(1), person(2), named=[person(1).name])
    with pytest.raises(XiezhiError, match="FIELDS_INVALID") as refused:
        await exchange.court(request)
    assert [v.field for v in refused.value.violations] == ["suspects[1].name"]
    assert person(2).name not in str(refused.value)


async def test_a_name_that_the_font_lacks_may_be_told_by_its_number(exchange):
    rare = person(1, "测试\U00020bb7")
    assert (await exchange.court(sending(rare, named=["测试〓（U+20BB7）"]))).referral.suspects[0].party == rare


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r.suspects.append(person(1, "测试又名")),
        lambda r: r.evidence[0].ClearField("sha256") or setattr(r.evidence[0], "sha256", b"1"),
        lambda r: setattr(r.suspects[0], "id_number", "369901189001011234"),
        lambda r: setattr(r.context, "case_number", "（2018）赣01执1号"),
    ],
)
async def test_what_cannot_be_read_is_refused(exchange, change):
    request = sending()
    change(request)
    assert await refusal(exchange.court(request)) is Reason.FIELDS_INVALID


async def test_a_file_that_is_not_listed_is_refused(exchange):
    request = sending()
    del request.context.documents[1]
    assert await refusal(exchange.court(request)) is Reason.DOCUMENT_NOT_LISTED


async def test_an_open_referral_of_the_suspect_stands_in_the_way(exchange):
    await exchange.court(sending(person(1), person(2)))
    assert await refusal(exchange.court(sending(person(2), person(3)))) is Reason.REFERRAL_EXISTS
    await exchange.court(sending(person(3)))
    await exchange.court(sending(person(2), serial=2))


async def test_new_evidence_makes_a_referral_that_follows_the_former_one(exchange):
    first = (await exchange.court(sending())).referral
    await exchange.unit(receipt(first.name))
    await exchange.unit(ruling(first.name, files=False))
    assert await refusal(exchange.court(sending(predecessor=first.name))) is Reason.REFERRAL_EXISTS
    await exchange.unit(opinion(first.name))
    exchange.clock.advance(timedelta(days=1))
    second = (await exchange.court(sending(predecessor=first.name))).referral
    assert second.predecessor == first.name
    before, after = (await exchange.court(listing())).referrals
    assert (before.successor, after.predecessor) == (second.name, first.name)
    then = (await exchange.court(listing(as_of=NOW + timedelta(hours=1)))).referrals
    assert [(r.name, r.successor) for r in then] == [(first.name, "")]


@pytest.mark.parametrize("known", [False, True])
async def test_an_unknown_predecessor_or_one_of_another_case_is_refused(exchange, known):
    name = f"referrals/{uuid.uuid4()}"
    if known:
        name = (await exchange.court(sending(serial=2))).referral.name
    assert await refusal(exchange.court(sending(predecessor=name))) is Reason.REFERRAL_NOT_FOUND


async def test_a_predecessor_has_one_of_the_suspects(exchange):
    former = (await exchange.court(sending(person(1)))).referral.name
    asked = sending(person(2), person(3), predecessor=former)
    assert await refusal(exchange.court(asked)) is Reason.REFERRAL_NOT_FOUND
    await exchange.court(withdrawal(former))
    assert (await exchange.court(sending(person(2), person(1), predecessor=former))).referral.predecessor == former


async def test_a_repeated_request_has_the_first_answer_and_another_one_under_its_id_is_refused(exchange):
    request = sending(request_id=str(uuid.uuid4()))
    first = await exchange.court(request)
    exchange.clock.advance(timedelta(days=9))
    assert await exchange.court(request) == first
    assert exchange.store.changes == 1
    request.facts = "另有事实。"
    assert await refusal(exchange.court(request)) is Reason.REQUEST_ID_REUSED


async def test_a_supplement_brings_evidence_and_moves_no_clock(exchange):
    name = (await exchange.court(sending())).referral.name
    received = (await exchange.unit(receipt(name))).referral
    await exchange.unit(missing(name))
    request = supplement(name)
    made = (await exchange.court(request)).referral
    assert made.state == referral_pb2.REFERRAL_STATE_RECEIVED
    assert len(made.evidence) == len(EVIDENCE) + 1
    assert made.documents[-1].kind == referral_pb2.REFERRAL_DOCUMENT_KIND_SUPPLEMENT
    still = [d for d in made.duties if d.kind != referral_pb2.DUTY_KIND_SUPPLEMENT]
    assert [d.due_date for d in still] == [d.due_date for d in received.duties]
    fetched = await exchange.court(fetching(name, made.documents[-1].sha256))
    assert fetched.pdf == request.supplement_pdf


async def test_after_the_decision_nothing_is_supplemented_or_taken_back(exchange):
    name = (await exchange.court(sending())).referral.name
    await exchange.unit(receipt(name))
    await exchange.unit(ruling(name))
    assert await refusal(exchange.court(supplement(name))) is Reason.REFERRAL_STATE
    assert await refusal(exchange.court(withdrawal(name))) is Reason.REFERRAL_STATE


async def test_a_referral_is_taken_back_and_the_suspect_may_be_referred_again(exchange):
    name = (await exchange.court(sending())).referral.name
    await exchange.unit(receipt(name))
    made = (await exchange.court(withdrawal(name))).referral
    assert made.state == referral_pb2.REFERRAL_STATE_WITHDRAWN
    assert {d.state for d in made.duties} == {referral_pb2.DUTY_STATE_VOID}
    assert made.events[-1].text == "已履行"
    await exchange.court(sending())


@pytest.mark.parametrize("ask", [supplement, withdrawal, lambda name, **known: fetching(name, bytes(32), **known)])
@pytest.mark.parametrize("known", [{"serial": 2}, {"suspect": person(2)}, {"court": "赣0103"}])
async def test_the_referral_of_another_court_case_or_suspect_is_not_there(exchange, ask, known):
    name = (await exchange.court(sending())).referral.name
    court = known.get("court", COURT)
    assert await refusal(exchange.court(ask(name, **known), court=court)) is Reason.REFERRAL_NOT_FOUND
    assert await refusal(exchange.court(ask(f"referrals/{uuid.uuid4()}"))) is Reason.REFERRAL_NOT_FOUND


async def test_documents_are_the_very_bytes_that_were_sent(exchange):
    request = sending()
    made = (await exchange.court(request)).referral
    for document, pdf in zip(made.documents, (request.letter_pdf, request.account_pdf), strict=True):
        fetched = await exchange.court(fetching(made.name, document.sha256))
        assert (fetched.document, fetched.pdf) == (document, pdf)
        assert hashlib.sha256(fetched.pdf).digest() == document.sha256
    assert await refusal(exchange.court(fetching(made.name, bytes(32)))) is Reason.NOT_FOUND


async def test_a_document_of_another_referral_is_not_there(exchange):
    other = (await exchange.court(sending(serial=2, named=["甲某", person().name]))).referral
    name = (await exchange.court(sending())).referral.name
    assert await refusal(exchange.court(fetching(name, other.documents[0].sha256))) is Reason.NOT_FOUND


async def test_the_past_is_shown_as_it_was(exchange):
    name = (await exchange.court(sending())).referral.name
    exchange.clock.advance(timedelta(hours=1))
    await exchange.unit(receipt(name))
    exchange.clock.advance(timedelta(hours=1))
    await exchange.unit(ruling(name, files=False))
    await exchange.unit(opinion(name))
    states = [
        [r.state for r in (await exchange.court(listing(as_of=NOW + timedelta(minutes=m)))).referrals]
        for m in (-1, 0, 59, 60)
    ]
    assert states == [
        [],
        [referral_pb2.REFERRAL_STATE_SENT],
        [referral_pb2.REFERRAL_STATE_SENT],
        [referral_pb2.REFERRAL_STATE_RECEIVED],
    ]
    now = (await exchange.court(listing())).referrals[0]
    assert now.state == referral_pb2.REFERRAL_STATE_OPINION_GIVEN
    assert now.events[-1].text == "\n".join(REASONS)
    assert (await exchange.court(fetching(name, now.documents[-1].sha256))).pdf == letter(person().name, *REASONS)


async def test_what_is_to_come_is_not_shown(exchange):
    request = listing(as_of=NOW + timedelta(microseconds=1000))
    assert await refusal(exchange.court(request)) is Reason.FIELDS_INVALID


async def test_the_referrals_of_another_suspect_or_case_are_not_shown(exchange):
    await exchange.court(sending())
    for known in ({"suspect": person(2)}, {"serial": 2}):
        assert list((await exchange.court(listing(**known))).referrals) == []


async def test_after_sixty_days_without_an_answer_private_prosecution_is_open(exchange):
    name = (await exchange.court(sending())).referral.name
    await exchange.unit(receipt(name))
    exchange.clock.advance(timedelta(days=70))
    shown = (await exchange.court(listing())).referrals[0]
    sixty = next(d for d in shown.duties if d.kind == referral_pb2.DUTY_KIND_SIXTY_DAYS)
    assert (sixty.state, sixty.actor, sixty.suspect) == (referral_pb2.DUTY_STATE_OVERDUE, UNIT, 0)
    assert sixty.days < 0
    assert (shown.private_prosecution_date.month, shown.private_prosecution_date.day) == (11, 27)


async def test_each_change_is_told_with_the_facts_before_and_after(exchange):
    name = (await exchange.court(sending())).referral.name
    await exchange.unit(receipt(name))
    await exchange.court(supplement(name))
    told = exchange.store.told
    assert [[type(fact) for fact in change.made] for change in told] == [[Sent], [Received], [Supplemented]]
    assert [change.by for change in told] == [COURT, UNIT, COURT]
    assert all(name.endswith(change.referral_id) and change.at == change.after[-1].at for change in told)
    assert all(first.after == second.before for first, second in pairwise(told))
    assert {change.sent.court_code for change in told} == {COURT}
