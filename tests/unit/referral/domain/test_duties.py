"""What is due and what was missed: vectors, A13 and what holds for any facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.codes.legal_time import legal_date
from services.codes.terms import end_of
from services.referral.domain import (
    JOINT_RULES,
    LAW,
    NOTICE_RULES,
    Calendar,
    Calendars,
    Decided,
    Decision,
    DutyKind,
    DutyState,
    Extended,
    FeedbackGiven,
    Ground,
    Mark,
    OpinionGiven,
    Received,
    Reopened,
    Review,
    RuleId,
    Supplemented,
    SupplementRequested,
    Transferred,
    Withdrawn,
    adjust,
    duties_at,
    marks_of,
    private_prosecution_eligible_on,
    referral_at,
)
from tests.unit.referral.domain.referred import (
    CALENDARS,
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
from tests.unit.referral.domain.test_clocks import VECTORS

OPEN, OVERDUE, DONE, DONE_LATE, VOID = DutyState
STOPPING = (replace(NOTICE_RULES, supplement_stops=True), JOINT_RULES)


def duty(known, moment, rule_id, *, calendars=CALENDARS, law=LAW, suspect="a"):
    *_, found = [
        d
        for d in duties_at(known, moment, calendars, law=law)
        if d.deadline.rule.id is rule_id and d.suspect == suspect
    ]
    return found


def shown(found):
    return found.state, found.days_left, found.days_late


def marks(known, moment, suspect="a"):
    return marks_of(duties_at(known, moment, CALENDARS), suspect)


@pytest.mark.clause("R-3.2")
@pytest.mark.parametrize(("event", "three", "five"), VECTORS)
def test_feedback_on_every_vector(event, three, five):
    last = end_of(on(three))
    known = [*referred(event), filed(event)]
    for moment, status, is_marked in ((last - TICK, OPEN, False), (last, OVERDUE, True)):
        found = duty(known, moment, RuleId.FILED_FEEDBACK)
        assert (found.deadline.due, found.state, found.who) == (on(three), status, UNIT)
        assert marks(known, moment) == (frozenset({Mark.FEEDBACK_OVERDUE}) if is_marked else frozenset())
    for given_at, status, late in ((last - TICK, DONE, 0), (last, DONE_LATE, 1)):
        found = duty([*known, FeedbackGiven(given_at, "a")], given_at, RuleId.FILED_FEEDBACK)
        assert shown(found) == (status, None, late)
        assert not marks([*known, FeedbackGiven(given_at, "a")], given_at)


@pytest.mark.clause("R-3.3")
@pytest.mark.parametrize(("event", "three", "five"), VECTORS)
def test_opinion_on_every_vector(event, three, five):
    last = end_of(on(five))
    known = referred(event)
    assert marks(known, last - TICK) == frozenset()
    assert marks(known, last) == {Mark.FEEDBACK_OVERDUE}
    known.append(not_filed(event))
    for given_at, status in ((last - TICK, DONE), (last, DONE_LATE)):
        found = duty([*known, OpinionGiven(given_at, "a")], given_at, RuleId.OPINION)
        assert (found.deadline.due, found.state) == (on(five), status)


def test_the_example_of_the_sheet():
    known = [*referred("2018-09-28"), filed("2018-09-28")]
    assert shown(duty(known, at("2018-10-06"), RuleId.FILED_FEEDBACK)) == (OPEN, 2, 0)
    assert shown(duty(known, at("2018-10-11"), RuleId.FILED_FEEDBACK)) == (OVERDUE, None, 3)


def test_the_clock_runs_from_the_signature_not_from_sending_or_telling():
    known = [sent("2018-08-01"), Received(at("2018-08-09"), at("2018-08-06", 23, 59), "R1")]
    found = duty(known, at("2018-08-09"), RuleId.OPINION)
    assert (found.deadline.start, found.deadline.due) == (on("2018-08-06"), on("2018-08-13"))
    known[1] = replace(known[1], signed_at=at("2018-08-07", 0))
    assert duty(known, at("2018-08-09"), RuleId.OPINION).deadline.start == on("2018-08-07")


def test_before_the_receipt_nothing_is_due():
    assert duties_at([sent()], at("2018-12-01"), CALENDARS) == ()
    assert duties_at([], at("2018-12-01"), CALENDARS) == ()


@pytest.mark.clause("R-3.2", "R-3.3")
def test_filing_answers_the_five_days_and_starts_the_three():
    known = [*referred(), filed("2018-08-10")]
    assert duty(known, at("2018-08-12"), RuleId.OPINION).state is DONE
    assert duty(known, at("2018-08-12"), RuleId.REVIEW).state is DONE_LATE
    assert duty(known, at("2018-08-12"), RuleId.FILED_FEEDBACK).deadline.due == on("2018-08-13")


def test_filing_after_five_days_was_overdue_until_then():
    known = [*referred(), filed("2018-08-16")]
    assert marks(known, at("2018-08-15")) == {Mark.FEEDBACK_OVERDUE}
    assert marks(known, at("2018-08-17")) == frozenset()
    assert shown(duty(known, at("2018-08-17"), RuleId.OPINION)) == (DONE_LATE, None, 3)


def test_a_decision_that_is_told_late_counts_from_its_day():
    told = Decided(at("2018-08-14"), "a", Decision.FILED, on("2018-08-07"))
    known = [*referred(), told]
    assert marks(known, at("2018-08-14", 9)) == {Mark.FEEDBACK_OVERDUE}
    assert duty(known, at("2018-08-14"), RuleId.OPINION).state is DONE
    assert shown(duty(known, at("2018-08-14"), RuleId.FILED_FEEDBACK)) == (OVERDUE, None, 4)


@pytest.mark.parametrize(
    ("review", "rule_ids", "due"),
    [
        (Review.VERIFICATION, (RuleId.REVIEW_VERIFIED, RuleId.OPINION_VERIFIED), "2018-08-13"),
        (Review.COMPLEX, (RuleId.REVIEW_COMPLEX, RuleId.OPINION_COMPLEX), "2018-09-05"),
    ],
)
def test_an_extension_puts_other_clocks_in_the_place_of_those_that_ran(review, rule_ids, due):
    known = [*referred(), Extended(at("2018-08-07"), review)]
    for old in (RuleId.REVIEW, RuleId.OPINION):
        found = duty(known, at("2018-09-30"), old)
        assert shown(found) == (VOID, None, 0)
        assert found.deadline == duty(referred(), at("2018-08-06"), old).deadline
    for new in rule_ids:
        assert duty(known, at("2018-08-08"), new).deadline.due == on(due)
    assert marks(known, end_of(on(due)) - TICK) == frozenset()
    assert marks(known, end_of(on(due))) == {Mark.FEEDBACK_OVERDUE}


def test_an_extension_is_extended_but_never_shortened():
    known = [*referred(), Extended(at("2018-08-07"), Review.COMPLEX), Extended(at("2018-08-08"), Review.VERIFICATION)]
    assert RuleId.REVIEW_VERIFIED not in {d.deadline.rule.id for d in duties_at(known, at("2018-08-09"), CALENDARS)}
    known[2:] = [Extended(at("2018-08-07"), Review.VERIFICATION), Extended(at("2018-08-08"), Review.COMPLEX)]
    assert duty(known, at("2018-08-09"), RuleId.OPINION_VERIFIED).state is VOID
    assert duty(known, at("2018-08-09"), RuleId.OPINION_COMPLEX).state is OPEN


def test_under_the_joint_opinion_the_review_takes_seven_days_and_the_notice_seven_more():
    known = referred("2025-07-01")
    assert {d.deadline.rule_version for d in duties_at(known, at("2025-07-02"), CALENDARS)} == {"8-2025"}
    assert duty(known, at("2025-07-02"), RuleId.REVIEW).deadline.due == on("2025-07-08")
    assert marks(known, end_of(on("2025-07-08"))) == {Mark.FEEDBACK_OVERDUE}
    ignored = [*known, Extended(at("2025-07-02"), Review.VERIFICATION)]
    assert duty(ignored, at("2025-07-03"), RuleId.REVIEW).state is OPEN
    known.append(Extended(at("2025-07-02"), Review.COMPLEX))
    assert duty(known, at("2025-07-02"), RuleId.REVIEW_COMPLEX).deadline.due == on("2025-07-31")
    known.append(not_filed("2025-07-10"))
    assert duty(known, at("2025-07-11"), RuleId.NON_FILING_NOTICE).deadline.due == on("2025-07-17")
    known.append(OpinionGiven(at("2025-07-18"), "a"))
    assert shown(duty(known, at("2025-07-18"), RuleId.NON_FILING_NOTICE)) == (DONE_LATE, None, 1)


def test_the_version_is_that_of_the_receipt_whenever_it_is_decided():
    known = [*referred("2025-06-30"), not_filed("2025-07-02")]
    assert {d.deadline.rule_version for d in duties_at(known, at("2025-07-03"), CALENDARS)} == {"160-2018"}


def test_a_request_for_a_supplement_is_the_courts_and_stops_nothing():
    known = [*referred(), SupplementRequested(at("2018-08-07")), Supplemented(at("2018-08-13"))]
    asked = duty(known, at("2018-08-08"), RuleId.SUPPLEMENT, suspect="")
    assert (asked.who, asked.deadline.due, asked.state) == (COURT, on("2018-08-10"), OPEN)
    assert shown(duty(known, at("2018-08-13"), RuleId.SUPPLEMENT, suspect="")) == (DONE_LATE, None, 3)
    assert (
        duty(known, at("2018-08-13"), RuleId.OPINION).deadline
        == duty(referred(), at("2018-08-06"), RuleId.OPINION).deadline
    )
    decided = [*known[:3], filed("2018-08-08")]
    assert duty(decided, at("2018-08-09"), RuleId.SUPPLEMENT, suspect="").state is VOID


def test_a_court_has_the_days_that_it_was_given_when_it_was_asked():
    known = [*referred(), SupplementRequested(at("2018-08-07"), 10), Supplemented(at("2018-08-08"))]
    known.append(SupplementRequested(at("2018-08-09")))
    dues = {d.started_at: d.deadline.due for d in duties_at(known, at("2018-08-10"), CALENDARS) if not d.suspect}
    assert dues == {at("2018-08-07"): on("2018-08-17"), at("2018-08-09"): on("2018-08-13")}


def test_where_it_is_configured_the_clock_stands_still_meanwhile():
    known = [*referred(), SupplementRequested(at("2018-08-07"))]

    def due(moment, facts_then=known):
        return duty(facts_then, moment, RuleId.OPINION, law=STOPPING).deadline.due

    assert due(at("2018-08-07")) == on("2018-08-13")
    assert due(at("2018-08-10")) == on("2018-08-14")
    known.append(Supplemented(at("2018-08-10")))
    assert due(at("2018-12-01")) == on("2018-08-14")
    # Without the three days for which it stood still first, the second request would be after the nominal last day.
    known += [SupplementRequested(at("2018-08-14", 11)), Supplemented(at("2018-08-15"))]
    assert due(at("2018-12-01")) == on("2018-08-15")
    late = [*referred(), SupplementRequested(at("2018-08-14"))]
    assert due(at("2018-12-01"), late) == on("2018-08-13")


def test_a_transfer_ends_the_clocks_of_the_unit_and_the_other_one_has_its_own():
    known = [*referred(), Transferred(at("2018-08-07", 9), OTHER_UNIT)]
    found = duty(known, at("2018-08-08"), RuleId.OPINION)
    assert (found.who, found.state, found.ended_at) == (UNIT, VOID, at("2018-08-07", 9))
    assert duty(known, at("2018-08-08"), RuleId.SIXTY_DAYS).who == OTHER_UNIT
    known.append(Received(at("2018-08-09"), at("2018-08-09"), "R2"))
    found = duty(known, at("2018-08-09"), RuleId.OPINION)
    assert (found.who, found.deadline.due) == (OTHER_UNIT, on("2018-08-14"))
    sixty = duty(known, at("2018-08-09"), RuleId.SIXTY_DAYS)
    assert (sixty.deadline.start, sixty.state) == (on("2018-08-06"), OPEN)
    withdrawn = duty([*known, Withdrawn(at("2018-08-10"))], at("2018-08-11"), RuleId.SIXTY_DAYS)
    assert (withdrawn.state, withdrawn.ended_at) == (VOID, at("2018-08-10"))


def test_a_withdrawal_ends_what_is_due():
    known = [*referred(), Withdrawn(at("2018-08-20"))]
    assert shown(duty(known, at("2018-12-20"), RuleId.OPINION)) == (VOID, None, 7)
    assert not any(d.is_owed for d in duties_at(known, at("2018-12-20"), CALENDARS))
    assert marks(known, at("2018-12-20")) == frozenset()


def test_a_reopening_starts_clocks_of_its_own():
    known = [
        *referred(),
        not_filed("2018-08-07"),
        OpinionGiven(at("2018-08-08"), "a"),
        Reopened(at("2018-09-03"), "a", Ground.NEW_EVIDENCE, "D"),
    ]
    found = duty(known, at("2018-09-04"), RuleId.OPINION)
    assert (found.deadline.start, found.state) == (on("2018-09-03"), OPEN)
    known.append(filed("2018-09-28"))
    assert duty(known, at("2018-09-29"), RuleId.FILED_FEEDBACK).deadline.due == on("2018-10-08")
    assert duty(known, at("2018-12-29"), RuleId.SIXTY_DAYS).state is DONE


@pytest.mark.parametrize("day", ["2018-08-06", "2025-07-01"])
def test_a_prosecutors_order_leaves_fifteen_days_to_file(day):
    known = [*referred(day), not_filed(day), OpinionGiven(at(day, 13), "a")]
    ordered = [
        *known,
        Reopened(at("2025-08-04"), "a", Ground.PROSECUTOR, "D"),
        Extended(at("2025-08-05"), Review.COMPLEX),
    ]
    found = duty(ordered, at("2025-08-19"), RuleId.ORDERED_FILING)
    assert (found.deadline.due, found.deadline.rule.kind, found.state) == (on("2025-08-19"), DutyKind.DECIDE, OPEN)
    assert {d.deadline.rule.id for d in duties_at(ordered, at("2025-08-19"), CALENDARS) if d.is_owed} == {
        RuleId.ORDERED_FILING
    }
    assert marks(ordered, at("2025-08-19", 23)) == frozenset()
    assert marks(ordered, at("2025-08-20", 0)) == {Mark.FEEDBACK_OVERDUE}
    in_time, refused = filed("2025-08-19"), not_filed("2025-08-19")
    assert duty([*ordered, in_time], at("2025-08-20"), RuleId.ORDERED_FILING).state is DONE
    assert duty([*ordered, in_time], at("2025-08-20"), RuleId.FILED_FEEDBACK).deadline.due == on("2025-08-22")
    assert duty([*ordered, refused], at("2025-08-20"), RuleId.ORDERED_FILING).state is OVERDUE


def test_suspects_have_clocks_of_their_own():
    known = [*referred("2018-08-06", "a", "b"), filed("2018-08-07", "a"), filed("2018-08-09", "b")]
    dues = [duty(known, at("2018-08-10"), RuleId.FILED_FEEDBACK, suspect=s).deadline.due for s in "ab"]
    assert dues == [on("2018-08-10"), on("2018-08-13")]


@pytest.mark.parametrize(
    ("later", "moment", "day"),
    [
        ([], at("2018-10-08", 23), None),
        ([], at("2018-10-09", 0), "2018-10-09"),
        ([not_filed("2018-08-07")], at("2018-08-07"), None),
        ([not_filed("2018-08-07")], at("2018-08-07", 12), "2018-08-07"),
        ([filed("2018-08-07")], at("2018-08-07", 12), None),
        ([filed("2018-10-10")], at("2018-10-09"), "2018-10-09"),
        ([filed("2018-10-10")], at("2018-10-11"), None),
        ([not_filed("2018-10-10")], at("2018-10-11"), "2018-10-09"),
    ],
)
def test_private_prosecution_is_open_after_sixty_days_or_a_decision_not_to_file(later, moment, day):
    known = [*referred("2018-08-03"), *later]
    found = private_prosecution_eligible_on(referral_at(known, moment).find("a"), duties_at(known, moment, CALENDARS))
    assert found == (None if day is None else on(day))


def test_sixty_days_are_marked():
    known = referred("2018-08-03")
    assert Mark.SIXTY_DAY_ELAPSED not in marks(known, at("2018-10-08", 23))
    assert Mark.SIXTY_DAY_ELAPSED in marks(known, at("2018-10-09", 0))
    answered = [*known, not_filed("2018-10-09"), OpinionGiven(at("2018-10-09", 13), "a")]
    assert marks(answered, at("2018-10-09", 13)) == frozenset()


# A notice on 2027: the weekend after New Year is worked, and the Monday and Tuesday after it are off.
NOTICE_2027 = Calendar(
    2027,
    "notice",
    frozenset({date(2027, 1, 1), date(2027, 1, 4), date(2027, 1, 5)}),
    frozenset({date(2027, 1, 2), date(2027, 1, 3)}),
    "notice",
    adopted_at=at("2026-12-31"),
)
FILED_2026 = [*referred("2026-12-29"), filed("2026-12-30")]


def with_notice(adopted_at):
    return Calendars((*CALENDARS.versions, replace(NOTICE_2027, adopted_at=adopted_at)))


def of_feedback(made):
    return next((fact for fact in made if fact.rule_id is RuleId.FILED_FEEDBACK), None)


def test_a_calendar_moves_no_clock_that_runs_by_itself():
    calendars = with_notice(at("2026-12-31"))
    found = duty(FILED_2026, at("2027-01-01"), RuleId.FILED_FEEDBACK, calendars=calendars).deadline
    assert (found.due, found.is_provisional, found.calendar_versions) == (on("2027-01-04"), True, ("provisional-2027",))
    later = duty(
        [*referred("2026-12-29"), filed("2026-12-31")], at("2027-01-01"), RuleId.FILED_FEEDBACK, calendars=calendars
    )
    assert (later.deadline.due, later.deadline.calendar_versions) == (on("2027-01-03"), ("notice",))


def test_adopting_a_calendar_moves_running_clocks_and_says_why():
    calendars, moment = with_notice(at("2026-12-31")), at("2026-12-31")
    fact = of_feedback(adjust(FILED_2026, moment, calendars))
    assert (fact.old_due, fact.new_due) == (on("2027-01-04"), on("2027-01-02"))
    assert (fact.old_versions, fact.new_versions) == (("provisional-2027",), ("notice",))
    known = [*FILED_2026, *adjust(FILED_2026, moment, calendars)]
    before = duty(known, moment - TICK, RuleId.FILED_FEEDBACK, calendars=calendars).deadline
    after = duty(known, at("2027-01-01"), RuleId.FILED_FEEDBACK, calendars=calendars).deadline
    assert (before.due, after.due, after.is_provisional) == (on("2027-01-04"), on("2027-01-02"), False)
    assert after.ends_at == end_of(on("2027-01-02"))
    assert duty(known, at("2027-01-01"), RuleId.FILED_FEEDBACK, calendars=calendars).adjusted == fact
    assert adjust(known, at("2027-01-01"), calendars) == ()


def test_what_was_met_keeps_the_day_it_had():
    known = [*FILED_2026, FeedbackGiven(at("2026-12-30", 13), "a")]
    assert of_feedback(adjust(known, at("2026-12-31"), with_notice(at("2026-12-31")))) is None


@pytest.mark.parametrize(
    ("moment", "new_due"),
    [
        ("2027-01-02", "2027-01-02"),
        ("2027-01-03", "2027-01-03"),
        ("2027-01-04", "2027-01-06"),
        # Nor later than before: it has passed, and is not put before itself.
        ("2027-01-05", "2027-01-06"),
        ("2027-01-09", "2027-01-06"),
    ],
)
def test_nobody_is_late_by_a_calendar(moment, new_due):
    fact = of_feedback(adjust(FILED_2026, at(moment), with_notice(at(moment))))
    assert (fact.old_due, fact.new_due) == (on("2027-01-04"), on(new_due))


def test_one_that_was_late_before_is_put_right():
    known = [*referred("2026-12-29"), filed("2027-01-01")]
    moment = at("2027-01-06")
    calendars = with_notice(moment)
    assert shown(duty(known, moment, RuleId.FILED_FEEDBACK, calendars=calendars)) == (OVERDUE, None, 2)
    made = adjust(known, moment, calendars)
    assert shown(duty([*known, *made], moment, RuleId.FILED_FEEDBACK, calendars=calendars)) == (OPEN, 0, 0)


def keyed(duties):
    return {(d.deadline.rule.id, d.suspect, d.started_at): d for d in duties}


@settings(max_examples=50)
@given(facts, instants, instants)
def test_no_later_fact_moves_an_earlier_deadline(known, moment, other):
    earlier, later = sorted((moment, other))
    before, after = (keyed(duties_at(known, m, CALENDARS)) for m in (earlier, later))
    assert {key: after[key].deadline for key in before} == {key: d.deadline for key, d in before.items()}
    for key, found in before.items():
        if not found.is_owed:
            assert after[key] == found or found.state is VOID
    assert duties_at([f for f in known if f.at <= earlier], earlier, CALENDARS) == tuple(
        duties_at(known, earlier, CALENDARS)
    )


@settings(max_examples=40)
@given(facts, instants)
def test_every_duty_says_one_thing_about_its_time(known, moment):
    for found in duties_at(known, moment, CALENDARS):
        assert CALENDARS.is_working(found.deadline.due)
        assert (found.state is OPEN) == (found.days_left is not None)
        assert (found.state in {OVERDUE, DONE_LATE}) <= (found.days_late > 0)
        assert (found.state in {OPEN, DONE}) <= (found.days_late == 0)
        assert found.is_owed == (found.state in {OPEN, OVERDUE})
        if found.is_owed:
            assert (found.state is OVERDUE) == (moment >= found.deadline.ends_at)


_off = st.frozensets(st.dates(date(2018, 8, 6), date(2018, 10, 20)), max_size=40)


@settings(max_examples=40)
@given(facts, instants, instants, _off)
def test_a_calendar_changes_only_what_still_runs(known, adopted, moment, off):
    moment = max(adopted, moment)
    changed = Calendar(2018, "changed", off, frozenset(), "notice", adopted_at=adopted)
    calendars = Calendars((*CALENDARS.versions, changed))
    known = [f for f in known if f.at <= moment]
    made = adjust(known, moment, calendars)
    before = keyed(duties_at(known, moment, calendars))
    just_after = max((moment, *(f.at for f in made)))
    after = keyed(duties_at([*known, *made], just_after, calendars))
    moved = {(f.rule_id, f.suspect, f.started_at): f for f in made}
    for key, found in after.items():
        if key in moved:
            assert before[key].is_owed
            assert (moved[key].old_due, moved[key].new_due) == (before[key].deadline.due, found.deadline.due)
            # As of the moment: what is written down a tick later may be on the next day.
            assert found.deadline.due >= legal_date(moment) or before[key].state is OVERDUE
        else:
            assert found.deadline == before[key].deadline
        if found.is_owed:
            assert calendars.is_working(found.deadline.due)
    assert adjust([*known, *made], just_after, calendars) == ()
    assert all(f.at > max((k.at for k in known), default=f.at) for f in made)
