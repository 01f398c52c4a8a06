"""The use case of the window: a buyer has violations cleared, once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.chassis.clock import Clock
from services.vehicle.domain import Clearing, Item, PointsPolicy, Visit, clear
from services.vehicle.domain import Sale as Disposal
from services.vehicle.registry.domain import is_same_name
from services.vehicle.seizures.domain import Sale
from services.vehicle.violations.domain import Application, ViolationRecord, Window, start_of
from xiezhi.errors import Reason, error


class Store(Protocol):
    """Violations and sales; `services.vehicle.violations.store.ViolationStore` is one."""

    async def change(self, application: Application, act: Callable[[Window], bytes]) -> bytes:
        """Makes a change, once for each key."""
        ...


@dataclass(frozen=True, slots=True)
class Cleared:
    """How violations were cleared.

    Attributes:
        clearing: The decision.
        records: The violations, oldest first.
        own_count: How many since the sale are the buyer's own.
        at: When.
    """

    clearing: Clearing
    records: tuple[ViolationRecord, ...]
    own_count: int
    at: datetime


async def clear_violations(
    application: Application,
    write: Callable[[Cleared], bytes],
    *,
    store: Store,
    policies: Iterable[PointsPolicy],
    clock: Clock,
) -> bytes:
    """Clears the violations that a sold vehicle had before the sale.

    Args:
        application: What happens at the window.
        write: Writes the answer that is kept.
        store: Violations and sales.
        policies: When points must be recorded.
        clock: Source of now.

    Raises:
        XiezhiError: VEHICLE_NOT_FOUND, DOCUMENT_NOT_PDF, CLEARING_NOT_BUYER, CLEARING_WRONG_WINDOW,
            CLEARING_ALREADY_DONE, CLEARING_ITEMS_MISSING, CLEARING_NOTHING_OPEN, REQUEST_ID_REUSED or
            STORE_UNAVAILABLE.
    """
    for copy in (application.ruling.copy, application.notice.copy):
        if copy and not copy.startswith(b"%PDF-"):
            raise error(Reason.DOCUMENT_NOT_PDF, "The copies that are kept are PDFs: scan them as such.")
    return await store.change(
        application, lambda window: write(decide(application, window, policies=policies, now=clock.now()))
    )


def decide(application: Application, window: Window, *, policies: Iterable[PointsPolicy], now: datetime) -> Cleared:
    """Decides at the window, and notes what was cleared.

    Args:
        application: What happens there.
        window: What the window sees and does.
        policies: When points must be recorded.
        now: The present instant, which decides on the policy.

    Raises:
        XiezhiError: As `clear_violations`.
    """
    sold = window.find(application.plate, application.vin)
    if sold is None:
        raise error(Reason.VEHICLE_NOT_FOUND, "No sale of such a vehicle by a court is recorded: check plate and VIN.")
    sale = sold.sale
    if not is_same_name(application.applicant.name, sale.buyer.name):
        raise error(Reason.CLEARING_NOT_BUYER, "The buyer whom the ruling names must come in person.")
    visit = Visit(
        application.applicant.number,
        _items(application, sale),
        application.key.court_code,
        frozenset(sold.violations),
    )
    disposal = Disposal(
        sale.buyer.number,
        sale.buyer.is_organisation,
        start_of(sale.sold_on),
        sold.vehicle.division,
        sold.is_cleared,
    )
    violations = [record.decided for record in sold.violations.values()]
    clearing = clear(visit, disposal, violations, policies=policies, now=now)
    window.clear(sold, clearing.cleared, at=now)
    own = sum(record.committed_on >= sale.sold_on for record in sold.violations.values())
    return Cleared(clearing, tuple(sold.violations[key] for key in clearing.cleared), own, now)


def _items(application: Application, sale: Sale) -> frozenset[Item]:
    """Returns what was shown and handed over; a document counts only if it is that of the sale."""
    shown = ((Item.BUYER_ID, application.is_card_shown), (Item.AUTHORISATION, application.is_authorised))
    return (
        application.ruling.items(sale.ruling_number, original=Item.RULING_ORIGINAL, copy=Item.RULING_COPY)
        | application.notice.items(sale.notice_number, original=Item.NOTICE_ORIGINAL, copy=Item.NOTICE_COPY)
        | {item for item, is_shown in shown if is_shown}
    )
