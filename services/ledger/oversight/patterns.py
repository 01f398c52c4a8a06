"""What a person should look at: findings from summaries of the index, by plain rules that anybody can recompute.

Each finding is a question. Nothing is decided by it, and nobody is kept from anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from statistics import median

from services.codes.courts import find_court
from services.ledger.oversight.domain import approval_name

MOST_FINDINGS = 200
"""Findings of one kind that a report has room for."""
MOST_EVIDENCE = 20
"""Entries that a finding names."""
LEAST_DEVIATION = 1.0
"""Where most officers have the same number of disclosures, their deviation would be 0 and one more would be unusual."""

_POLICE_CODE = 12
_DEPARTMENT = slice(6, 8)


class FindingKind(IntEnum):
    """What a finding asks about, the values of `xiezhi.ledger.v1.FindingKind`."""

    UNUSUAL_VOLUME = 1
    QUICK_CONSENT = 2
    UNFOLLOWED_LOOKUP = 3


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From when on something is asked about, as `xiezhi.ledger.v1.Thresholds` says.

    Attributes:
        volume_floor: Disclosures of an officer.
        volume_deviations: Deviations from the median.
        consent_within: Between submission and consent.
        followed_within: Between a lookup and a measure.
    """

    volume_floor: int = 50
    volume_deviations: int = 6
    consent_within: timedelta = timedelta(seconds=10)
    followed_within: timedelta = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Volume:
    """Disclosures that an officer received in the period.

    Attributes:
        officer_id: The officer.
        organisation: The officer's court or unit at that time.
        count: How many; at least one.
    """

    officer_id: str
    organisation: str
    count: int


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent that came soon after the submission.

    Attributes:
        approval: UUID of the approval.
        officer_id: Who consented.
        organisation: That officer's court.
        elapsed: How long after the submission.
        leaf_index: Place of its entry.
        submission: Place of the submission's entry.
    """

    approval: bytes
    officer_id: str
    organisation: str
    elapsed: timedelta
    leaf_index: int
    submission: int


@dataclass(frozen=True, slots=True)
class UnfollowedCase:
    """A case with lookups that no measure followed.

    Attributes:
        case_index: Keyed digest of the case.
        count: How many such lookups.
        officer_id: Who made them; empty where several did.
        organisation: Court of whoever made them; empty where they are of several.
    """

    case_index: bytes
    count: int
    officer_id: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A question for a person, as `xiezhi.ledger.v1.Finding` says; its evidence may still be missing."""

    kind: FindingKind
    count: int
    officer_id: str = ""
    organisation: str = ""
    approval: str = ""
    case_index: bytes = b""
    median: int = 0
    elapsed: timedelta | None = None
    leaf_indexes: tuple[int, ...] = ()


def organisation_kind(organisation: str) -> str:
    """Returns with which organisations one is compared: courts of its level, or units of its police department.

    Args:
        organisation: Code of a court, or of a police unit (GA/T 380: the division, two digits of the department, four
            more).
    """
    court = find_court(organisation)
    if court is not None:
        return f"court {court.level.name}"
    if len(organisation) == _POLICE_CODE:
        return f"police {organisation[_DEPARTMENT]}"
    return ""


def find_unusual_volumes(volumes: Iterable[Volume], thresholds: Thresholds) -> list[Finding]:
    """Finds officers who received unusually many disclosures, those furthest from the median first.

    Args:
        volumes: Of all officers who received any.
        thresholds: The floor, and how many deviations from the median are unusual.
    """
    alike: dict[str, list[Volume]] = defaultdict(list)
    for volume in volumes:
        alike[organisation_kind(volume.organisation)].append(volume)
    found: list[tuple[float, Finding]] = []
    for group in alike.values():
        middle = median(volume.count for volume in group)
        deviation = max(median(abs(volume.count - middle) for volume in group), LEAST_DEVIATION)
        for volume in group:
            excess = (volume.count - middle) / deviation
            if volume.count >= thresholds.volume_floor and excess > thresholds.volume_deviations:
                found.append((excess, _volume_finding(volume, int(middle))))
    found.sort(key=lambda one: (-one[0], one[1].officer_id, one[1].organisation))
    return [finding for _, finding in found]


def find_quick_consents(consents: Iterable[Consent], thresholds: Thresholds) -> list[Finding]:
    """Finds approvals that were consented to too soon, the quickest first.

    Args:
        consents: Candidates, in any order. A consent that was sent again has several entries.
        thresholds: How long after the submission a consent is too soon.
    """
    by_approval: dict[bytes, list[Consent]] = defaultdict(list)
    for consent in consents:
        if consent.elapsed <= thresholds.consent_within:
            by_approval[consent.approval].append(consent)
    found = [_consent_finding(sorted(quick, key=_soonest)) for quick in by_approval.values()]
    return sorted(found, key=lambda one: (one.elapsed, one.approval))


def find_unfollowed_lookups(cases: Iterable[UnfollowedCase]) -> list[Finding]:
    """Finds cases whose lookups led to nothing, those with most of them first.

    Args:
        cases: As the index summarises them.
    """
    found = [
        Finding(
            FindingKind.UNFOLLOWED_LOOKUP,
            case.count,
            officer_id=case.officer_id,
            organisation=case.organisation,
            case_index=case.case_index,
        )
        for case in cases
    ]
    return sorted(found, key=lambda one: (-one.count, one.case_index))


def _volume_finding(volume: Volume, middle: int) -> Finding:
    return Finding(
        FindingKind.UNUSUAL_VOLUME,
        volume.count,
        officer_id=volume.officer_id,
        organisation=volume.organisation,
        median=middle,
    )


def _consent_finding(quick: Sequence[Consent]) -> Finding:
    first = quick[0]
    places = dict.fromkeys((first.submission, *(consent.leaf_index for consent in quick)))
    return Finding(
        FindingKind.QUICK_CONSENT,
        len({consent.officer_id for consent in quick}),
        officer_id=first.officer_id,
        organisation=first.organisation,
        approval=approval_name(first.approval),
        elapsed=first.elapsed,
        leaf_indexes=tuple(places)[:MOST_EVIDENCE],
    )


def _soonest(consent: Consent) -> tuple[timedelta, int]:
    return consent.elapsed, consent.leaf_index
