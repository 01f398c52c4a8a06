"""What a report asks about, and what it leaves in peace."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from services.ledger.oversight.patterns import (
    MOST_EVIDENCE,
    Consent,
    Finding,
    FindingKind,
    Thresholds,
    UnfollowedCase,
    Volume,
    find_quick_consents,
    find_unfollowed_lookups,
    find_unusual_volumes,
    organisation_kind,
)
from xiezhi.ledger.v1 import oversight_pb2

USUAL = Thresholds()
BASIC, OTHER_BASIC, INTERMEDIATE = "赣0102", "赣0103", "赣01"
TRAFFIC, HOUSEHOLD = "360100620000", "360102510000"
FIRST, SECOND = uuid.UUID(int=1).bytes, uuid.UUID(int=2).bytes


def _volumes(*counts: int, organisation: str = BASIC) -> list[Volume]:
    return [Volume(f"OFFICER-{number}", organisation, count) for number, count in enumerate(counts)]


@pytest.mark.parametrize(
    ("organisation", "kind"),
    [
        (BASIC, "court BASIC"),
        (INTERMEDIATE, "court INTERMEDIATE"),
        ("赣", "court HIGH"),
        (TRAFFIC, "police 62"),
        (HOUSEHOLD, "police 51"),
        ("", ""),
        ("沪01", ""),
    ],
)
def test_organisations_are_compared_with_their_like(organisation: str, kind: str) -> None:
    assert organisation_kind(organisation) == kind


@pytest.mark.parametrize(
    ("counts", "unusual"),
    [
        # Median 10, deviation 1: more than 16, and the floor is 50.
        ([9, 10, 11, 49], []),
        ([9, 10, 10, 11, 50], [50]),
        # Much, and so does everybody.
        ([900, 1000, 1100, 1200], []),
        # Median 100, deviation 20: 220 is six times that and not more, 221 is more.
        ([80, 100, 100, 120, 120, 80, 220], []),
        ([80, 100, 100, 120, 120, 80, 241], [241]),
        # All the same: the deviation is 0 and counts as 1.
        ([100] * 9 + [106], []),
        ([100] * 9 + [107], [107]),
        # Nobody to be compared with.
        ([100_000], []),
        ([], []),
        # The one further from the median first.
        ([10] * 9 + [70, 90], [90, 70]),
    ],
)
def test_volumes_are_asked_about_from_a_floor_and_a_distance_on(counts: list[int], unusual: list[int]) -> None:
    assert [finding.count for finding in find_unusual_volumes(_volumes(*counts), USUAL)] == unusual


def test_a_finding_of_volume_says_who_and_what_is_usual() -> None:
    (found,) = find_unusual_volumes(_volumes(*[10, 11] * 4, 90), USUAL)
    assert found == Finding(FindingKind.UNUSUAL_VOLUME, 90, officer_id="OFFICER-8", organisation=BASIC, median=11)


def test_officers_are_held_against_their_own_kind_only() -> None:
    cameras = _volumes(5_000, 5_000, 5_001, organisation=TRAFFIC)
    judges = [*_volumes(10, 10, 10), Volume("BUSY", OTHER_BASIC, 60)]
    assert [one.officer_id for one in find_unusual_volumes([*cameras, *judges], USUAL)] == ["BUSY"]


def test_thresholds_of_volume_are_the_askers() -> None:
    strict = Thresholds(volume_floor=5, volume_deviations=1)
    assert [one.count for one in find_unusual_volumes(_volumes(1, 1, 1, 5), strict)] == [5]


def _consent(seconds: float, *, of: bytes = FIRST, by: str = "CHIEF", place: int = 7) -> Consent:
    return Consent(of, by, BASIC, timedelta(seconds=seconds), place, submission=3)


@pytest.mark.parametrize(("seconds", "asked"), [(0, True), (9.9, True), (10, True), (10.000001, False)])
def test_a_consent_is_quick_until_its_last_moment(seconds: float, asked: bool) -> None:
    assert bool(find_quick_consents([_consent(seconds)], USUAL)) is asked


def test_a_finding_of_consents_names_the_first_and_counts_who_consented() -> None:
    again = _consent(8, place=9)
    found = find_quick_consents([_consent(6, by="PRESIDENT", place=8), again, _consent(4)], USUAL)
    assert found == [
        Finding(
            FindingKind.QUICK_CONSENT,
            2,
            officer_id="CHIEF",
            organisation=BASIC,
            approval="approvals/00000000-0000-0000-0000-000000000001",
            elapsed=timedelta(seconds=4),
            leaf_indexes=(3, 7, 8, 9),
        )
    ]


def test_the_quickest_approval_comes_first_and_evidence_is_bounded() -> None:
    many = [_consent(5, of=SECOND, place=place) for place in range(100, 150)]
    found = find_quick_consents([*many, _consent(2)], USUAL)
    assert [one.elapsed for one in found] == [timedelta(seconds=2), timedelta(seconds=5)]
    assert found[1].leaf_indexes == (3, *range(100, 100 + MOST_EVIDENCE - 1))


def test_cases_with_most_lookups_that_led_to_nothing_come_first() -> None:
    few, many = UnfollowedCase(b"f" * 32, 1, "GAN0102-J001", BASIC), UnfollowedCase(b"m" * 32, 9, "", BASIC)
    found = find_unfollowed_lookups([few, many])
    assert [(one.count, one.case_index, one.officer_id) for one in found] == [
        (9, b"m" * 32, ""),
        (1, b"f" * 32, "GAN0102-J001"),
    ]


def test_kinds_of_findings_are_those_of_the_contract() -> None:
    declared = {name.removeprefix("FINDING_KIND_"): value for name, value in oversight_pb2.FindingKind.items() if value}
    assert declared == {kind.name: kind.value for kind in FindingKind}
