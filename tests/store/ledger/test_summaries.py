"""Reports over a real log: what is asked about, and what is not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from services.ledger.oversight.domain import Period
from services.ledger.oversight.patterns import MOST_EVIDENCE, MOST_FINDINGS, Finding, FindingKind
from tests.store.ledger.disk import Disk
from tests.store.ledger.indexed import Office, thresholds
from tests.unit.ledger.entries import (
    APPROVE,
    BEGIN_US,
    CHIEF,
    COURT,
    DAY,
    JUDGE,
    MEASURE,
    REFUSAL,
    SECOND,
    SEIZE,
    SUBMIT,
    WORKFLOW,
    approval,
    digest,
    entry,
)
from xiezhi.ledger.v1 import ledger_pb2

HOUR = 3_600
MONTH = Period(BEGIN_US, BEGIN_US + 30 * DAY)
LATER = BEGIN_US + 200 * DAY
COLLEAGUE = "GAN0102-J002"


@pytest.fixture
async def office(disk: Disk) -> AsyncIterator[Office]:
    async with Office.open(disk) as opened:
        yield opened


async def _report(office: Office, *entries: ledger_pb2.Entry, now: int = LATER, **changed: int) -> list[Finding]:
    await office.append(*entries)
    return [*(await office.report(MONTH, now=now, thresholds=thresholds(**changed))).findings]


async def test_an_officer_with_many_disclosures_is_asked_about_with_the_newest_as_evidence(office: Office) -> None:
    usual = [entry(number, actor=f"GAN0102-J1{number:02}") for number in range(9)]
    busy = [entry(100 + number) for number in range(30)]
    outside = [entry(-1), entry(30 * 24 * HOUR), entry(50, WORKFLOW, SUBMIT), entry(60, REFUSAL)]
    (found,) = await _report(office, *usual, *busy, *outside, volume_floor=30)
    assert (found.kind, found.officer_id, found.organisation) == (FindingKind.UNUSUAL_VOLUME, JUDGE, COURT)
    assert (found.count, found.median) == (30, 1)
    assert found.leaf_indexes == tuple(range(38, 38 - MOST_EVIDENCE, -1))


async def test_calls_of_nobody_are_nobodys_volume(office: Office) -> None:
    assert await _report(office, *(entry(n, actor="", court="") for n in range(60)), volume_floor=1) == []


def _consented(after: float, *, about: int = 1, at: float = HOUR) -> list[ledger_pb2.Entry]:
    return [
        entry(at, WORKFLOW, SUBMIT, about=about, case=1),
        entry(at + after, WORKFLOW, APPROVE, actor=CHIEF, about=about, case=1),
    ]


async def test_a_consent_within_seconds_is_asked_about(office: Office) -> None:
    (found,) = await _report(office, *_consented(7.5), *_consented(10.000001, about=2))
    assert found == Finding(
        FindingKind.QUICK_CONSENT,
        1,
        officer_id=CHIEF,
        organisation=COURT,
        approval=approval(1),
        elapsed=timedelta(seconds=7.5),
        leaf_indexes=(0, 1),
    )


async def test_a_submission_sent_again_does_not_make_a_consent_quick(office: Office) -> None:
    submitted, consented = _consented(600)
    again = entry(HOUR + 595, WORKFLOW, SUBMIT, about=1, case=1)
    assert await _report(office, submitted, again, consented) == []


async def test_the_consent_decides_in_which_period_it_is_asked_about(office: Office) -> None:
    found = await _report(office, *_consented(5, about=1, at=-3), *_consented(5, about=2, at=30 * 24 * HOUR - 3))
    assert [one.approval for one in found] == [approval(1)]


async def test_refused_or_intended_consents_are_none(office: Office) -> None:
    submitted, consented = _consented(1)
    refused, intended = ledger_pb2.Entry(), ledger_pb2.Entry()
    for copy, kind in ((refused, REFUSAL), (intended, ledger_pb2.ENTRY_KIND_INTENT)):
        copy.CopyFrom(consented)
        copy.kind = kind
        copy.entry_id = entry().entry_id
    assert await _report(office, submitted, refused, intended) == []


async def test_how_soon_is_the_askers(office: Office) -> None:
    assert len(await _report(office, *_consented(30), consent_within=60)) == 1


MEASURED = {
    "never": None,
    "soon": DAY // SECOND,
    "on the last day": 90 * DAY // SECOND,
    "too late": 90 * DAY / SECOND + 0.000001,
    "before": -1,
    "at the same instant": 0,
}


async def test_lookups_that_no_measure_of_their_case_followed_are_asked_about(office: Office) -> None:
    entries = [entry(HOUR, about=number, case=number) for number in range(len(MEASURED))]
    entries += [
        entry(HOUR + after, MEASURE, SEIZE, about=100 + number, case=number)
        for number, after in enumerate(MEASURED.values())
        if after is not None
    ]
    found = await _report(office, *entries)
    assert {one.kind for one in found} == {FindingKind.UNFOLLOWED_LOOKUP}
    asked = {int.from_bytes(one.case_index): one.leaf_indexes for one in found}
    names = [*MEASURED]
    assert {names[number] for number in asked} == {"never", "too late", "before", "at the same instant"}
    assert asked == {number: (number,) for number in asked}


async def test_a_lookup_whose_days_are_not_over_is_left_in_peace(office: Office) -> None:
    first, second = entry(HOUR, about=1, case=4), entry(2 * HOUR, about=2, case=4)
    now = BEGIN_US + 90 * DAY + HOUR * SECOND
    assert await _report(office, first, second, now=now) == []
    (found,) = (await office.report(MONTH, now=now + 1, thresholds=thresholds())).findings
    assert (found.count, found.leaf_indexes) == (1, (0,))


async def test_disclosures_that_needed_no_approval_or_have_no_case_are_no_lookups(office: Office) -> None:
    assert await _report(office, entry(HOUR, case=4), entry(HOUR, about=1)) == []


async def test_a_case_tells_who_asked_where_it_was_one(office: Office) -> None:
    alone = [entry(HOUR + n, about=n, case=4) for n in range(2)]
    both = [entry(HOUR, about=7, case=5, actor=who) for who in (JUDGE, COLLEAGUE, COLLEAGUE)]
    others = [entry(HOUR, about=8, case=6), entry(HOUR, about=9, case=6, actor="GAN01-J001", court="赣01")]
    found = await _report(office, *alone, *both, *others, followed_within=24 * HOUR)
    assert [(one.case_index, one.count, one.officer_id, one.organisation) for one in found] == [
        (digest(5), 3, "", COURT),
        (digest(4), 2, JUDGE, COURT),
        (digest(6), 2, "", ""),
    ]


async def test_what_a_report_has_no_room_for_is_counted(office: Office) -> None:
    await office.append(*(entry(HOUR + n, about=n, case=100 + n) for n in range(MOST_FINDINGS + 3)))
    report = await office.report(MONTH, now=LATER, thresholds=thresholds(volume_floor=1_000))
    assert len(report.findings) == MOST_FINDINGS
    assert report.left_off == {FindingKind.UNFOLLOWED_LOOKUP: 3}


async def test_nothing_is_found_in_nothing(office: Office) -> None:
    report = await office.report(MONTH, now=LATER)
    assert (report.findings, report.left_off) == ((), {})
    assert report.head == office.log.shown.head
