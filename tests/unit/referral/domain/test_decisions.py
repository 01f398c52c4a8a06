"""Which decisions and answers are let in, and that each rule refuses: R-3.2 and R-3.3."""

from __future__ import annotations

from functools import partial

import pytest

from services.referral.domain import (
    Decided,
    Decision,
    FeedbackGiven,
    Ground,
    OpinionGiven,
    Reopened,
    SupplementRequested,
    Withdrawn,
    decide,
    give_feedback,
    give_opinion,
    reopen,
)
from tests.unit.referral.domain.referred import at, filed, not_filed, on, referred, sent
from tests.unit.referral.domain.refusing import refused
from xiezhi.errors import Reason

NOW = at("2018-08-09")
TODAY = on("2018-08-09")
FILED, NOT_FILED = [*referred(), filed("2018-08-08")], [*referred(), not_filed("2018-08-08")]
FED_BACK = [*FILED, FeedbackGiven(at("2018-08-08", 13), "a")]
OPINED = [*NOT_FILED, OpinionGiven(at("2018-08-08", 13), "a")]
REOPENED = [*OPINED, Reopened(at("2018-08-09", 9), "a", Ground.PROSECUTOR, "D1")]
WITHDRAWN = [*referred(), Withdrawn(at("2018-08-08"))]


def decided(known, decision=Decision.FILED, **more):
    return decide(known, "a", decision, **({"decided_on": TODAY, "now": NOW} | more))


opine = partial(give_opinion, has_reasons=True)
reopened = partial(reopen, ground=Ground.NEW_EVIDENCE, document="E1")


@pytest.mark.parametrize("known", [referred(), [*referred(), SupplementRequested(at("2018-08-07"))], REOPENED])
@pytest.mark.parametrize("decision", Decision)
def test_a_decision_is_let_in_while_the_unit_reviews(known, decision):
    assert decided(known, decision) == Decided(NOW, "a", decision, TODAY)


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ([sent()], Reason.NOT_RECEIVED),
        ([], Reason.REFERRAL_NOT_FOUND),
        (FILED, Reason.ALREADY_GIVEN),
        (NOT_FILED, Reason.ALREADY_GIVEN),
        (FED_BACK, Reason.ALREADY_GIVEN),
        (OPINED, Reason.ALREADY_GIVEN),
        (WITHDRAWN, Reason.REFERRAL_STATE),
    ],
)
def test_a_decision_is_refused_otherwise(known, reason):
    refused(reason, decided, known)


@pytest.mark.parametrize(
    ("day", "has_reason", "is_let_in"),
    [
        ("2018-08-05", True, False),
        ("2018-08-06", False, False),
        ("2018-08-06", True, True),
        ("2018-08-08", False, False),
        ("2018-08-09", False, True),
        ("2018-08-10", True, False),
    ],
)
def test_a_decision_has_a_day_since_the_receipt_and_a_reason_if_it_is_told_later(day, has_reason, is_let_in):
    if is_let_in:
        assert decided(referred(), decided_on=on(day), has_reason_for_date=has_reason).decided_on == on(day)
    else:
        refused(Reason.DECISION_DATE_INVALID, decided, referred(), decided_on=on(day), has_reason_for_date=has_reason)


def test_after_a_reopening_a_decision_is_not_dated_before_it():
    refused(Reason.DECISION_DATE_INVALID, decided, REOPENED, decided_on=on("2018-08-08"), has_reason_for_date=True)


def test_today_is_the_day_in_shanghai():
    midnight = at("2018-08-10", 0)
    assert decided(referred(), decided_on=on("2018-08-10"), now=midnight)
    refused(Reason.DECISION_DATE_INVALID, decided, referred(), now=midnight)


@pytest.mark.parametrize("late", [NOW, at("2019-08-09")])
def test_answers_are_let_in_also_late(late):
    assert give_feedback(FILED, "a", now=late) == FeedbackGiven(late, "a")
    assert opine(NOT_FILED, "a", now=late) == OpinionGiven(late, "a")


@pytest.mark.parametrize(
    ("step", "known", "reason"),
    [
        (give_feedback, referred(), Reason.NOT_DECIDED),
        (give_feedback, [sent()], Reason.NOT_RECEIVED),
        (give_feedback, [], Reason.REFERRAL_NOT_FOUND),
        (give_feedback, NOT_FILED, Reason.NOT_DECIDED),
        (give_feedback, OPINED, Reason.NOT_DECIDED),
        (give_feedback, REOPENED, Reason.NOT_DECIDED),
        (give_feedback, FED_BACK, Reason.ALREADY_GIVEN),
        (give_feedback, WITHDRAWN, Reason.REFERRAL_STATE),
        (opine, referred(), Reason.NOT_DECIDED),
        (opine, [sent()], Reason.NOT_RECEIVED),
        (opine, FILED, Reason.NOT_DECIDED),
        (opine, FED_BACK, Reason.NOT_DECIDED),
        (opine, OPINED, Reason.ALREADY_GIVEN),
        (opine, WITHDRAWN, Reason.REFERRAL_STATE),
    ],
)
def test_an_answer_tells_of_a_decision_once(step, known, reason):
    refused(reason, step, known, "a", now=NOW)


def test_an_opinion_has_reasons():
    refused(Reason.REASONS_MISSING, give_opinion, NOT_FILED, "a", has_reasons=False, now=NOW)


def test_of_another_suspect_nothing_is_known():
    for step in (give_feedback, opine, reopened):
        refused(Reason.REFERRAL_NOT_FOUND, step, FILED, "z", now=NOW)


@pytest.mark.parametrize("known", [NOT_FILED, OPINED])
def test_what_was_not_filed_is_reopened(known):
    assert reopened(known, "a", now=NOW) == Reopened(NOW, "a", Ground.NEW_EVIDENCE, "E1")


@pytest.mark.parametrize("document", ["", "  "])
def test_a_reopening_names_its_ground(document):
    refused(Reason.REOPENING_GROUND_MISSING, reopened, OPINED, "a", document=document, now=NOW)


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (referred(), Reason.NOT_DECIDED),
        (FILED, Reason.REFERRAL_STATE),
        (FED_BACK, Reason.REFERRAL_STATE),
        (REOPENED, Reason.NOT_DECIDED),
        (WITHDRAWN, Reason.REFERRAL_STATE),
        ([sent()], Reason.NOT_RECEIVED),
    ],
)
def test_nothing_else_is_reopened(known, reason):
    refused(reason, reopened, known, "a", now=NOW)
