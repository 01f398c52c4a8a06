"""Exit documents have the numbers, the times and the ends of real ones."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from services.codes.documents import is_usual_number
from services.identity.domain import DocumentStatus
from services.synthetic.documents import draw_documents, later
from services.synthetic.draws import Source

TODAY = date(2018, 8, 3)


def drawn(count=3_000, *, birth=date(1970, 5, 5), died=None):
    source = Source(5)
    ends = None if died is None else died.toordinal()
    return [
        draw_documents(source.at(b"test", key), key, birth=birth.toordinal(), died=ends)
        for key in range(10_000, 10_000 + count)
    ]


def test_all_kinds_are_there_with_usual_numbers(people):
    documents = [document for record in people for document in record.documents]
    assert {"414", "513", "517", "412"} <= {document.type for document in documents}
    assert all(is_usual_number(document.type, document.number) for document in documents)


def test_histories_have_documents_in_every_state(people):
    states = Counter(d.status(TODAY) for record in people for d in record.documents)
    assert all(states[status] > 20 for status in (*DocumentStatus, None))


def test_a_replaced_document_ends_when_the_next_one_begins():
    pairs = [(old, new) for documents in drawn() for old, new in pairwise(documents) if old.type == new.type]
    assert pairs
    for old, new in pairs:
        assert (
            old.ended_on == new.issue_date if old.ending is DocumentStatus.VOIDED else old.expiry_date < new.issue_date
        )


def test_nothing_is_issued_before_birth_or_after_death_and_death_ends_all():
    died = date(2020, 1, 1)
    for documents in drawn(birth=date(2001, 1, 1), died=died):
        for document in documents:
            assert date(2002, 1, 1) <= document.issue_date < died
            assert document.status(died) is not DocumentStatus.VALID


def test_children_get_documents_of_five_years():
    found = [d for documents in drawn(birth=date(2013, 3, 1)) for d in documents]
    assert found
    assert all(d.expiry_date == later(d.issue_date, years=5) for d in found)


def test_who_is_born_yesterday_has_none():
    assert not any(drawn(birth=date(2024, 12, 1)))


@pytest.mark.parametrize(
    ("issued", "years", "last"),
    [
        (date(2018, 8, 3), 10, date(2028, 8, 2)),
        (date(2016, 2, 29), 5, date(2021, 2, 28)),
        (date(2016, 2, 29), 10, date(2026, 2, 28)),
        (date(2016, 3, 1), 5, date(2021, 2, 28)),
    ],
)
def test_the_last_day_is_the_eve(issued, years, last):
    assert later(issued, years=years) == last
