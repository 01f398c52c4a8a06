"""Which steps with a referral are let in, and that each rule refuses: A12, A13 and §10."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.codes.legal_time import legal_date
from services.codes.terms import end_of
from services.referral.domain import (
    Extended,
    FeedbackGiven,
    Ground,
    Item,
    Letter,
    OpinionGiven,
    Rank,
    Received,
    ReferralState,
    Reopened,
    Review,
    Sent,
    Supplemented,
    SupplementRequested,
    Transferred,
    Withdrawn,
    extend,
    receive,
    referral_at,
    request_supplement,
    send,
    supplement,
    transfer,
    withdraw,
)
from tests.unit.referral.domain.referred import (
    CALENDARS,
    CASE,
    COURT,
    OTHER_UNIT,
    TICK,
    UNIT,
    at,
    facts,
    filed,
    instants,
    not_filed,
    on,
    referred,
    sent,
)
from tests.unit.referral.domain.refusing import refused
from xiezhi.errors import FailedPrecondition, NotFound, Reason

NOW = at("2018-08-07")
LETTER = Letter(COURT, CASE, UNIT, ("a", "b"), on("2018-08-07"), frozenset(Item))
extend_by_chief = partial(extend, calendars=CALENDARS)


def test_a_referral_is_sent():
    found = send(LETTER, [], now=NOW)
    assert found == Sent(NOW, COURT, CASE, UNIT, ("a", "b"), on("2018-08-07"))
    assert [s.state for s in referral_at([found], NOW).suspects] == [ReferralState.SENT] * 2
    assert send(replace(LETTER, sent_on=on("2018-08-03"), follows="r0"), [], now=NOW).follows == "r0"


@pytest.mark.parametrize(
    ("items", "said"),
    [
        (frozenset(Item) - {Item.LETTER}, "案件移送函"),
        (frozenset(Item) - {Item.ACCOUNT}, "执行情况说明"),
        (frozenset(Item) - {Item.EVIDENCE}, "证据材料"),
    ],
)
def test_a_package_has_a_letter_an_account_and_evidence(items, said):
    message = refused(Reason.REFERRAL_PACKAGE_INCOMPLETE, send, replace(LETTER, items=items), [], now=NOW)
    assert said in message
    assert ";" not in message


def test_a_letter_of_the_future_is_refused():
    refused(Reason.REFERRAL_STATE, send, replace(LETTER, sent_on=on("2018-08-08")), [], now=NOW)


@pytest.mark.parametrize(
    ("later", "is_open"),
    [
        ([], True),
        ([filed("2018-08-06")], True),
        ([not_filed("2018-08-06")], True),
        ([filed("2018-08-06"), FeedbackGiven(at("2018-08-06", 13), "a")], False),
        ([not_filed("2018-08-06"), OpinionGiven(at("2018-08-06", 13), "a")], False),
        ([Withdrawn(at("2018-08-06", 13))], False),
    ],
)
def test_a_suspect_is_referred_once_while_a_referral_is_open(later, is_open):
    others = [referred("2018-08-03", "z"), [*referred("2018-08-06", "a"), *later]]
    if is_open:
        refused(Reason.REFERRAL_EXISTS, send, LETTER, others, now=NOW)
    else:
        assert send(LETTER, others, now=NOW)
    assert send(replace(LETTER, suspects=("b",)), others, now=NOW)


def test_the_unit_signs_for_it():
    assert receive([sent()], "R1", signed_at=NOW, now=NOW) == Received(NOW, NOW, "R1")
    paper = at("2018-08-06", 0)
    assert receive([sent()], "R1", signed_at=paper, now=NOW).signed_at == paper


@pytest.mark.parametrize("signed_at", [NOW + TICK, at("2018-08-05", 23, 59)])
def test_it_is_signed_for_between_sending_and_now(signed_at):
    assert "correct the time" in refused(Reason.REFERRAL_STATE, receive, [sent()], "R", signed_at=signed_at, now=NOW)


@pytest.mark.clause("R-5.5")
def test_what_was_signed_for_before_the_notice_has_no_clocks_and_is_refused():
    early = [replace(sent(), sent_on=on("2018-08-01"))]
    message = refused(Reason.REFERRAL_STATE, receive, early, "R", signed_at=at("2018-08-02", 23), now=NOW)
    assert "before the notice" in message
    assert receive(early, "R", signed_at=at("2018-08-03", 0), now=NOW)


def test_it_is_signed_for_once():
    message = refused(Reason.REFERRAL_STATE, receive, referred(), "R2", signed_at=NOW, now=NOW)
    assert "RECEIVED" in message
    assert "decide" in message
    assert "withdraw" in message


STEPS = [
    request_supplement,
    lambda known, now: transfer(known, OTHER_UNIT, now=now),
    lambda known, now: extend_by_chief(known, Review.COMPLEX, Rank.COUNTY_HEAD, now=now),
]


@pytest.mark.parametrize("step", STEPS)
def test_before_the_receipt_it_is_too_early_and_without_a_referral_there_is_none(step):
    refused(Reason.NOT_RECEIVED, step, [sent()], now=NOW)
    refused(Reason.REFERRAL_NOT_FOUND, step, [], now=NOW)


@pytest.mark.parametrize("step", [*STEPS, supplement, withdraw])
@pytest.mark.parametrize("end", [filed("2018-08-06"), not_filed("2018-08-06"), Withdrawn(at("2018-08-06", 13))])
def test_after_the_end_of_the_review_these_steps_are_refused(step, end):
    message = refused(Reason.REFERRAL_STATE, step, [*referred(), end], now=at("2018-08-06", 14))
    assert "which admits these steps" in message


def test_a_supplement_is_asked_for_and_made_once_at_a_time():
    known = [*referred(), request_supplement(referred(), now=NOW)]
    assert known[-1] == SupplementRequested(NOW)
    refused(Reason.REFERRAL_STATE, request_supplement, known, now=NOW)
    made = supplement(known, now=at("2018-09-01"))
    assert made == Supplemented(at("2018-09-01"))
    assert request_supplement([*known, made], now=at("2018-09-02"))


def test_a_supplement_needs_no_request():
    for known in ([sent()], referred(), [*referred(), Supplemented(at("2018-08-06", 12))]):
        assert supplement(known, now=NOW) == Supplemented(NOW)
    refused(Reason.REFERRAL_NOT_FOUND, supplement, [], now=NOW)


@pytest.mark.clause("R-3.1")
def test_it_is_passed_on_within_a_day_of_the_signature():
    end = at("2018-08-07", 10)
    assert transfer(referred(), OTHER_UNIT, now=end - TICK) == Transferred(end - TICK, OTHER_UNIT)
    refused(Reason.TRANSFER_TOO_LATE, transfer, referred(), OTHER_UNIT, now=end)
    late = [sent(), Received(at("2018-08-07", 9), at("2018-08-06", 9), "R1")]
    refused(Reason.TRANSFER_TOO_LATE, transfer, late, OTHER_UNIT, now=at("2018-08-07", 9))
    refused(Reason.REFERRAL_WRONG_UNIT, transfer, referred(), UNIT, now=end - TICK)


def test_the_other_unit_signs_for_it_anew_and_has_a_day_of_its_own():
    passed = [*referred(), Transferred(at("2018-08-07", 9), OTHER_UNIT)]
    now = at("2018-08-09", 10)
    refused(Reason.NOT_RECEIVED, transfer, passed, UNIT, now=now)
    refused(Reason.REFERRAL_STATE, receive, passed, "R2", signed_at=at("2018-08-07", 9) - TICK, now=now)
    passed.append(receive(passed, "R2", signed_at=at("2018-08-09", 9), now=now))
    refused(Reason.REFERRAL_WRONG_UNIT, transfer, passed, OTHER_UNIT, now=now)
    assert transfer(passed, UNIT, now=at("2018-08-10", 9) - TICK)
    refused(Reason.TRANSFER_TOO_LATE, transfer, passed, UNIT, now=at("2018-08-10", 9))


def test_it_is_not_passed_on_when_anything_is_decided():
    known = [*referred("2018-08-06", "a", "b"), filed("2018-08-06", "a")]
    refused(Reason.REFERRAL_STATE, transfer, known, OTHER_UNIT, now=at("2018-08-06", 13))


@pytest.mark.parametrize(
    ("review", "rank", "is_entitled"),
    [
        (Review.VERIFICATION, Rank.UNIT_HEAD, True),
        (Review.VERIFICATION, Rank.COUNTY_HEAD, True),
        (Review.COMPLEX, Rank.UNIT_HEAD, False),
        (Review.COMPLEX, Rank.COUNTY_HEAD, True),
    ],
)
def test_who_extends_the_review(review, rank, is_entitled):
    if is_entitled:
        assert extend_by_chief(referred(), review, rank, now=NOW) == Extended(NOW, review)
    else:
        refused(Reason.EXTENSION_NOT_ENTITLED, extend_by_chief, referred(), review, rank, now=NOW)


def test_a_review_is_extended_while_its_time_runs_and_only_further():
    chief, last = Rank.COUNTY_HEAD, end_of(on("2018-08-13"))
    assert extend_by_chief(referred(), Review.COMPLEX, chief, now=last - TICK)
    assert "is over" in refused(Reason.REFERRAL_STATE, extend_by_chief, referred(), Review.COMPLEX, chief, now=last)
    known = [*referred(), Extended(NOW, Review.VERIFICATION)]
    for done in (known, [*referred(), Extended(NOW, Review.COMPLEX)]):
        message = refused(
            Reason.REFERRAL_STATE, extend_by_chief, done, Review.VERIFICATION, chief, now=at("2018-08-08")
        )
        assert "as far already" in message
    assert extend_by_chief(known, Review.COMPLEX, chief, now=at("2018-08-08"))


def test_under_the_joint_opinion_there_is_one_extension():
    known, now = referred("2025-07-01"), at("2025-07-02")
    message = refused(Reason.REFERRAL_STATE, extend_by_chief, known, Review.VERIFICATION, Rank.COUNTY_HEAD, now=now)
    assert "do not know" in message
    assert extend_by_chief(known, Review.COMPLEX, Rank.COUNTY_HEAD, now=at("2025-07-08", 23))
    refused(Reason.REFERRAL_STATE, extend_by_chief, known, Review.COMPLEX, Rank.COUNTY_HEAD, now=at("2025-07-09", 0))


def test_what_a_prosecutor_ordered_to_file_is_no_review_to_extend():
    known = [
        *referred(),
        not_filed("2018-08-06"),
        OpinionGiven(at("2018-08-06", 13), "a"),
        Reopened(at("2018-08-07", 9), "a", Ground.PROSECUTOR, "D"),
    ]
    message = refused(Reason.REFERRAL_STATE, extend_by_chief, known, Review.COMPLEX, Rank.COUNTY_HEAD, now=NOW)
    assert "prosecutor" in message
    known[-1] = replace(known[-1], ground=Ground.NEW_EVIDENCE)
    assert extend_by_chief(known, Review.COMPLEX, Rank.COUNTY_HEAD, now=NOW)


def test_the_court_takes_back_a_referral_before_any_decision():
    for known in ([sent()], referred(), [*referred(), SupplementRequested(at("2018-08-06", 11))]):
        assert withdraw(known, now=NOW) == Withdrawn(NOW)
    known = [*referred("2018-08-06", "a", "b"), filed("2018-08-06", "a")]
    refused(Reason.REFERRAL_STATE, withdraw, known, now=NOW)
    refused(Reason.REFERRAL_NOT_FOUND, withdraw, [], now=NOW)


def test_facts_never_share_an_instant():
    known = [sent()]
    known.append(receive(known, "R1", signed_at=known[0].at, now=known[0].at))
    known.append(request_supplement(known, now=known[0].at - timedelta(hours=1)))
    assert [f.at - known[0].at for f in known] == [0 * TICK, TICK, 2 * TICK]


_steps = st.sampled_from(
    [
        *STEPS,
        supplement,
        withdraw,
        lambda known, now: receive(known, "R2", signed_at=now, now=now),
        lambda known, now: extend_by_chief(known, Review.VERIFICATION, Rank.UNIT_HEAD, now=now),
    ]
)


@settings(max_examples=50)
@given(facts, _steps, instants)
def test_what_is_let_in_changes_something(known, step, now):
    known = [f for f in known if f.at <= now]
    try:
        fact = step(known, now=now)
    except (FailedPrecondition, NotFound):
        return
    assert fact.at >= now
    if not isinstance(fact, Supplemented):
        assert referral_at([*known, fact], fact.at) != referral_at(known, fact.at)
    assert legal_date(fact.at) >= legal_date(now)
