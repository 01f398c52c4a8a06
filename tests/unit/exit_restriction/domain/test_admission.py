"""Which orders about restrictions are let in, and that each rule refuses."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes.legal_time import legal_date
from services.codes.terms import end_of
from services.exit_restriction.domain import (
    TERM_RULES,
    FilingLevel,
    Released,
    Renewed,
    RestrictionState,
    Term,
    correct,
    file,
    next_instant,
    release,
    renew,
    standing_at,
)
from tests.unit.exit_restriction.domain.restricted import (
    AUTHORS,
    DAY,
    START,
    TICK,
    at,
    days,
    few,
    filed,
    instants,
    noon,
    ordered,
    refused,
    restrainers,
)
from xiezhi.errors import Reason, XiezhiError

A, B = AUTHORS["a"], AUTHORS["b"]
KNOWN = (filed(),)
END = date(2019, 8, 3)
STANDARD = Term()
DAY_AFTER = timedelta(days=1)
RENEWED = (*KNOWN, Renewed("a", noon(date(2019, 7, 10)), date(2020, 8, 3), "160-2018"))
RELEASED = (*KNOWN, Released("a", noon(date(2019, 7, 5))))


def let_in(order=None, known=(), *, now=START, name="a"):
    return file(order or ordered(name), known, restriction_id=name, rules=TERM_RULES, now=now)


def renewal(known=KNOWN, *, now, author=A, name="a", level=FilingLevel.PREFECTURE, term=STANDARD, received=None):
    return renew(name, author, known, term=term, level=level, rules=TERM_RULES, now=now, received=received)


@pytest.mark.clause("R-1.11")
def test_a_restriction_lasts_one_year_from_its_receipt_unless_it_says_otherwise():
    assert let_in() == filed()
    assert let_in(ordered(start=date(2018, 9, 1))).last_day == date(2019, 9, 1)
    assert let_in(ordered(last_day=date(2019, 8, 2))).last_day == date(2019, 8, 2)


def test_the_legal_day_of_receipt_is_that_in_shanghai():
    late = end_of(DAY)
    assert (let_in(now=late - TICK).start, let_in(now=late).start) == (DAY, date(2018, 8, 4))


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (ordered(level=FilingLevel.COUNTY), Reason.TERM_EXCEEDS_LEVEL),
        (ordered(level=FilingLevel.PROVINCE, months=24), Reason.TERM_REASON_MISSING),
        (ordered(last_day=date(2018, 8, 2)), Reason.TERM_ENDS_BEFORE_START),
        (ordered(start=date(2018, 6, 1), last_day=date(2018, 8, 2)), Reason.TERM_ENDS_BEFORE_START),
        (ordered(start=date(2018, 8, 1)), Reason.TERM_ENDS_BEFORE_START),
        (ordered(months=1, last_day=date(2018, 9, 4)), Reason.TERM_TOO_LONG),
    ],
)
def test_a_term_that_is_not_admissible_is_refused(order, reason):
    refused(reason, let_in, order)


@pytest.mark.clause("R-5.5")
def test_a_start_before_the_notice_is_under_the_rule_before_it():
    found = let_in(ordered(start=date(2018, 8, 1), last_day=date(2019, 1, 31)))
    assert (found.rule_version, found.start) == ("56-1998", date(2018, 8, 1))


def test_a_case_restricts_a_person_once_and_others_may_too():
    message = refused(Reason.RESTRICTION_EXISTS, let_in, ordered(), KNOWN, now=at(5), name="c")
    assert "2019-08-03" in message
    ahead = (filed(start=date(2018, 12, 1)),)
    refused(Reason.RESTRICTION_EXISTS, let_in, ordered(), ahead, now=at(5), name="c")
    assert let_in(ordered("b"), KNOWN, now=at(5), name="b").author == B
    assert let_in(ordered(), RELEASED, now=noon(END)).at == noon(END)
    assert let_in(ordered(), KNOWN, now=end_of(END)).start == date(2019, 8, 4)


@pytest.mark.clause("R-1.12")
@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (end_of(date(2019, 7, 2)) - TICK, Reason.RENEWAL_TOO_EARLY),
        (end_of(date(2019, 7, 2)), date(2020, 8, 3)),
        (noon(date(2019, 7, 3)), date(2020, 8, 3)),
        (end_of(END) - timedelta(seconds=1), date(2020, 8, 3)),
        (end_of(END) - TICK, date(2020, 8, 3)),
        (end_of(END), Reason.RESTRICTION_ALREADY_RELEASED),
    ],
)
def test_a_renewal_comes_within_the_last_month(now, expected):
    if isinstance(expected, Reason):
        message = refused(expected, renewal, now=now)
        assert "2019-08-03" in message
        assert "2019-07-03" in message
    else:
        found = renewal(now=now)
        assert (found.at, found.last_day, found.rule_version) == (now, expected, "160-2018")


@pytest.mark.clause("R-1.13")
@pytest.mark.parametrize("late", [timedelta(0), timedelta(minutes=5), timedelta(days=1) - TICK])
def test_a_renewal_that_came_in_time_leaves_no_gap_however_it_was_on_its_way(late):
    received, now = end_of(END) - TICK, end_of(END) + late
    fact = renewal(now=now, received=received)
    assert (fact.at, fact.received_at, fact.last_day) == (now, received, date(2020, 8, 3))
    known = (*KNOWN, fact)
    (standing,) = standing_at(known, now)
    assert standing.is_in_force
    assert [(one.first_day, one.last_day) for one in standing.periods] == [(DAY, END), (END + DAY_AFTER, fact.last_day)]
    assert not restrainers(known, end_of(END)) or not late, "what was answered meanwhile is changed"


@pytest.mark.parametrize(
    ("received", "late"),
    [
        (end_of(END), timedelta(minutes=5)),
        (end_of(END) - TICK, timedelta(days=1)),
        (end_of(END) + timedelta(days=9), timedelta(minutes=5)),
    ],
)
def test_a_renewal_that_came_too_late_or_was_too_long_on_its_way_is_refused(received, late):
    refused(Reason.RESTRICTION_ALREADY_RELEASED, renewal, now=end_of(END) + late, received=received)


def test_a_renewal_that_came_before_its_window_is_not_let_in_at_the_end():
    early = end_of(date(2019, 7, 2)) - TICK
    refused(Reason.RENEWAL_TOO_EARLY, renewal, now=end_of(END), received=early)
    assert renewal(now=noon(date(2019, 7, 10)), received=early).received_at is None


def test_what_was_released_or_filed_anew_meanwhile_is_not_renewed():
    more = {"now": end_of(END) + timedelta(minutes=5), "received": end_of(END) - TICK}
    refused(Reason.RESTRICTION_ALREADY_RELEASED, renewal, RELEASED, **more)
    anew = let_in(ordered(), KNOWN, now=end_of(END), name="a2")
    refused(Reason.RESTRICTION_EXISTS, renewal, (*KNOWN, anew), **more)


def test_a_term_is_renewed_once_and_its_successor_in_its_own_window():
    message = refused(Reason.RESTRICTION_ALREADY_RENEWED, renewal, RENEWED, now=noon(END))
    assert "2020-08-03" in message
    assert "2020-07-03" in message
    refused(Reason.RENEWAL_TOO_EARLY, renewal, RENEWED, now=end_of(END))
    assert renewal(RENEWED, now=noon(date(2020, 7, 3))).last_day == date(2021, 8, 3)


def test_one_that_is_still_to_begin_cannot_be_renewed():
    short = (filed(start=date(2018, 9, 1), last_day=date(2018, 9, 10)),)
    assert "2018-09-01" in refused(Reason.RENEWAL_TOO_EARLY, renewal, short, now=at(5))


def test_a_renewal_after_a_release_says_when_that_was():
    message = refused(Reason.RESTRICTION_ALREADY_RELEASED, renewal, RELEASED, now=noon(date(2019, 7, 10)))
    assert all(day in message for day in ("2019-07-05", "2019-07-03", "2019-08-03"))


def test_a_renewal_has_a_level_too():
    now = noon(date(2019, 7, 10))
    refused(Reason.TERM_EXCEEDS_LEVEL, renewal, now=now, level=FilingLevel.COUNTY)
    found = renewal(now=now, level=FilingLevel.COUNTY, term=Term(3))
    assert found.last_day == date(2019, 11, 3)
    refused(Reason.TERM_ENDS_BEFORE_START, renewal, now=now, term=Term(last_day=END))


@pytest.mark.parametrize(("name", "author"), [("a", B), ("nobody", A)])
def test_another_courts_restriction_looks_like_none(name, author):
    now = noon(date(2019, 7, 10))
    known = (*KNOWN, filed("b"))
    messages = {
        refused(Reason.RESTRICTION_NOT_FOUND, renewal, known, now=now, name=name, author=author),
        refused(Reason.RESTRICTION_NOT_FOUND, release, name, author, known, has_notice=True, now=now),
        refused(
            Reason.RESTRICTION_NOT_FOUND,
            correct,
            name,
            author,
            known,
            successor_id="z",
            successor_facts=(),
            now=now,
        ),
    }
    assert len(messages) == 1


@pytest.mark.clause("R-1.14")
def test_a_release_needs_a_notice_and_takes_effect_at_its_receipt():
    now = at(9)
    refused(Reason.MISSING_ASSISTANCE_NOTICE, release, "a", A, KNOWN, has_notice=False, now=now)
    known = (*KNOWN, release("a", A, KNOWN, has_notice=True, now=now))
    assert restrainers(known, now - TICK)
    assert not restrainers(known, now)


@pytest.mark.parametrize(("known", "now", "told"), [(RELEASED, at(400), "2019-07-05"), (KNOWN, at(400), "2019-08-03")])
def test_a_release_after_the_end_changes_nothing_and_says_when_that_was(known, now, told):
    assert told in refused(Reason.RESTRICTION_ALREADY_RELEASED, release, "a", A, known, has_notice=True, now=now)


@pytest.mark.parametrize(
    ("known", "now", "last_day"), [(KNOWN, at(9), END), (RENEWED, noon(date(2019, 7, 20)), date(2020, 8, 3))]
)
def test_a_correction_frees_one_and_restricts_the_other_at_the_same_instant(known, now, last_day):
    found = correct("a", A, known, successor_id="z", successor_facts=(), now=now)
    wrong, right = (*known, found.superseded), (found.filed,)
    for moment, on_wrong in ((now - TICK, True), (now, False)):
        assert bool(restrainers(wrong, moment)) is on_wrong
        assert bool(restrainers(right, moment)) is not on_wrong
    assert standing_at(wrong, now)[0].successor_id == "z"
    assert standing_at(right, now)[0].last_day == last_day
    assert (found.filed.start, found.filed.rule_version) == (DAY, "160-2018")


def test_a_correction_does_not_restrict_the_right_person_twice():
    more = {"successor_id": "z", "now": at(9)}
    refused(Reason.RESTRICTION_EXISTS, correct, "a", A, KNOWN, successor_facts=[filed()], **more)
    refused(Reason.RESTRICTION_ALREADY_RELEASED, correct, "a", A, KNOWN, successor_facts=(), **more | {"now": at(400)})
    assert correct("a", A, KNOWN, successor_facts=[filed("b", at(20))], **more).filed.at == at(20) + TICK


def test_facts_never_share_an_instant_however_the_clock_goes():
    known = [*KNOWN, let_in(ordered("b"), KNOWN, now=at(-3), name="b")]
    assert known[-1].at == START + TICK
    assert next_instant(known, at(-9)) == START + 2 * TICK
    assert next_instant((), START) == START


# Mostly what is let in, with waits of about half a term, so that renewals meet their windows.
_terms = st.one_of(
    st.builds(Term, st.sampled_from((1, 1, 1, 2))),
    st.builds(Term, st.none() | st.integers(1, 14), st.none() | days, st.sampled_from(("", "why"))),
)
_actions = st.lists(
    st.tuples(
        st.sampled_from(("renew", "file", "renew", "renew", "release")),
        st.sampled_from("aab"),
        st.sampled_from(FilingLevel),
        st.integers(0, 18),
        _terms,
    ),
    min_size=4,
    max_size=14,
)


def played(actions):
    """The facts of all orders that were let in, and the instants at which they came."""
    known, moments, now = [let_in(ordered(months=1))], [START], START
    for kind, name, level, wait, term in actions:
        now += timedelta(days=wait, hours=wait % 24)
        moments.append(now)
        fresh = f"{name}{len(known)}"
        latest = next((f.restriction_id for f in reversed(known) if f.restriction_id.startswith(name)), fresh)
        try:
            if kind == "file":
                order = ordered(name, level=level, months=term.months, last_day=term.last_day, reason=term.reason)
                known.append(file(order, known, restriction_id=fresh, rules=TERM_RULES, now=now))
            elif kind == "renew":
                came = now - timedelta(hours=2 * wait)
                known.append(
                    renewal(known, now=now, author=AUTHORS[name], name=latest, level=level, term=term, received=came)
                )
            else:
                known.append(release(latest, AUTHORS[name], known, has_notice=True, now=now))
        except XiezhiError:
            continue
    return known, moments


@few
@given(_actions, instants)
def test_whatever_is_let_in_restricts_only_inside_its_terms_and_each_case_once(actions, moment):
    known, moments = played(actions)
    assert len({fact.at for fact in known}) == len(known)
    for when in (*moments, moment):
        found = standing_at(known, when)
        for standing in found:
            days = [(p.first_day, p.last_day) for p in standing.periods]
            assert all(end + timedelta(days=1) == begin for (_, end), (begin, _) in pairwise(days))
            if standing.is_in_force:
                assert any(begin <= legal_date(when) <= end for begin, end in days)
        authors = [standing.filed.author for standing in found if standing.is_open]
        assert len(authors) == len(set(authors))


@few
@given(_actions)
def test_whatever_is_let_in_takes_effect(actions):
    known, _ = played(actions)
    for count in range(len(known)):
        before, fact = known[:count], known[count]
        assert standing_at(before, fact.at) != standing_at([*before, fact], fact.at)
        if isinstance(fact, Renewed):
            found = next(
                s for s in standing_at([*before, fact], fact.at) if s.filed.restriction_id == fact.restriction_id
            )
            assert found.state is RestrictionState.ACTIVE
            assert found.periods[-1].first_day > legal_date(fact.received_at or fact.at)
