"""Orders that are decided together are decided as each would be by itself."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.exit_restriction.domain import ADULT_YEARS, TERM_RULES, Author, FilingLevel, Finding, Ground, Term, assess
from services.exit_restriction.listing.alike import AlikeOrders
from services.exit_restriction.registry.domain import Examined, Person, Subject
from services.exit_restriction.reporting import Debtor, Ordered, candidate_of
from services.filing.domain import Party
from tests.unit.exit_restriction.travellers import NOW, TODAY

_OF_AGE = date(TODAY.year - ADULT_YEARS, TODAY.month, TODAY.day)
_births = st.none() | st.integers(-3, 3).map(lambda days: _OF_AGE + timedelta(days=days)) | st.just(date(1890, 1, 1))
_terms = st.sampled_from([Term(), Term(3), Term(12), Term(60, reason="why"), Term(last_day=TODAY)])


@st.composite
def _examined(draw):
    finding = draw(st.sampled_from(Finding))
    if finding is not Finding.FOUND:
        return Examined(finding)
    person = Person(1, ("测试1",), ("1",), draw(_births), is_deceased=draw(st.booleans()))
    return Examined(finding, Subject.of(person))


_orders = st.builds(
    Ordered,
    st.just(Author("赣0102", "（2018）赣0102执1号")),
    st.builds(
        Debtor,
        st.builds(Party, st.just("测试1"), st.just("1"), is_person=st.booleans()),
        st.just(Ground.CITIZEN_UNSETTLED_CASE),
        _births,
    ),
    st.sampled_from(FilingLevel),
    _terms,
    st.sampled_from([None, TODAY, date(2018, 1, 1)]),
    st.sampled_from(["", "（2018）赣0102执1号之三"]),
    names_debtor=st.booleans(),
    names_decision=st.booleans(),
)


@settings(max_examples=40)
@given(st.lists(st.tuples(_orders, _examined()), max_size=30))
def test_each_passes_the_reporting_test_as_it_would_by_itself(pairs):
    alike = AlikeOrders(TERM_RULES, now=NOW)
    for ordered, examined in pairs * 2:
        candidate = candidate_of(ordered, examined, rules=TERM_RULES, on=TODAY)
        assert alike.assess(ordered, examined) == assess(candidate)
