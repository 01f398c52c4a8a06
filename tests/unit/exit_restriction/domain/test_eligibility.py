"""Who passes the statutory reporting test, and that each rule objects."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.exit_restriction.domain import (
    REPORTING_TEST,
    Candidate,
    Decision,
    FilingLevel,
    Finding,
    Outcome,
    Rule,
    Term,
    assess,
    eligibility,
)
from services.exit_restriction.domain.terms import NOTICE_RULE
from tests.unit.exit_restriction.domain.restricted import DAY
from xiezhi.errors import Reason

DECISION = Decision(names_person=True, level=FilingLevel.PREFECTURE, start=DAY, term=Term(), rule=NOTICE_RULE)
PERSON = Candidate(
    is_natural_person=True,
    birth=date(1890, 1, 1),
    on=DAY,
    finding=Finding.FOUND,
    is_deceased=False,
    notice_names_person=True,
    decision=DECISION,
)
COUNTY = replace(DECISION, level=FilingLevel.COUNTY)
ORGANISATION = {"is_natural_person": False, "birth": None, "finding": Finding.NOT_FOUND}
FORWARDED, LIST_ONLY, REFUSED = Outcome


@pytest.mark.clause("R-1.9")
@pytest.mark.parametrize(
    ("changes", "outcome", "reasons"),
    [
        ({}, FORWARDED, ()),
        ({"decision": replace(COUNTY, term=Term(3))}, FORWARDED, ()),
        ({"has_valid_data": False}, REFUSED, (Reason.FIELDS_INVALID,)),
        ({"birth": None}, REFUSED, (Reason.FIELDS_INVALID,)),
        (
            {"paper_faults": (Reason.DOCUMENT_ALTERED, Reason.SEAL_EXPIRED)},
            REFUSED,
            (Reason.DOCUMENT_ALTERED, Reason.SEAL_EXPIRED),
        ),
        ({"notice_names_person": False}, REFUSED, (Reason.MISSING_ASSISTANCE_NOTICE,)),
        ({"finding": Finding.NAME_DIFFERS}, REFUSED, (Reason.PERSON_NAME_MISMATCH,)),
        ({"birth": date(2000, 8, 4)}, REFUSED, (Reason.PERSON_UNDER_AGE,)),
        ({"birth": date(2000, 8, 3)}, FORWARDED, ()),
        ({"birth": date(2000, 2, 29), "on": date(2018, 2, 27)}, REFUSED, (Reason.PERSON_UNDER_AGE,)),
        ({"birth": date(2000, 2, 29), "on": date(2018, 2, 28)}, FORWARDED, ()),
        ({"is_entry_open": False}, REFUSED, (Reason.ENTRY_ENDED,)),
        (ORGANISATION, LIST_ONLY, (Reason.NATURAL_PERSON_ONLY,)),
        (ORGANISATION | {"is_deceased": True}, LIST_ONLY, (Reason.NATURAL_PERSON_ONLY,)),
        ({"decision": None}, LIST_ONLY, (Reason.EXIT_DECISION_MISSING,)),
        ({"decision": replace(DECISION, names_person=False)}, LIST_ONLY, (Reason.EXIT_DECISION_MISSING,)),
        ({"decision": COUNTY}, LIST_ONLY, (Reason.TERM_EXCEEDS_LEVEL,)),
        (
            {"decision": replace(DECISION, level=FilingLevel.PROVINCE, term=Term(24))},
            LIST_ONLY,
            (Reason.TERM_REASON_MISSING,),
        ),
        ({"decision": replace(DECISION, term=Term(0))}, LIST_ONLY, (Reason.TERM_ENDS_BEFORE_START,)),
        ({"is_deceased": True}, LIST_ONLY, (Reason.PERSON_DECEASED,)),
        ({"finding": Finding.NOT_FOUND}, Outcome.FORWARDED, ()),
        ({"finding": Finding.AMBIGUOUS}, LIST_ONLY, (Reason.PERSON_AMBIGUOUS,)),
        ({"is_released": True}, LIST_ONLY, (Reason.RESTRICTION_ALREADY_RELEASED,)),
    ],
)
def test_each_rule_objects_to_what_it_is_for(changes, outcome, reasons):
    found = assess(replace(PERSON, **changes))
    assert (found.outcome, found.reasons) == (outcome, reasons)


def test_every_reason_is_told_and_a_refusal_prevails():
    found = assess(
        replace(PERSON, decision=COUNTY, is_deceased=True, notice_names_person=False, finding=Finding.AMBIGUOUS)
    )
    assert found.outcome is REFUSED
    assert found.reasons == (
        Reason.MISSING_ASSISTANCE_NOTICE,
        Reason.TERM_EXCEEDS_LEVEL,
        Reason.PERSON_DECEASED,
        Reason.PERSON_AMBIGUOUS,
    )


def test_a_reason_that_two_rules_have_is_told_once():
    found = assess(replace(PERSON, has_valid_data=False, paper_faults=(Reason.FIELDS_INVALID,)))
    assert found.reasons == (Reason.FIELDS_INVALID,)


def test_no_rule_forwards_nothing():
    with pytest.raises(ValueError, match="empty"):
        assess(PERSON, ())
    with pytest.raises(ValueError, match="cannot forward"):
        Rule(eligibility.is_alive, FORWARDED)


def test_the_table_of_the_module_is_the_table_of_the_rules():
    words = {REFUSED: "refused", LIST_ONLY: "list only"}
    rows = [line.split("|") for line in (eligibility.__doc__ or "").splitlines() if line.startswith("| `")]
    told = [(row[1].strip().strip("`"), row[3].strip()) for row in rows]
    assert told == [(rule.check.__name__, words[rule.outcome]) for rule in REPORTING_TEST]


def test_a_candidate_does_not_show_when_somebody_was_born():
    assert "1890" not in repr(PERSON)
