"""Whom a court names put before the reporting test."""

from __future__ import annotations

from datetime import date

import pytest

from services.exit_restriction.domain import TERM_RULES, Author, FilingLevel, Finding, Ground, Term
from services.exit_restriction.registry.domain import Examined, Subject
from services.exit_restriction.reporting import Debtor, Ordered, candidate_of
from services.filing.domain import Party
from tests.unit.exit_restriction.travellers import BIRTH, TODAY, person

JIA = person(1)


def debtor(name="测试1", **known):
    return Debtor(
        Party(name, JIA.numbers[0], is_person=True), Ground.CITIZEN_UNSETTLED_CASE, known.pop("birth", BIRTH), **known
    )


def ordered(**changed):
    values = {
        "author": Author("赣0102", "（2018）赣0102执1号"),
        "debtor": debtor(birth=None),
        "level": FilingLevel.PREFECTURE,
        "term": Term(),
        "start": None,
        "decision_number": "（2018）赣0102执1号之三",
        "names_debtor": True,
        "names_decision": True,
    }
    return Ordered(**(values | changed))


def test_the_register_tells_the_birth_that_a_number_does_not():
    known = candidate_of(ordered(), Examined(Finding.FOUND, Subject.of(JIA)), rules=TERM_RULES, on=TODAY)
    assert known.birth == BIRTH
    unknown = candidate_of(ordered(), Examined(Finding.NOT_FOUND), rules=TERM_RULES, on=TODAY)
    assert unknown.birth is None


@pytest.mark.parametrize(
    ("start", "version"), [(None, "160-2018"), (date(2019, 1, 1), "160-2018"), (date(2018, 8, 2), "56-1998")]
)
def test_a_term_follows_the_rule_of_its_first_day_or_its_receipt(start, version):
    decision = candidate_of(ordered(start=start), Examined(Finding.NOT_FOUND), rules=TERM_RULES, on=TODAY).decision
    assert decision is not None
    assert (decision.rule.version, decision.start) == (version, start or TODAY)
    without = ordered(decision_number="")
    assert candidate_of(without, Examined(Finding.NOT_FOUND), rules=TERM_RULES, on=TODAY).decision is None


def test_who_is_known_by_a_passport_is_asked_for_by_it():
    assert debtor().named.numbers == JIA.numbers
    foreigner = debtor(has_passport_only=True).named
    assert (foreigner.numbers, foreigner.document_numbers) == ((), JIA.numbers)
