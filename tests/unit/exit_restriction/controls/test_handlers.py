"""What becomes of the persons of a batch, and of controls that are to be lifted."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.ids import RandomIds
from services.exit_restriction.controls.domain import HandedOver, Item, Judge
from services.exit_restriction.controls.handlers import Terms, file_all, lift_all
from services.exit_restriction.domain import CURRENT_RULE, Author, ControlOrder, ControlState, Note, Requirement
from services.filing import domain as filing_domain
from services.filing.desk import Accepted
from services.filing.domain import Contact, Document, DocumentKind, Filing, RequestKey
from tests.unit.exit_restriction.controls.memory import MemoryFiles
from tests.unit.exit_restriction.told import DONGHU, JUDGE, NANCHANG, PHONE
from tests.unit.exit_restriction.travellers import NOW, person
from xiezhi.errors import Reason, XiezhiError

ONE, TWO, AWAY = person(1), person(2), person(3, is_abroad=True)
DECISION = "（2018）赣0102执1号之一"
JUDGE_OF = Judge(JUDGE, Contact("李承办", PHONE))
TERMS = Terms(CURRENT_RULE, RandomIds())
AUTHOR = Author(DONGHU, "（2018）赣0102执1号")


def accepted(notice, liberty=(), *, decision=DECISION, now=NOW, request_id="id"):
    """An order whose papers mention texts."""
    documents = [Document(DocumentKind.EXIT_RESTRICTION_DECISION, decision, DONGHU, hashlib.sha256().digest())]
    filing = Filing(
        RequestKey(DONGHU, request_id, "m", b""),
        filing_domain.Author(AUTHOR.court_code, AUTHOR.case_number),
        "",
        JUDGE_OF.contact,
        tuple(documents if decision else ()),
        (),
    )
    return Accepted(filing, (), (frozenset(notice), frozenset(liberty)), now)


def item(someone, requirement=Requirement.BLOCK_EXIT, *, author=AUTHOR, **known):
    person_of = HandedOver(someone.names[0], 1, someone.numbers[0])
    return Item(person_of, ControlOrder(author, requirement, **known))


def place(items, files, *, notice=None, liberty=(), **known):
    numbers = [one.person.number for one in items if isinstance(one, Item)] if notice is None else notice
    order = accepted([*numbers, DECISION], liberty, **known)
    return file_all(items, order, files, judge=JUDGE_OF, terms=TERMS)


def reasons(outcomes):
    return [outcome.refused for outcome in outcomes]


def test_each_person_has_an_outcome_of_their_own():
    files = MemoryFiles(ONE, AWAY)
    items = [
        item(ONE),
        Reason.NATURAL_PERSON_ONLY,
        item(AWAY, months=2),
        item(TWO),
        item(ONE, Requirement.MONITOR),
        item(AWAY, Requirement.DETAIN),
    ]
    outcomes = place(items, files)
    duplicate = Reason.BATCH_DUPLICATE
    assert reasons(outcomes) == [None, Reason.NATURAL_PERSON_ONLY, None, None, duplicate, duplicate]
    notes = [(), (), (Note.LONG_TERM, Note.ABROAD), (Note.NOT_ON_FILE,), (), ()]
    assert [outcome.notes for outcome in outcomes] == notes
    placed = [o.control.record for o in outcomes if o.control is not None]
    assert [record.judge for record in placed] == [JUDGE_OF] * 3
    assert {record.decision_number for record in placed} == {DECISION}
    assert {record.batch for record in placed} == {"id"}
    assert sum(len(file.records) for file in files.files.values()) == 3


def test_the_register_is_not_asked_about_whom_the_notice_does_not_name():
    files = MemoryFiles(ONE, TWO)
    outcomes = place([item(ONE), item(TWO)], files, notice=TWO.numbers)
    assert reasons(outcomes) == [Reason.MISSING_ASSISTANCE_NOTICE, None]
    assert files.asked == [list(TWO.names)]


@pytest.mark.parametrize("decision", ["", "（2018）赣0102执1号之九"])
def test_a_notice_that_names_no_listed_decision_places_nothing(decision):
    files = MemoryFiles(ONE)
    assert reasons(place([item(ONE)], files, decision=decision)) == [Reason.EXIT_DECISION_MISSING]
    assert files.asked == [[]]


@pytest.mark.parametrize(("liberty", "reason"), [((), Reason.LIBERTY_DOCUMENT_MISSING), (ONE.numbers, None)])
def test_only_who_is_named_by_the_document_that_restricts_liberty_is_detained(liberty, reason):
    files = MemoryFiles(ONE, TWO)
    outcomes = place([item(ONE, Requirement.DETAIN), item(TWO)], files, liberty=liberty)
    assert reasons(outcomes) == [reason, None]


def test_a_control_is_filed_again():
    files = MemoryFiles(ONE)
    (first,) = place([item(ONE)], files)
    (early,) = place([item(ONE)], files, now=NOW + timedelta(days=9))
    assert early.refused is Reason.CONTROL_EXISTS
    (again,) = place([item(ONE)], files, now=NOW + timedelta(days=20))
    assert again.notes == (Note.REFILED,)
    assert again.control.standing.state is ControlState.ACCEPTED
    assert again.control.record.placed.start == date(2018, 9, 4)
    (late,) = place([item(ONE)], files, now=NOW + timedelta(days=20))
    assert late.refused is Reason.CONTROL_EXISTS
    assert files.files[1].shown(first.control.record.control_id, NOW + timedelta(days=20)).standing.successor_id


def lift(names, files, *, numbers=ONE.numbers, notice=None, author=AUTHOR, now=NOW + timedelta(days=1)):
    order = accepted(numbers if notice is None else notice, now=now)
    return lift_all(names, order, files, author=author, numbers=numbers)


def test_controls_are_lifted_with_how_often_the_person_was_met():
    files = MemoryFiles(ONE)
    (first,) = place([item(ONE)], files)
    (second,) = place([item(ONE, Requirement.MONITOR)], files)
    names = [one.control.record.control_id for one in (second, first)]
    files.counts = {names[0]: 3}
    lifted = lift(names, files)
    assert [one.record.control_id for one in lifted] == names
    assert [(one.standing.state, one.hits) for one in lifted] == [(ControlState.LIFTED, 3), (ControlState.LIFTED, 0)]


@pytest.mark.parametrize(
    ("reason", "names", "known"),
    [
        (Reason.MISSING_ASSISTANCE_NOTICE, 1, {"notice": TWO.numbers}),
        (Reason.CONTROL_NOT_FOUND, 1, {"numbers": TWO.numbers}),
        (Reason.CONTROL_NOT_FOUND, 1, {"author": Author(NANCHANG, AUTHOR.case_number)}),
        (Reason.CONTROL_NOT_FOUND, 1, {"author": replace(AUTHOR, case_number="（2018）赣0102执2号")}),
        (Reason.CONTROL_NOT_FOUND, 2, {}),
        (Reason.CONTROL_ENDED, 1, {"now": NOW + timedelta(days=400)}),
    ],
)
def test_what_is_not_the_callers_looks_like_what_is_not_there(reason, names, known):
    files = MemoryFiles(ONE)
    (placed,) = place([item(ONE)], files)
    wanted = [placed.control.record.control_id, "unknown"][:names]
    with pytest.raises(XiezhiError) as refusal:
        lift(wanted, files, **known)
    assert refusal.value.reason is reason
    assert not files.files[1].later


PEOPLE = [person(n) for n in range(1, 5)]


@settings(max_examples=50)
@given(
    st.lists(
        st.one_of(
            st.sampled_from([Reason.FIELDS_INVALID, Reason.NATURAL_PERSON_ONLY]),
            st.builds(item, st.sampled_from(PEOPLE), st.sampled_from(Requirement), months=st.integers(0, 13)),
        ),
        max_size=8,
    ),
    st.sets(st.sampled_from([one.numbers[0] for one in PEOPLE])),
)
def test_whatever_a_batch_holds_nobody_is_placed_twice_or_unnamed(items, notice):
    files = MemoryFiles(*PEOPLE[:2])
    outcomes = place(items, files, notice=notice, liberty=notice)
    assert len(outcomes) == len(items)
    placed = [outcome.control.record for outcome in outcomes if outcome.control is not None]
    numbers = [record.person.number for record in placed]
    assert len(numbers) == len(set(numbers))
    assert set(numbers) <= notice
    assert all((outcome.control is None) is (outcome.refused is not None) for outcome in outcomes)
    assert all(record.placed.requirement in CURRENT_RULE.allowed for record in placed)
    assert {r.control_id for r in placed} == {c for file in files.files.values() for c in file.records}
