"""Clearing violations of a vehicle that a court has disposed of, without demerit points for the buyer (notice 二.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from types import MappingProxyType

from services.codes.divisions import prefecture_of
from services.codes.legal_time import legal_date
from services.codes.versions import version_on
from xiezhi.errors import Reason, error


class Item(IntEnum):
    """What is shown at the window, or handed over there as a copy; values of `xiezhi.vehicle.v1.ClearingItem`."""

    BUYER_ID = 1
    RULING_ORIGINAL = 2
    RULING_COPY = 3
    NOTICE_ORIGINAL = 4
    NOTICE_COPY = 5
    AUTHORISATION = 6


class ClearingOutcome(IntEnum):
    """How violations were cleared, the values of `xiezhi.vehicle.v1.ClearingOutcome`."""

    EXEMPTED = 1
    POINTS_APPLIED_BY_POLICY = 2


@dataclass(frozen=True, slots=True)
class PointsPolicy:
    """Whether points must be recorded, from a day on; a later version takes the place of an earlier one.

    Attributes:
        version: Its name, for example "160-2018".
        effective_from: First day, in Asia/Shanghai.
        must_record: Whether the Ministry of Public Security (公安部) requires points to be recorded.
    """

    version: str
    effective_from: date
    must_record: bool


NOTICE_POLICY = PointsPolicy("160-2018", date(2018, 8, 3), must_record=False)
"""What the notice says as long as the ministry requires nothing else."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A traffic violation (交通违法行为) of a vehicle.

    Attributes:
        violation_id: Key of the police's own register.
        committed_at: Instant.
        is_crime: Whether it is a crime, which no window clears.
    """

    violation_id: str
    committed_at: datetime
    is_crime: bool = False


@dataclass(frozen=True, slots=True)
class Sale:
    """How a court disposed of the vehicle, as its ruling says.

    Attributes:
        buyer_number: Identity number of the buyer (买受人), in normal form.
        buyer_is_organisation: Whether that is an organisation, for which somebody comes who is authorised.
        disposed_at: Instant of the disposal: what comes later is the buyer's own.
        division: Division where the vehicle is registered (车籍所在地), 6 digits.
        is_cleared: Whether its violations were cleared before.
    """

    buyer_number: str = field(repr=False)
    buyer_is_organisation: bool
    disposed_at: datetime
    division: str
    is_cleared: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """What happens at the window (交通违法处理窗口).

    Attributes:
        shown_number: Identity number on the card or the licence that is shown, in normal form.
        items: What they show and hand over.
        window: Code of the police unit whose window it is, 12 digits.
        listed: Keys of the violations to be cleared.
    """

    shown_number: str = field(repr=False)
    items: frozenset[Item]
    window: str
    listed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Clearing:
    """How a vehicle's violations were cleared.

    Attributes:
        outcome: With points or without.
        cleared: Keys of the violations, oldest first.
        left: Keys of those listed that are not cleared: committed since the disposal, crimes, or not the vehicle's.
        policy_version: Policy that decided.
    """

    outcome: ClearingOutcome
    cleared: tuple[str, ...]
    left: tuple[str, ...]
    policy_version: str


def policy_on(policies: Iterable[PointsPolicy], day: date) -> PointsPolicy:
    """Returns the policy in effect on a day.

    Args:
        policies: All versions; of those that begin on one day the last counts.
        day: Day on which the violations are dealt with, whenever they were applied for (R-2.6).

    Raises:
        ValueError: If none is.
    """
    policy = version_on(policies, day)
    if policy is None:
        raise ValueError("no policy on demerit points is in effect: configure one")
    return policy


def clear(
    visit: Visit, sale: Sale, violations: Iterable[Violation], *, policies: Iterable[PointsPolicy], now: datetime
) -> Clearing:
    """Decides how the violations of a vehicle are cleared, once and all of them together.

    Args:
        visit: What happens at the window.
        sale: The disposal.
        violations: The vehicle's violations that are open.
        policies: When points must be recorded.
        now: The current instant.

    Raises:
        AlreadyExists: CLEARING_ALREADY_DONE.
        FailedPrecondition: CLEARING_NOT_BUYER, CLEARING_WRONG_WINDOW, CLEARING_ITEMS_MISSING or CLEARING_NOTHING_OPEN.
    """
    if visit.shown_number != sale.buyer_number:
        raise error(Reason.CLEARING_NOT_BUYER, "The buyer whom the ruling names must come in person.")
    if prefecture_of(visit.window) != prefecture_of(sale.division):
        raise error(Reason.CLEARING_WRONG_WINDOW, "Go to the window where the vehicle is registered.")
    if sale.is_cleared:
        raise error(Reason.CLEARING_ALREADY_DONE, "The violations were cleared under this disposal already.")
    _check_items(visit.items, sale)
    listed = sorted((v for v in violations if v.violation_id in visit.listed), key=lambda v: v.committed_at)
    cleared = tuple(v.violation_id for v in listed if v.committed_at < sale.disposed_at and not v.is_crime)
    if not cleared:
        raise error(Reason.CLEARING_NOTHING_OPEN, "No violation of the vehicle from before the disposal is open.")
    policy = policy_on(policies, legal_date(now))
    return Clearing(
        ClearingOutcome.POINTS_APPLIED_BY_POLICY if policy.must_record else ClearingOutcome.EXEMPTED,
        cleared,
        left=tuple(sorted(visit.listed.difference(cleared))),
        policy_version=policy.version,
    )


_NAMES: Mapping[Item, str] = MappingProxyType(
    {
        Item.BUYER_ID: "the buyer's own identity card or licence",
        Item.RULING_ORIGINAL: "the ruling (执行裁定书), original",
        Item.RULING_COPY: "the ruling, copy",
        Item.NOTICE_ORIGINAL: "the assistance notice (协助执行通知书), original",
        Item.NOTICE_COPY: "the assistance notice, copy",
        Item.AUTHORISATION: "the organisation's authorisation",
    }
)


def _check_items(items: frozenset[Item], sale: Sale) -> None:
    needed = [item for item in _NAMES if sale.buyer_is_organisation or item is not Item.AUTHORISATION]
    missing = "; ".join(_NAMES[item] for item in needed if item not in items)
    if missing:
        raise error(Reason.CLEARING_ITEMS_MISSING, f"Bring what is missing: {missing}.")
