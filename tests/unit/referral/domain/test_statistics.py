"""How referrals are answered, counted from their facts."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.referral.domain import (
    Campaign,
    FeedbackGiven,
    Ground,
    Grouping,
    History,
    OpinionGiven,
    Received,
    Reopened,
    Scope,
    Transferred,
    Withdrawn,
    tally,
)
from tests.unit.referral.domain.referred import (
    CALENDARS,
    COURT,
    OTHER_UNIT,
    UNIT,
    at,
    facts,
    filed,
    not_filed,
    on,
    referred,
    sent,
)

MOMENT = at("2018-12-03")
IN_TIME = [*referred(), filed("2018-08-07"), FeedbackGiven(at("2018-08-08"), "a")]
LATE = [*referred(), not_filed("2018-08-07"), OpinionGiven(at("2018-08-16"), "a")]
SILENT = referred()
BACK = [*referred(), Withdrawn(at("2018-08-07"))]
PASSED = [*SILENT, Transferred(at("2018-08-06", 11), OTHER_UNIT)]
CAMPAIGNS = (
    Campaign("c1", "夏季行动", on("2018-08-01"), on("2018-08-31"), frozenset({"r0", "r1"})),
    Campaign("c2", "南昌行动", on("2018-08-01"), on("2018-08-31"), frozenset({"r1"})),
)


def scope(grouping=Grouping.COURT, first="2018-08-01", last="2018-08-31"):
    return Scope(on(first), on(last), grouping, CAMPAIGNS)


def counted(*known, of=None, moment=MOMENT):
    histories = [History(f"r{place}", history) for place, history in enumerate(known)]
    return tally(histories, of or scope(), moment, calendars=CALENDARS)


def test_one_court():
    found, total = counted(IN_TIME, LATE, SILENT, BACK)
    assert found.key == COURT
    assert (found.referrals, found.suspects, found.filed, found.not_filed, found.undecided) == (4, 4, 1, 1, 2)
    # In time: the feedback. Late: the opinion. Overdue: the silent one.
    assert (found.due, found.on_time, found.on_time_rate) == (3, 1, Fraction(1, 3))
    assert found.median_days == 6
    assert total == replace(found, key="")


FILED = [*referred(), filed("2018-08-07")]
AGAIN = [*LATE, Reopened(at("2018-09-03"), "a", Ground.PROSECUTOR, "D1"), filed("2018-09-04")]


@pytest.mark.parametrize(
    ("known", "moment", "answers"),
    [
        (FILED, "2018-08-10", []),
        (FILED, "2018-08-11", [False]),
        ([*FILED, FeedbackGiven(at("2018-08-10"), "a")], "2018-08-10", [True]),
        ([*FILED, FeedbackGiven(at("2018-08-11"), "a")], "2018-08-11", [False]),
        ([*referred(), filed("2018-08-14"), FeedbackGiven(at("2018-08-14", 13), "a")], "2018-08-14", [False]),
        (LATE, "2018-08-13", []),
        (LATE, "2018-08-14", [False]),
        (AGAIN, "2018-09-04", [False]),
        ([*AGAIN, FeedbackGiven(at("2018-09-05"), "a")], "2018-09-05", [False, True]),
        (BACK, "2018-12-03", []),
        (PASSED, "2018-12-03", []),
        (referred("2025-07-01"), "2025-07-08", []),
        (referred("2025-07-01"), "2025-07-09", [False]),
    ],
)
def test_a_review_has_one_written_answer_which_is_late_if_anything_before_it_was(known, moment, answers):
    of = scope(last="2025-12-31")
    *_, total = counted(known, of=of, moment=at(moment, 23))
    assert (total.due, total.on_time) == (len(answers), sum(answers))


OTHER_COURT = [replace(IN_TIME[0], court_code="赣0702"), *IN_TIME[1:]]
SEPTEMBER = referred("2018-09-03")


@pytest.mark.parametrize(
    ("grouping", "expected"),
    [
        (Grouping.COURT, {COURT: 3, "赣0702": 1, "": 4}),
        (Grouping.UNIT, {UNIT: 3, OTHER_UNIT: 1, "": 4}),
        (Grouping.CAMPAIGN, {"c1": 2, "c2": 1, "": 4}),
        (Grouping.MONTH, {"2018-08": 3, "2018-09": 1, "": 4}),
    ],
)
def test_by_what_they_are_counted(grouping, expected):
    found = counted(IN_TIME, PASSED, OTHER_COURT, SEPTEMBER, of=scope(grouping, last="2018-09-30"))
    assert {t.key: t.referrals for t in found} == expected


def test_only_what_was_received_in_the_scope_and_until_the_moment_is_counted():
    (total,) = counted(referred("2018-07-31"), referred("2018-09-01"), [sent()])
    assert (total.referrals, total.on_time_rate, total.median_days) == (0, None, None)
    assert len(counted(SILENT, moment=at("2018-08-05"))) == 1
    assert len(counted(SILENT, of=scope(first="2018-08-06", last="2018-08-06"))) == 2


def test_it_is_counted_in_the_month_of_its_first_receipt_and_answered_from_then_on():
    known = [*PASSED, Received(at("2018-09-03"), at("2018-09-03"), "R2"), filed("2018-09-03")]
    found, _ = counted([*known, FeedbackGiven(at("2018-09-04"), "a")], of=scope(Grouping.MONTH))
    assert (found.key, found.median_days) == ("2018-08", 29)


def test_what_is_reopened_is_undecided_again():
    found, _ = counted([*LATE, Reopened(at("2018-09-03"), "a", Ground.PROSECUTOR, "D1")])
    assert (found.not_filed, found.undecided, found.median_days) == (0, 1, 10)


@settings(max_examples=30)
@given(st.lists(facts, max_size=4), st.sampled_from(Grouping), st.randoms(use_true_random=False))
def test_the_order_of_referrals_does_not_matter_and_none_is_lost(known, grouping, chance):
    histories = [History(f"r{place}", history) for place, history in enumerate(known)]
    found = tally(histories, scope(grouping), MOMENT, calendars=CALENDARS)
    chance.shuffle(histories)
    assert tally(histories, scope(grouping), MOMENT, calendars=CALENDARS) == found
    *rows, total = found
    if grouping is not Grouping.CAMPAIGN:
        assert sum(row.suspects for row in rows) == total.suspects
        assert sum(row.due for row in rows) == total.due
    assert all(row.on_time <= row.due for row in found)
    assert all(row.undecided >= 0 for row in found)
