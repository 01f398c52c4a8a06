"""Which entries of the list stand, and which orders about them are let in (domain sheet §8)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes.terms import end_of
from services.exit_restriction.domain import (
    Behaviour,
    Corrected,
    Deleted,
    EntryOrder,
    EntryState,
    Extended,
    Published,
    Released,
    Withdrawn,
    correct_entry,
    delete_entry,
    entries_at,
    extend_entry,
    publish,
    release_proposals,
    restricted_at,
    standing_at,
    withdraw_entry,
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
    names,
    noon,
    refused,
)
from xiezhi.errors import Reason

ABLE, OBSTRUCTS, EVADES, *_ = Behaviour
PUBLISHED, CORRECTED, WITHDRAWN, DELETED, EXPIRED = EntryState
A, B = AUTHORS["a"], AUTHORS["b"]
END = end_of(date(2020, 8, 3))


def published(name="a", moment=START, *, behaviours=frozenset({OBSTRUCTS}), day=DAY, years=0):
    return Published(name, AUTHORS[name], behaviours, moment, day, years)


def only(*facts, moment):
    (found,) = entries_at(facts, moment)
    return found


@pytest.mark.parametrize(
    ("behaviours", "years", "last_day"),
    [
        ({ABLE}, 0, None),
        *[({behaviour}, 0, date(2020, 8, 3)) for behaviour in Behaviour if behaviour is not ABLE],
        ({ABLE, EVADES}, 0, date(2020, 8, 3)),
        ({OBSTRUCTS}, 1, date(2021, 8, 3)),
        ({OBSTRUCTS, EVADES}, 3, date(2023, 8, 3)),
    ],
)
def test_an_entry_has_the_term_of_its_behaviour(behaviours, years, last_day):
    entry = published(behaviours=frozenset(behaviours), years=years)
    assert only(entry, moment=START).last_day == last_day
    if last_day is None:
        assert only(entry, moment=at(36500)).state is PUBLISHED
    else:
        assert only(entry, moment=end_of(last_day) - TICK).state is PUBLISHED
        found = only(entry, moment=end_of(last_day))
        assert (found.state, found.ended_at) == (EXPIRED, end_of(last_day))


@pytest.mark.parametrize(
    ("fact", "state", "successor"),
    [
        (Corrected("a", at(5), "z"), CORRECTED, "z"),
        (Withdrawn("a", at(5)), WITHDRAWN, None),
        (Deleted("a", at(5)), DELETED, None),
    ],
)
def test_an_entry_ends_as_its_court_ends_it_and_for_good(fact, state, successor):
    assert entries_at([published()], START - TICK) == ()
    assert only(published(), fact, moment=at(5) - TICK).state is PUBLISHED
    found = only(published(), fact, Extended("a", at(6), 1), Deleted("a", at(7)), moment=END)
    assert (found.state, found.ended_at, found.successor_id, found.extension_years) == (state, at(5), successor, 0)


def test_extensions_add_up_to_three_years_and_count_only_before_the_end():
    assert only(published(), Extended("a", END - TICK, 2), moment=END).last_day == date(2022, 8, 3)
    assert only(published(), Extended("a", END, 2), moment=END).state is EXPIRED
    found = only(published(years=2), Extended("a", at(1), 3), moment=at(1))
    assert (found.extension_years, found.last_day) == (3, date(2023, 8, 3))
    assert only(published(years=2), Extended("a", at(1), -1), moment=at(1)).extension_years == 2


def test_a_case_lists_a_debtor_once_and_others_may_too():
    order = EntryOrder(A, frozenset({OBSTRUCTS}))
    assert publish(order, (), entry_id="a", now=START) == published()
    refused(Reason.ENTRY_EXISTS, publish, order, [published()], entry_id="x", now=at(1))
    assert publish(order, [published("b")], entry_id="x", now=START).at == START + TICK
    assert publish(order, [published()], entry_id="x", now=END).published_on == date(2020, 8, 4)


@pytest.mark.parametrize(
    ("behaviours", "more", "reason"),
    [
        ({ABLE}, {"extension_years": 1}, Reason.TERM_TOO_LONG),
        ({EVADES}, {"extension_years": 4}, Reason.TERM_TOO_LONG),
        ({EVADES}, {"extension_years": -1}, Reason.TERM_TOO_LONG),
        ({EVADES}, {"published_on": date(2016, 8, 2)}, Reason.TERM_ENDS_BEFORE_START),
    ],
)
def test_an_entry_whose_term_is_not_admissible_is_refused(behaviours, more, reason):
    refused(reason, publish, EntryOrder(A, frozenset(behaviours), **more), (), entry_id="a", now=START)


def test_an_entry_names_a_behaviour():
    with pytest.raises(ValueError, match="behaviour"):
        publish(EntryOrder(A, frozenset()), (), entry_id="a", now=START)


@pytest.mark.parametrize(
    ("entry", "years", "reason"),
    [
        (published(), 3, None),
        (published(), 4, Reason.TERM_TOO_LONG),
        (published(years=2), 2, Reason.TERM_TOO_LONG),
        (published(), 0, Reason.TERM_ENDS_BEFORE_START),
        (published(behaviours=frozenset({ABLE})), 1, Reason.TERM_TOO_LONG),
    ],
)
def test_a_term_is_extended_by_one_to_three_years_in_all(entry, years, reason):
    if reason is None:
        assert extend_entry("a", A, [entry], years=years, now=at(1)) == Extended("a", at(1), years)
    else:
        refused(reason, extend_entry, "a", A, [entry], years=years, now=at(1))


def test_a_correction_takes_the_place_of_the_wrong_entry_and_keeps_its_day():
    known = [published(years=1)]
    more = {"successor_id": "z", "behaviours": frozenset({EVADES}), "now": at(9)}
    found = correct_entry("a", A, known, successor_facts=known, **more)
    assert (found.published.published_on, found.published.extension_years) == (DAY, 1)
    facts = [*known, found.corrected, found.published]
    assert [s.state for s in entries_at(facts, found.published.at)] == [CORRECTED, PUBLISHED]
    other = [Published("y", A, frozenset({EVADES}), START, DAY)]
    refused(Reason.ENTRY_EXISTS, correct_entry, "a", A, known, successor_facts=other, **more)
    able = correct_entry("a", A, known, successor_facts=(), **more | {"behaviours": frozenset({ABLE})})
    assert able.published.extension_years == 0
    old = [published(behaviours=frozenset({ABLE}))]
    refused(Reason.TERM_ENDS_BEFORE_START, correct_entry, "a", A, old, successor_facts=old, **more | {"now": END})


@pytest.mark.parametrize("remove", [withdraw_entry, delete_entry])
def test_removal_proposes_a_release_to_its_own_court_and_performs_none(remove):
    restrictions = [filed(), filed("b")]
    found = remove("a", A, [published()], restrictions=standing_at(restrictions, at(9)), now=at(9))
    assert only(published(), found.fact, moment=at(9)).ended_at == at(9)
    assert [(p.restriction_id, p.author) for p in found.proposals] == [("a", A)]
    assert len(restricted_at(restrictions, at(9)).causes) == 2
    restrictions.append(Released("a", at(2)))
    assert release_proposals(A, standing_at(restrictions, at(9))) == ()


@pytest.mark.parametrize(
    ("name", "author", "now", "reason"),
    [
        ("a", B, at(9), Reason.ENTRY_NOT_FOUND),
        ("nobody", A, at(9), Reason.ENTRY_NOT_FOUND),
        ("a", A, END, Reason.ENTRY_ENDED),
    ],
)
def test_only_its_own_court_and_only_before_its_end_changes_an_entry(name, author, now, reason):
    known = [published(), published("b")]
    correction = {"successor_id": "z", "behaviours": frozenset({EVADES}), "successor_facts": ()}
    refused(reason, withdraw_entry, name, author, known, restrictions=(), now=now)
    refused(reason, delete_entry, name, author, known, restrictions=(), now=now)
    refused(reason, extend_entry, name, author, known, years=1, now=now)
    refused(reason, correct_entry, name, author, known, now=now, **correction)


_entries = st.dictionaries(
    names, st.tuples(instants, st.frozensets(st.sampled_from(Behaviour), min_size=1), days, st.integers(0, 3))
).map(lambda made: [published(n, t, behaviours=b, day=d, years=y) for n, (t, b, d, y) in made.items()])
_changes = st.lists(
    st.one_of(
        st.builds(Extended, names, instants, st.integers(-1, 4)),
        st.builds(Corrected, names, instants, st.just("z")),
        st.builds(Withdrawn, names, instants),
        st.builds(Deleted, names, instants),
    ),
    max_size=8,
)


@few
@given(_entries, _changes, instants, instants)
def test_a_later_fact_never_changes_an_earlier_answer_and_no_other_entry(entries, changes, moment, other):
    earlier, later = sorted((moment, other))
    facts = entries + changes
    found = entries_at(facts, earlier)
    assert entries_at([fact for fact in facts if fact.at <= later], earlier) == found
    for standing in found:
        name = standing.published.entry_id
        assert entries_at([fact for fact in facts if fact.entry_id == name], earlier) == (standing,)
        assert 0 <= standing.extension_years <= 3
        assert (standing.state is PUBLISHED) is (standing.ended_at is None)


def test_the_day_of_publication_is_that_in_shanghai():
    order = EntryOrder(A, frozenset({ABLE}))
    assert publish(order, (), entry_id="a", now=end_of(DAY)).published_on == date(2018, 8, 4)
    assert publish(order, (), entry_id="a", now=noon(DAY)).published_on == DAY
