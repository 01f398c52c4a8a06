"""What several features read of a court's call."""

from __future__ import annotations

from datetime import date

import pytest

from services.exit_restriction import convert
from services.exit_restriction.domain import FilingLevel, Ground, Term
from services.filing.convert import read_filing
from tests.unit.exit_restriction.orders import (
    DONGHU,
    HIGH,
    NANCHANG,
    XIHU,
    call,
    company,
    context,
    day,
    decision_number,
    party,
    push,
    term,
)
from tests.unit.exit_restriction.travellers import BIRTH, TODAY
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import InvalidArgument, Reason, XiezhiError


@pytest.mark.parametrize(
    ("approved_by", "level"),
    [
        ((DONGHU,), FilingLevel.COUNTY),
        ((NANCHANG,), FilingLevel.PREFECTURE),
        ((HIGH,), FilingLevel.PROVINCE),
        ((DONGHU, NANCHANG), FilingLevel.PREFECTURE),
        ((HIGH, DONGHU), FilingLevel.PROVINCE),
        (("京", NANCHANG), FilingLevel.PREFECTURE),
        (("京",), None),
        ((), None),
    ],
)
def test_the_level_is_that_of_the_highest_court_of_the_province_that_approved(approved_by, level):
    asked = call(push(), approved_by=approved_by)
    if level is not None:
        assert convert.level_of(asked) is level
        return
    with pytest.raises(XiezhiError) as caught:
        convert.level_of(asked)
    assert caught.value.reason is Reason.APPROVAL_REQUIRED


def test_without_a_grant_nothing_is_approved():
    asked = call(push())
    asked.grant = None
    with pytest.raises(XiezhiError):
        convert.level_of(asked)


@pytest.mark.parametrize(
    ("decided_by", "is_decision"), [(DONGHU, True), (NANCHANG, True), (HIGH, True), (XIHU, False), ("赣02", False)]
)
def test_a_decision_is_of_the_court_or_one_above_it(decided_by, is_decision):
    filing = read_filing(context(b"", decided_by=decided_by), call(push()), papers=())
    assert convert.decision_number(filing) == (decision_number() if is_decision else "")


def test_a_debtor_is_a_citizen_a_foreigner_or_an_organisation():
    citizen = convert.read_debtor(party(), field="debtor", on=TODAY)
    assert (citizen.ground, citizen.birth, citizen.has_passport_only) == (Ground.CITIZEN_UNSETTLED_CASE, BIRTH, False)
    organisation = convert.read_debtor(company(), field="debtor", on=TODAY)
    assert (organisation.party.is_person, organisation.birth) == (False, None)
    named = company()
    named.type, named.id_type = case_pb2.PARTY_TYPE_INDIVIDUAL_BUSINESS, case_pb2.IDENTITY_NUMBER_TYPE_BUSINESS_LICENCE
    named.id_number = "369901600000007"
    trader = convert.read_debtor(named, field="debtor", on=TODAY)
    assert (trader.party.is_person, trader.birth, trader.has_passport_only) == (False, None, False)
    named = party()
    named.id_type, named.id_number = case_pb2.IDENTITY_NUMBER_TYPE_PASSPORT, "GBR123456789"
    foreigner = convert.read_debtor(named, field="debtor", on=TODAY)
    assert (foreigner.ground, foreigner.birth, foreigner.has_passport_only) == (
        Ground.FOREIGNER_UNSETTLED_CASE,
        None,
        True,
    )
    named.id_type = case_pb2.IDENTITY_NUMBER_TYPE_FOREIGN_PERMANENT_RESIDENT
    named.id_number = "GBR110090010101"
    assert convert.read_debtor(named, field="debtor", on=TODAY).birth is None
    named.id_number = "1"
    with pytest.raises(InvalidArgument) as caught:
        convert.read_debtor(named, field="debtor", on=TODAY)
    assert caught.value.violations[0].field == "debtor.id_number"


def test_a_term_without_months_is_that_of_the_rule():
    assert convert.read_term(term(), field="term") == Term()
    assert convert.read_term(term(3, last_day=TODAY, reason="因"), field="term") == Term(3, TODAY, "因")


@pytest.mark.parametrize(
    ("start", "is_admitted"),
    [(TODAY, True), (date(2019, 8, 3), True), (date(2018, 8, 2), False), (date(2019, 8, 4), False)],
)
def test_a_restriction_begins_within_a_year(start, is_admitted):
    if is_admitted:
        assert convert.read_start(day(start), field="start_date", today=TODAY) == start
    else:
        with pytest.raises(InvalidArgument):
            convert.read_start(day(start), field="start_date", today=TODAY)
