"""Entries from push to removal: forwarded, on the list only or refused, and that each is so once and whole."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.exit_restriction.changes import Happened, ReleaseProposed
from services.exit_restriction.listing import correcting
from services.exit_restriction.restrictions.rows import RestrictionRows
from tests.store.exit_restriction.court import Court
from tests.unit.exit_restriction.orders import (
    ABLE,
    DONGHU,
    HIGH,
    LATER,
    NANCHANG,
    XIHU,
    company,
    context,
    notice,
    party,
    push,
    record,
)
from tests.unit.exit_restriction.travellers import BIRTH, NOW, number, passport, person
from xiezhi.errors import XiezhiError
from xiezhi.exit_restriction.v1 import listing_pb2, restriction_pb2

FORWARDED, LIST_ONLY = listing_pb2.FORWARDING_FORWARDED, listing_pb2.FORWARDING_LIST_ONLY
ON_FILE = person(1)
TWINS = (person(20), person(21, names=("双胞",), numbers=person(20).numbers))
DEAD = person(3, is_deceased=True)
CHILD = person(4, numbers=(number(4, date(2005, 1, 1)),), birth_date=date(2005, 1, 1))
FOREIGNER = person(
    5, names=("JOHN TEST",), numbers=(), documents=(replace(passport(), number="GBR123456789"),), birth_date=BIRTH
)
STRANGER = replace(FOREIGNER, documents=(replace(passport(), number="GBR987654321"),))
UNKNOWN = person(6)
JIA, YI = person(7), person(8)


def refused(caught):
    return caught.value.reason.value


async def refuse(court, request, **known):
    with pytest.raises(XiezhiError) as caught:
        await court(request, **known)
    return refused(caught)


def listing(someone=None, *, court=DONGHU, serial=1, as_of=None, debtor=None):
    request = listing_pb2.ListEntriesRequest(
        context=context(court=court, serial=serial), debtor=debtor or party(someone or ON_FILE)
    )
    if as_of is not None:
        request.as_of_time.FromDatetime(as_of)
    return request


def restrictions(someone=None, *, court=DONGHU, serial=1, as_of=None):
    request = restriction_pb2.ListRestrictionsRequest(
        context=context(court=court, serial=serial), debtor=party(someone or ON_FILE)
    )
    if as_of is not None:
        request.as_of_time.FromDatetime(as_of)
    return request


def correction(name, someone, *, debtor=None, written=None, serial=1, court=DONGHU, pdf=None):
    pdf = notice(someone, court=court) if pdf is None else pdf
    return listing_pb2.CorrectEntryRequest(
        context=context(pdf, court=court, serial=serial),
        debtor=debtor or party(someone),
        name=name,
        record=written or record(),
        notice_pdf=pdf,
    )


def removal(name, someone=None, *, kind=listing_pb2.REMOVAL_KIND_DELETION, serial=1, court=DONGHU):
    return listing_pb2.RemoveEntryRequest(
        context=context(court=court, serial=serial), debtor=party(someone or ON_FILE), name=name, kind=kind
    )


def named(someone, serial, **known):
    """Pushes somebody whom the notice of the case names, and the decision."""
    pdf = notice(someone, serials=(serial,), named=[someone.documents[0].number])
    return push(someone, serial=serial, pdf=pdf, **known)


def pushed(serial, someone=ON_FILE, *, pdf, **known):
    return push(someone, serial=serial, pdf=pdf, **known)


OUTCOMES = [
    (lambda n: named(ON_FILE, n), FORWARDED, []),
    (lambda n: named(UNKNOWN, n), FORWARDED, []),
    (lambda n: named(FOREIGNER, n), FORWARDED, []),
    (lambda n: named(ON_FILE, n, has_decision=False), LIST_ONLY, ["EXIT_DECISION_MISSING"]),
    (lambda n: pushed(n, pdf=notice(ON_FILE, serials=())), LIST_ONLY, ["EXIT_DECISION_MISSING"]),
    (lambda n: named(ON_FILE, n, decided_by=NANCHANG), FORWARDED, []),
    (lambda n: named(ON_FILE, n, decided_by=XIHU), LIST_ONLY, ["EXIT_DECISION_MISSING"]),
    (lambda n: named(ON_FILE, n, months=13), LIST_ONLY, ["TERM_EXCEEDS_LEVEL"]),
    (lambda n: named(TWINS[0], n), LIST_ONLY, ["PERSON_AMBIGUOUS"]),
    (lambda n: named(TWINS[1], n), LIST_ONLY, ["PERSON_AMBIGUOUS"]),
    (lambda n: named(DEAD, n), LIST_ONLY, ["PERSON_DECEASED"]),
    (lambda n: named(DEAD, n, months=13), LIST_ONLY, ["TERM_EXCEEDS_LEVEL", "PERSON_DECEASED"]),
    (
        lambda n: pushed(n, debtor=company(), pdf=notice(named=[company().id_number]), has_decision=False),
        LIST_ONLY,
        ["NATURAL_PERSON_ONLY", "EXIT_DECISION_MISSING"],
    ),
]
REFUSALS = [
    (lambda n: pushed(n, pdf=b""), "MISSING_ASSISTANCE_NOTICE"),
    (lambda n: pushed(n, pdf=notice(JIA)), "MISSING_ASSISTANCE_NOTICE"),
    (lambda n: pushed(n, pdf=b"no seal"), "DOCUMENT_UNSEALED"),
    (lambda n: pushed(n, pdf=notice(ON_FILE, court=XIHU)), "SEAL_OF_ANOTHER_COURT"),
    (lambda n: named(ON_FILE, n, debtor=party(ON_FILE, name="他人")), "PERSON_NAME_MISMATCH"),
    (lambda n: named(TWINS[0], n, debtor=party(ON_FILE, name="他人")), "MISSING_ASSISTANCE_NOTICE"),
    (lambda n: named(TWINS[0], n, debtor=party(TWINS[0], name="他人")), "PERSON_NAME_MISMATCH"),
    (lambda n: named(CHILD, n), "PERSON_UNDER_AGE"),
    (lambda n: named(person(9, numbers=(number(9, date(2000, 8, 4)),)), n), "PERSON_UNDER_AGE"),
    # Nobody knows whether a foreigner who is not on file is a minor.
    (lambda n: named(STRANGER, n), "FIELDS_INVALID"),
    (lambda n: named(ON_FILE, n, written=record(published=date(2018, 8, 4))), "FIELDS_INVALID"),
    (lambda n: named(ON_FILE, n, written=record(ABLE, years=1)), "FIELDS_INVALID"),
    (lambda n: named(ON_FILE, n, written=record(performed_part="五十元")), "FIELDS_INVALID"),
    (lambda n: named(ON_FILE, n, written=record(legal_representative="某某")), "FIELDS_INVALID"),
    (lambda n: named(ON_FILE, n, start=date(2018, 8, 2)), "FIELDS_INVALID"),
    (lambda n: named(ON_FILE, n, start=date(2019, 8, 4)), "FIELDS_INVALID"),
]


@pytest.mark.clause("R-1.8", "R-1.9")
async def test_an_entry_is_forwarded_or_on_the_list_only_for_every_reason(court, load):
    load(ON_FILE, DEAD, FOREIGNER, *TWINS)
    for serial, (order, outcome, reasons) in enumerate(OUTCOMES, 1):
        entry = (await court(order(serial))).entry
        assert (entry.outcome.forwarding, list(entry.outcome.reasons)) == (outcome, reasons), serial
        assert bool(entry.outcome.restriction) is (outcome == FORWARDED)
        assert entry.state == listing_pb2.ENTRY_STATE_PUBLISHED
        assert (entry.end_date.year, entry.end_date.month, entry.end_date.day) == (2020, 8, 3)


@pytest.mark.clause("R-1.8")
async def test_an_entry_is_refused_with_its_reason_and_leaves_nothing(court, load, told):
    load(ON_FILE, CHILD, *TWINS)
    for serial, (order, reason) in enumerate(REFUSALS, 1):
        request = order(serial)
        assert await refuse(court, request) == reason, serial
        asked = listing(debtor=request.debtor, serial=serial)
        assert not (await court(asked)).entries
    assert told == []


@pytest.mark.clause("R-1.9")
async def test_the_level_is_that_of_the_highest_approver(court, load):
    load(JIA, YI, ON_FILE, UNKNOWN)
    for someone, approved_by, months, forwarded in (
        (JIA, (DONGHU,), 3, True),
        (YI, (DONGHU,), 4, False),
        (ON_FILE, (DONGHU, NANCHANG), 12, True),
        (UNKNOWN, (HIGH,), 12, True),
    ):
        entry = (await court(push(someone, months=months), approved_by=approved_by)).entry
        assert (entry.outcome.forwarding == FORWARDED) is forwarded
    assert await refuse(court, push(person(9)), approved_by=()) == "APPROVAL_REQUIRED"
    shown = (await court(restrictions(UNKNOWN))).restrictions[0]
    assert shown.level == restriction_pb2.FILING_LEVEL_PROVINCE


async def test_a_repeated_push_returns_the_first_answer_and_a_second_one_is_refused(court, load, told):
    load(ON_FILE)
    order = push(ON_FILE, request_id="00000000-0000-4000-8000-000000000001")
    first = await court(order)
    assert await court(order) == first
    other = push(ON_FILE, serial=2, request_id="00000000-0000-4000-8000-000000000001")
    assert await refuse(court, other) == "REQUEST_ID_REUSED"
    assert await refuse(court, push(ON_FILE)) == "ENTRY_EXISTS"
    assert len(told) == 1
    assert (told[0].happened, told[0].record.court_code, told[0].record.officer_id) == (
        Happened.FILED,
        DONGHU,
        "GAN0102-J001",
    )
    assert len((await court(listing())).entries) == 1


async def test_courts_restrict_for_themselves_and_one_case_restricts_once(court, load):
    load(ON_FILE)
    entry = (await court(push(ON_FILE))).entry
    assert (await court(push(ON_FILE, serial=2))).entry.outcome.forwarding == FORWARDED
    assert (await court(push(ON_FILE, court=XIHU))).entry.outcome.forwarding == FORWARDED
    await court(removal(entry.name))
    again = (await court(push(ON_FILE))).entry
    assert list(again.outcome.reasons) == ["RESTRICTION_EXISTS"]
    assert [e.state for e in (await court(listing())).entries] == [
        listing_pb2.ENTRY_STATE_DELETED,
        listing_pb2.ENTRY_STATE_PUBLISHED,
    ]


async def test_two_courts_that_name_somebody_unknown_at_once_restrict_one_person(court, database, keyring, clock):
    answers = await asyncio.gather(
        *(court(push(UNKNOWN, court=code, serial=serial)) for code in (DONGHU, XIHU) for serial in (1, 2))
    )
    assert {answer.entry.outcome.forwarding for answer in answers} == {FORWARDED}
    whose = await database.read(lambda c: RestrictionRows(keyring).restricted(c, after=-(1 << 63), most=10))
    assert len(whose) == 1


async def test_of_concurrent_pushes_of_one_case_one_is_let_in(database, keyring, clock, court, load):
    load(ON_FILE)
    other = Court(database, keyring, clock=clock)
    found = await asyncio.gather(
        *(one(push(debtor=company(), pdf=notice(named=[company().id_number]))) for one in (court, other) * 3),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in found) == ["AlreadyExists"] * 5 + ["PushEntryResponse"]


@pytest.mark.clause("R-1.14")
async def test_removal_proposes_a_release_and_performs_none(court, load, told):
    load(ON_FILE)
    entry = (await court(push(ON_FILE))).entry
    assert await refuse(court, removal(entry.name, serial=2)) == "ENTRY_NOT_FOUND"
    assert await refuse(court, removal(entry.name, court=XIHU)) == "ENTRY_NOT_FOUND"
    assert await refuse(court, removal(entry.name, JIA)) == "ENTRY_NOT_FOUND"
    before = court.clock.now()
    order = removal(entry.name, kind=listing_pb2.REMOVAL_KIND_WITHDRAWAL)
    answer = await court(order)
    assert await court(order) == answer
    assert answer.entry.state == listing_pb2.ENTRY_STATE_WITHDRAWN
    assert list(answer.proposed_releases) == [entry.outcome.restriction]
    assert isinstance(told[-1], ReleaseProposed)
    assert await refuse(court, removal(entry.name)) == "ENTRY_ENDED"
    (shown,) = (await court(restrictions())).restrictions
    assert (shown.state, shown.release_proposed) == (restriction_pb2.RESTRICTION_STATE_ACTIVE, True)
    (shown,) = (await court(restrictions(as_of=before - LATER))).restrictions
    assert not shown.release_proposed
    assert (await court(listing(as_of=before - LATER))).entries[0].state == listing_pb2.ENTRY_STATE_PUBLISHED
    assert not (await court(listing(as_of=NOW - timedelta(days=1)))).entries
    assert await refuse(court, listing(as_of=NOW + timedelta(days=1))) == "FIELDS_INVALID"


async def test_a_correction_of_what_was_written_leaves_the_restriction(court, load, told):
    load(ON_FILE)
    entry = (await court(push(ON_FILE))).entry
    answer = (await court(correction(entry.name, ON_FILE, written=record(ABLE)))).entry
    assert (answer.name, answer.state) == (entry.name, listing_pb2.ENTRY_STATE_CORRECTED)
    assert (answer.outcome, list(answer.record.behaviours)) == (entry.outcome, [ABLE])
    assert not answer.HasField("end_date")
    assert len(told) == 1
    assert await refuse(court, correction(entry.name, ON_FILE, pdf=notice(JIA))) == "MISSING_ASSISTANCE_NOTICE"
    assert await refuse(court, correction(entry.name, ON_FILE, serial=2)) == "ENTRY_NOT_FOUND"
    await court(removal(entry.name))
    assert await refuse(court, correction(entry.name, ON_FILE)) == "ENTRY_ENDED"


@pytest.mark.clause("R-1.8")
async def test_what_is_performed_and_who_represents_a_company_is_kept(court, load):
    load(ON_FILE)
    part = record(performance=listing_pb2.PERFORMANCE_PARTIAL, performed_part="已还五十元")
    assert (await court(push(ON_FILE, written=part))).entry.record == part
    pdf, represented = notice(named=[company().id_number]), record(legal_representative="某某")
    answer = await court(push(debtor=company(), pdf=pdf, has_decision=False, written=represented))
    assert answer.entry.record == represented


@pytest.mark.parametrize("right", [JIA, UNKNOWN])
async def test_a_correction_of_the_person_passes_the_restriction_on_with_the_same_last_day(court, load, told, right):
    load(ON_FILE, JIA)
    entry = (await court(push(ON_FILE))).entry
    before = court.clock.now()
    answer = (await court(correction(entry.name, right))).entry
    assert answer.outcome.forwarding == FORWARDED
    assert answer.outcome.restriction != entry.outcome.restriction
    assert [change.happened for change in told] == [Happened.FILED, Happened.SUPERSEDED, Happened.FILED]
    assert told[1].at == told[2].at
    (wrong,) = (await court(restrictions(ON_FILE))).restrictions
    (now,) = (await court(restrictions(right))).restrictions
    assert (wrong.state, now.state) == (
        restriction_pb2.RESTRICTION_STATE_SUPERSEDED,
        restriction_pb2.RESTRICTION_STATE_ACTIVE,
    )
    assert now.terms[0].end_date == wrong.terms[0].end_date
    assert (now.decision_number, now.level) == (wrong.decision_number, wrong.level)
    assert [e.name for e in (await court(listing(right))).entries] == [entry.name]
    assert not (await court(listing(ON_FILE))).entries
    assert [e.name for e in (await court(listing(ON_FILE, as_of=before - LATER))).entries] == [entry.name]
    assert await refuse(court, removal(entry.name, ON_FILE)) == "ENTRY_NOT_FOUND"
    assert await refuse(court, push(right)) == "ENTRY_EXISTS"
    assert (await court(push(ON_FILE))).entry.outcome.forwarding == FORWARDED


async def test_a_clock_that_is_behind_finds_what_another_one_dated(court, load, told, clock):
    load(ON_FILE, JIA)
    first = (await court(push(ON_FILE))).entry
    second = (await court(push(ON_FILE, serial=2))).entry
    clock.set(NOW - timedelta(minutes=5))
    assert (await court(correction(first.name, JIA))).entry.outcome.forwarding == FORWARDED
    assert told[-2].happened is Happened.SUPERSEDED
    answer = await court(removal(second.name, serial=2))
    assert list(answer.proposed_releases) == [second.outcome.restriction]


async def test_a_correction_of_a_name_alone_passes_the_restriction_on_too(court):
    entry = (await court(push(UNKNOWN))).entry
    answer = (await court(correction(entry.name, UNKNOWN, debtor=party(UNKNOWN, name="测试六")))).entry
    assert answer.outcome.forwarding == FORWARDED
    states = [r.state for r in (await court(restrictions(UNKNOWN))).restrictions]
    assert states == [restriction_pb2.RESTRICTION_STATE_SUPERSEDED, restriction_pb2.RESTRICTION_STATE_ACTIVE]


async def test_the_wrong_person_is_free_even_if_the_right_one_may_not_be_restricted(court, load, told):
    load(ON_FILE, DEAD, CHILD, JIA)
    entry = (await court(push(ON_FILE))).entry
    assert await refuse(court, correction(entry.name, CHILD)) == "PERSON_UNDER_AGE"
    other = (await court(push(JIA))).entry
    assert await refuse(court, correction(entry.name, JIA)) == "ENTRY_EXISTS"
    await court(removal(other.name, JIA))
    answer = (await court(correction(entry.name, DEAD))).entry
    assert (answer.outcome.forwarding, list(answer.outcome.reasons)) == (LIST_ONLY, ["PERSON_DECEASED"])
    assert told[-1].happened is Happened.SUPERSEDED
    assert told[-1].standing.successor_id == ""
    nothing = (await court(correction(entry.name, UNKNOWN))).entry
    assert list(nothing.outcome.reasons) == ["EXIT_DECISION_MISSING"]
    again = (await court(push(ON_FILE))).entry
    stays = (await court(correction(again.name, JIA))).entry
    assert list(stays.outcome.reasons) == ["RESTRICTION_EXISTS"]


async def test_a_change_that_breaks_off_leaves_nothing(database, keyring, clock, court, load, monkeypatch):
    load(ON_FILE)

    def fail(*_, **__):
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        await Court(database, keyring, clock=clock, tell=fail)(push(ON_FILE))
    assert not (await court(listing())).entries
    assert not (await court(restrictions())).restrictions
    entry = (await court(push(ON_FILE))).entry
    with monkeypatch.context() as patched:
        patched.setattr(correcting, "Rewritten", fail)
        with pytest.raises(RuntimeError):
            await court(correction(entry.name, JIA))
    (shown,) = (await court(restrictions())).restrictions
    assert shown.state == restriction_pb2.RESTRICTION_STATE_ACTIVE
