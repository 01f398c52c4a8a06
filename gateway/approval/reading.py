"""The use cases that read approvals: one, a list, and one as it changes.

Whoever neither submitted an approval nor may decide on it is told that there is none.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta

from gateway.approval.domain import Approval, State, not_found
from gateway.approval.store import ApprovalStore
from gateway.approval.views import Place, Reader, View
from services.chassis import rules
from services.chassis.clock import Clock
from services.chassis.rules import Jurisdiction
from services.chassis.tokens import Caller
from xiezhi.errors import PermissionDenied
from xiezhi.proof.statement import Signer

POLL = timedelta(seconds=1)
"""How long a change made by another process, or by the clock, may stay unseen by those who watch."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A page asked for.

    Attributes:
        state: Only approvals in this state; None for all.
        size: Most approvals to return.
        after: The place after which the page begins; None for the first page.
    """

    state: State | None
    size: int
    after: Place | None


async def read(name: str, *, caller: Caller, store: ApprovalStore, jurisdiction: Jurisdiction, clock: Clock) -> View:
    """Reads an approval, with the request's bytes while it lives.

    Raises:
        PermissionDenied: APPROVAL_NOT_FOUND.
    """
    approval = await store.get(name)
    if approval is None or not may_see(approval, caller, jurisdiction):
        raise not_found()
    return await view_of(name, store, with_request=approval.state_at(clock.now()).is_alive)


async def list_visible(
    listing: Listing, *, caller: Caller, store: ApprovalStore, jurisdiction: Jurisdiction, clock: Clock
) -> tuple[tuple[View, ...], Place | None]:
    """Lists the approvals that the caller submitted or may decide on, newest first.

    Returns:
        The page, and the place after which the next one begins; None on the last page.
    """
    court = caller.organisation
    courts = (
        tuple(c for c in await store.requester_courts() if jurisdiction.is_same_or_superior(court, of=c))
        if caller.rank is not None and jurisdiction.includes(court)
        else ()
    )
    reader = Reader(caller.officer_id, court, rank=caller.rank or 0, level=jurisdiction.level(court), courts=courts)
    found = await store.page(reader, state=listing.state, after=listing.after, limit=listing.size + 1, now=clock.now())
    page = found[: listing.size]
    if len(found) <= listing.size:
        return page, None
    last = page[-1].approval
    return page, Place(last.submitted_at, last.name)


async def watch(
    name: str,
    *,
    caller: Caller,
    store: ApprovalStore,
    jurisdiction: Jurisdiction,
    clock: Clock,
    poll: timedelta = POLL,
) -> AsyncGenerator[View, None]:
    """Yields an approval now and after each change, until it has left PENDING.

    Args:
        name: Its name.
        caller: Who watches.
        store: The approvals.
        jurisdiction: Courts and their order.
        clock: Source of now.
        poll: How long a change that this process did not make may stay unseen.

    Raises:
        PermissionDenied: APPROVAL_NOT_FOUND.
    """
    shown: tuple[int, State] | None = None
    with store.follow(name) as changed:
        while True:
            changed.clear()
            approval = await store.get(name)
            if approval is None or not may_see(approval, caller, jurisdiction):
                raise not_found()
            if (approval.version, approval.state_at(clock.now())) != shown:
                view = await view_of(name, store)
                state = view.approval.state_at(clock.now())
                shown = (view.approval.version, state)
                yield view
                if state is not State.PENDING:
                    return
            await _first_of(changed, min(poll, max(approval.expires_at - clock.now(), timedelta(0))))


async def view_of(name: str, store: ApprovalStore, *, with_request: bool = False) -> View:
    """Reads an approval for somebody who may see it: one of its parties, or an overseer.

    Raises:
        PermissionDenied: APPROVAL_NOT_FOUND.
    """
    view = await store.view(name, with_request=with_request)
    if view is None:
        raise not_found()
    return view


def may_see(approval: Approval, caller: Caller, jurisdiction: Jurisdiction) -> bool:
    """Whether an officer submitted an approval or may decide on it."""
    if approval.is_of(caller.officer_id, caller.organisation):
        return True
    if caller.rank is None:
        return False
    try:
        rules.require_decider(
            Signer(caller.officer_id, caller.organisation, caller.rank),
            approval.requirement,
            requester=approval.requester,
            requester_court=approval.requester_court,
            jurisdiction=jurisdiction,
        )
    except PermissionDenied:
        return False
    return True


async def _first_of(changed: asyncio.Event, limit: timedelta) -> None:
    try:
        async with asyncio.timeout(limit.total_seconds()):
            await changed.wait()
    except TimeoutError:
        return
