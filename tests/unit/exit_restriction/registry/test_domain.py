"""Whom a court means, and the state of documents."""

from __future__ import annotations

from datetime import date

import pytest

from services.exit_restriction.domain import Finding
from services.exit_restriction.registry.domain import DocumentState, Named, Subject, examine, find_meant
from tests.unit.exit_restriction.travellers import number, passport, person, voided

A, B = Subject.of(person(1)), Subject.of(person(2, numbers=person(1).numbers))
NAMESAKE = Subject.of(person(3, names=A.names, numbers=A.numbers))
TWIN = Subject.of(person(2, names=("双胞",), numbers=A.numbers))
ONLY_NAMED = Subject(-5, ("甲",), A.numbers, ())
MADE, LATER = Subject(-9, A.names, A.numbers, ()), Subject(-3, A.names, A.numbers, ())


def named(name: str, numbers: tuple[str, ...] = A.numbers) -> Named:
    return Named(name, numbers)


@pytest.mark.parametrize(
    ("name", "found", "meant"),
    [
        (A.names[0], [], None),
        (A.names[0], [A], A),
        (f" {A.names[0]} ", [A], A),
        ("另一人", [A], None),
        (B.names[0], [A, B], B),
        (A.names[0], [A, NAMESAKE], None),
        (A.names[0], [A, NAMESAKE, MADE], MADE),
        (A.names[0], [MADE, A], A),
        (A.names[0], [LATER, MADE], MADE),
        ("另一人", [MADE], None),
    ],
)
def test_whom_a_court_means(name, found, meant):
    assert find_meant(named(name), found) is meant


@pytest.mark.parametrize(
    ("name", "found", "finding", "subject_id"),
    [
        ("测试1", [], Finding.NOT_FOUND, None),
        ("测试1", [ONLY_NAMED], Finding.NOT_FOUND, None),
        ("测试1", [A], Finding.FOUND, 1),
        (" 测试1 ", [A, ONLY_NAMED], Finding.FOUND, 1),
        ("甲", [A, ONLY_NAMED], Finding.NAME_DIFFERS, None),
        ("测试1", [A, TWIN], Finding.AMBIGUOUS, None),
        ("双胞", [A, TWIN], Finding.AMBIGUOUS, None),
        ("他人", [A, TWIN], Finding.NAME_DIFFERS, None),
    ],
)
def test_a_number_finds_and_a_name_only_confirms(name, found, finding, subject_id):
    examined = examine(name, found)
    assert examined.finding is finding
    assert (examined.subject and examined.subject.subject_id) == subject_id


@pytest.mark.parametrize("name", ["maria testova", "MARIA TESTOVA", "玛丽亚", "Mari\u0061 Testova"])
def test_any_of_the_names_is_theirs(name):
    assert Subject.of(person(names=("Maria Testova", "玛丽亚"))).has_name(name)


def test_names_are_composed_before_they_are_compared():
    assert Subject.of(person(names=("Jos\u00e9",))).has_name("Jose\u0301")


def test_nobody_is_named_by_a_name_alone():
    with pytest.raises(ValueError, match="name alone"):
        named("某人", ())
    assert Named("某人", (), ("UTOL898902C3",)).numbers == ()


@pytest.mark.parametrize(
    ("document", "on", "state"),
    [
        (passport(), date(2011, 12, 31), None),
        (passport(), date(2012, 1, 1), DocumentState.VALID),
        (passport(), date(2021, 12, 31), DocumentState.VALID),
        (passport(), date(2022, 1, 1), DocumentState.EXPIRED),
        (voided(1), date(2016, 5, 5), DocumentState.VALID),
        (voided(1), date(2016, 5, 6), DocumentState.VOIDED),
        (voided(1), date(2022, 1, 1), DocumentState.VOIDED),
    ],
)
def test_the_state_of_a_document_on_a_date(document, on, state):
    assert document.state(on) is state


def test_nothing_personal_is_shown():
    someone = person(documents=(passport(), voided(2)))
    shown = repr((someone, Subject.of(someone), named(someone.names[0], someone.numbers)))
    for value in (*someone.names, *someone.numbers, *someone.document_numbers, number(1)[6:14], "1980"):
        assert value not in shown
