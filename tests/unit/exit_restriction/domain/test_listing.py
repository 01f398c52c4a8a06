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
    EntryState,
    Listing,
    Published,
    Released,
    Withdrawn,
    correct_entry,
    entries_at,
    publish,
    release_proposals,
    remove_entry,
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
    names,
    refused,
    restrainers,
)
from xiezhi.errors import InvalidArgument, Reason

ABLE, OBSTRUCTS, EVADES, *_ = Behaviour
PUBLISHED, CORRECTED, WITHDRAWN, DELETED, EXPIRED = EntryState
A, B = AUTHORS["a"], AUTHORS["b"]
END = end_of(date(2020, 8, 3))


def listing(*, behaviours=frozenset({OBSTRUCTS}), day=DAY, years=0):
    return Listing(frozenset(behaviours), day, years)


def published(name="a", moment=START, **more):
    return Published(name, AUTHORS[name], moment, listing(**more))


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
    assert only(entry, moment=START).listing.last_day == last_day
    if last_day is None:
        assert only(entry, moment=at(36500)).state is PUBLISHED
    else:
        assert only(entry, moment=end_of(last_day) - TICK).state is PUBLISHED
        found = only(entry, moment=end_of(last_day))
        assert (found.state, found.ended_at) == (EXPIRED, end_of(last_day))


@pytest.mark.parametrize(("fact", "state"), [(Withdrawn("a", at(5)), WITHDRAWN), (Deleted("a", at(5)), DELETED)])
def test_an_entry_ends_as_its_court_ends_it_and_for_good(fact, state):
    assert entries_at([published()], START - TICK) == ()
    assert only(published(), fact, moment=at(5) - TICK).state is PUBLISHED
    later = (Corrected("a", at(6), listing(years=3)), Withdrawn("a", at(7)), Deleted("a", at(7)))
    found = only(published(), fact, *later, moment=END)
    assert (found.state, found.ended_at, found.listing) == (state, at(5), listing())


def test_a_corrected_entry_stays_on_the_list_as_it_is_written_now():
    longer = Corrected("a", END - TICK, listing(years=2))
    found = only(published(), longer, moment=END)
    assert (found.state, found.is_open, found.listing.last_day) == (CORRECTED, True, date(2022, 8, 3))
    assert only(published(), Corrected("a", END, listing(years=2)), moment=END).state is EXPIRED
    without_end = Corrected("a", at(1), listing(behaviours={ABLE}))
    assert only(published(), without_end, moment=at(36500)).state is CORRECTED


def test_a_case_lists_a_debtor_once_and_others_may_too():
    assert publish(A, listing(), (), entry_id="a", now=START) == published()
    refused(Reason.ENTRY_EXISTS, publish, A, listing(), [published()], entry_id="x", now=at(1))
    corrected = [published(), Corrected("a", at(1), listing())]
    refused(Reason.ENTRY_EXISTS, publish, A, listing(), corrected, entry_id="x", now=at(2))
    assert publish(A, listing(), [published("b")], entry_id="x", now=START).at == START + TICK
    assert publish(A, listing(day=date(2020, 8, 4)), [published()], entry_id="x", now=END).at == END


@pytest.mark.parametrize(
    ("behaviours", "more", "field"),
    [
        ({ABLE}, {"years": 1}, "record.extension_years"),
        ({EVADES}, {"years": 4}, "record.extension_years"),
        ({EVADES}, {"years": -1}, "record.extension_years"),
        ({EVADES}, {"day": date(2016, 8, 2)}, "record.publish_date"),
    ],
)
def test_an_entry_whose_term_is_not_admissible_is_refused(behaviours, more, field):
    wrong = listing(behaviours=behaviours, **more)
    for call, arguments, named in (
        (publish, (A, wrong, ()), {"entry_id": "a"}),
        (correct_entry, ("a", A, [published()]), {"listing": wrong, "others": ()}),
    ):
        with pytest.raises(InvalidArgument) as caught:
            call(*arguments, now=START, **named)
        assert [violation.field for violation in caught.value.violations] == [field]


def test_an_entry_names_a_behaviour():
    with pytest.raises(ValueError, match="behaviour"):
        publish(A, listing(behaviours=()), (), entry_id="a", now=START)


def test_a_correction_may_not_make_a_second_entry_of_a_debtor():
    known, right = [published()], listing(behaviours={EVADES})
    assert correct_entry("a", A, known, listing=right, others=known, now=at(9)) == Corrected("a", at(9), right)
    of_another_case = [published("b")]
    assert correct_entry("a", A, known, listing=right, others=of_another_case, now=at(9)).at == at(9)
    other = [Published("y", A, START, listing())]
    refused(Reason.ENTRY_EXISTS, correct_entry, "a", A, known, listing=right, others=other, now=at(9))


@pytest.mark.parametrize("kind", [Withdrawn, Deleted])
def test_removal_proposes_a_release_to_its_own_court_and_performs_none(kind):
    restrictions = [filed(), filed("b")]
    found = remove_entry("a", A, [published()], kind=kind, restrictions=standing_at(restrictions, at(9)), now=at(9))
    assert only(published(), found.fact, moment=at(9)).ended_at == at(9)
    assert [(p.restriction_id, p.author) for p in found.proposals] == [("a", A)]
    assert len(restrainers(restrictions, at(9))) == 2
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
    refused(reason, remove_entry, name, author, known, kind=Withdrawn, restrictions=(), now=now)
    refused(reason, remove_entry, name, author, known, kind=Deleted, restrictions=(), now=now)
    refused(reason, correct_entry, name, author, known, listing=listing(), others=(), now=now)


_listings = st.builds(Listing, st.frozensets(st.sampled_from(Behaviour), min_size=1), days, st.integers(0, 3))
_entries = st.dictionaries(names, st.tuples(instants, _listings)).map(
    lambda made: [Published(n, AUTHORS[n], moment, written) for n, (moment, written) in made.items()]
)
_changes = st.lists(
    st.one_of(
        st.builds(Corrected, names, instants, _listings),
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
        assert (standing.state in {PUBLISHED, CORRECTED}) is standing.is_open
