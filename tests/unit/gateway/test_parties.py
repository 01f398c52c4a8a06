"""The parties of a request: which numbers of every kind are none, by their place and never by their value."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.casefile.domain import normal
from gateway.parties import find_faults, require_numbers
from services.chassis.policy import Contracts
from services.codes.numbers import NumberType, read_number
from xiezhi.casefile.v1 import casefile_pb2
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import InvalidArgument, Reason
from xiezhi.identity.v1 import identity_pb2

CONTRACTS = Contracts.load()
LOOKUP = CONTRACTS.method("/xiezhi.identity.v1.IdentityService/LookupHousehold")
REGISTER = CONTRACTS.method("/xiezhi.casefile.v1.CaseRegistryService/RegisterCase")
ON = date(2018, 8, 3)
GOOD = {
    NumberType.CITIZEN: "36990119800115002x",
    NumberType.FOREIGN_PERMANENT_RESIDENT: "can110180011501",
    NumberType.SOCIAL_CREDIT_CODE: "91360100MA35TRT701",
    NumberType.ORGANISATION_CODE: "MA35TRT7-0",
    NumberType.PASSPORT: "gbr123456789",
    NumberType.BUSINESS_LICENCE: "369901600000007",
}


def test_every_kind_of_number_is_known():
    assert set(GOOD) == set(NumberType)


@pytest.mark.parametrize(("kind", "number"), GOOD.items())
def test_a_good_number_is_passed_and_indexed_in_the_form_in_which_services_read_it(kind, number):
    party = case_pb2.Party(id_type=kind, id_number=number)
    assert find_faults(LOOKUP, identity_pb2.LookupHouseholdRequest(debtor=party), on=ON) == ()
    assert normal(number) == read_number(kind, number, on=ON)


@pytest.mark.parametrize("kind", NumberType)
def test_one_that_is_none_is_refused_by_its_place(kind):
    number = "CAN1101800115011" if kind is NumberType.FOREIGN_PERMANENT_RESIDENT else "CAN110180011501"
    parties = [case_pb2.Party(id_type=k, id_number=n) for k, n in GOOD.items()]
    request = casefile_pb2.RegisterCaseRequest(parties=[*parties, case_pb2.Party(id_type=kind, id_number=number)])
    with pytest.raises(InvalidArgument) as refused:
        require_numbers(REGISTER, request, on=ON)
    assert refused.value.reason is Reason.FIELDS_INVALID
    (violation,) = refused.value.violations
    assert violation.field == f"parties[{len(GOOD)}].id_number"
    assert number not in f"{violation.description}{refused.value}"
