"""Which exit documents are answered and as what (notice 一.1)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.identity.domain import Category, DocumentStatus, Result, Section
from tests.unit.identity.fakes import MemoryRegistry
from tests.unit.identity.people import AS_OF, SPOUSE, household, lives, passport, person, record

DAY = timedelta(days=1)


def holder(*documents):
    someone = person()
    return MemoryRegistry([record(someone, documents=documents)], [household()]), someone


@pytest.mark.clause("R-1.6")
async def test_passport_hong_kong_and_taiwan_permits_newest_first(look_up):
    registry, someone = holder(
        passport(date(2012, 1, 1)),
        passport(date(2016, 1, 1), type="513", number="C00000001"),
        passport(date(2014, 1, 1), type="517", number="L00000001"),
    )
    answer = await look_up(registry, someone)
    assert answer.exit_documents_result == Section(Result.HIT)
    assert [v.document.type for v in answer.exit_documents] == ["513", "517", "414"]
    assert {v.status for v in answer.exit_documents} == {DocumentStatus.VALID}


@pytest.mark.clause("R-1.6")
@pytest.mark.parametrize(
    ("document", "status"),
    [
        (passport(date(2010, 1, 1), expiry_date=AS_OF), DocumentStatus.VALID),
        (passport(date(2010, 1, 1), expiry_date=AS_OF - DAY), DocumentStatus.EXPIRED),
        (passport(date(2010, 1, 1), ended_on=AS_OF, ending=DocumentStatus.VOIDED), DocumentStatus.VOIDED),
        (passport(date(2010, 1, 1), ended_on=AS_OF, ending=DocumentStatus.CANCELLED), DocumentStatus.CANCELLED),
        (passport(date(2010, 1, 1), ended_on=AS_OF + DAY, ending=DocumentStatus.VOIDED), DocumentStatus.VALID),
        (passport(AS_OF), DocumentStatus.VALID),
    ],
)
async def test_the_status_is_that_of_the_day(look_up, document, status):
    registry, someone = holder(document)
    (view,) = (await look_up(registry, someone)).exit_documents
    assert view.status is status


@pytest.mark.clause("R-1.6")
async def test_a_replaced_passport_is_two_documents(look_up):
    registry, someone = holder(
        passport(date(2010, 1, 1), 1, ended_on=date(2015, 1, 1), ending=DocumentStatus.VOIDED),
        passport(date(2015, 1, 1), 2),
    )
    answer = await look_up(registry, someone)
    assert [v.status for v in answer.exit_documents] == [DocumentStatus.VALID, DocumentStatus.VOIDED]


@pytest.mark.parametrize("documents", [(), (passport(AS_OF + DAY),)])
async def test_none_issued_by_the_day_is_no_record(look_up, documents):
    registry, someone = holder(*documents)
    answer = await look_up(registry, someone)
    assert (answer.exit_documents_result, answer.exit_documents) == (Section(Result.NO_RECORD), ())


@pytest.mark.clause("R-1.6")
async def test_documents_of_other_members_are_never_opened(look_up):
    debtor, spouse = person(1), person(2)
    registry = MemoryRegistry(
        [record(debtor), record(spouse, lives(spouse, SPOUSE), documents=(passport(date(2012, 1, 1)),))], [household()]
    )
    answer = await look_up(registry, debtor)
    assert answer.exit_documents == ()
    assert registry.opened_documents == [1]


async def test_documents_are_answered_for_who_is_registered_outside_the_province(look_up):
    someone = person()
    registry = MemoryRegistry(
        [record(someone, documents=(passport(date(2012, 1, 1)),))], [household(division="440106")]
    )
    answer = await look_up(registry, someone, categories={Category.HOUSEHOLD, Category.EXIT_DOCUMENTS})
    assert answer.exit_documents_result == Section(Result.HIT)
