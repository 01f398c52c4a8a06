"""The use cases of the directory: an organisation appoints its liaisons, and records what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol

from services.chassis.clock import Clock
from services.chassis.ids import IdSource
from services.codes.courts import HIGH_COURT
from services.codes.legal_time import legal_date
from services.coordination.directory.domain import Fact, FactKind, Files, Kept, not_found
from services.directory.liaisons import COURT, DEPARTMENTS, Appointment, Contact, Days, Post, require_admissible
from services.filing.domain import RequestKey
from xiezhi.errors import Violation, XiezhiError, invalid_fields

LONGEST_LEAVE = timedelta(days=366)

Write = Callable[[Kept], bytes]
"""Writes the answer that is kept."""


class Store(Protocol):
    """The directory; `services.coordination.directory.store.DirectoryStore` is one."""

    async def step(self, key: RequestKey, papers: tuple[()], act: Callable[[Files], bytes]) -> bytes:
        """Makes a change, once for each key."""
        ...


@dataclass(frozen=True, slots=True)
class Registry:
    """What the use cases need.

    Attributes:
        store: The directory.
        clock: Source of now.
        ids: Source of ids.
    """

    store: Store
    clock: Clock
    ids: IdSource


@dataclass(frozen=True, slots=True)
class Naming:
    """Whom an organisation appoints.

    Attributes:
        key: Under which key it is asked.
        post: Where.
        officer_id: Who.
        contact: How the officer is reached.
        is_deputy: Whether as deputy.
        on_establishment: Whether the officer is on the establishment (在编).
        days: When.
    """

    key: RequestKey
    post: Post
    officer_id: str
    contact: Contact
    is_deputy: bool
    on_establishment: bool
    days: Days


async def appoint(naming: Naming, write: Write, *, registry: Registry) -> bytes:
    """Appoints a liaison or a deputy.

    Args:
        naming: Whom.
        write: Writes the answer that is kept.
        registry: What is needed.

    Raises:
        XiezhiError: FIELDS_INVALID, LIAISON_LIMIT, LIAISON_NOT_ESTABLISHED, LIAISON_EXISTS, REQUEST_ID_REUSED or
            STORE_UNAVAILABLE.
    """

    def act(files: Files) -> bytes:
        now = registry.clock.now()
        _require_post(naming)
        if naming.days.first < legal_date(now):
            raise _invalid("start_date", "it is past: an appointment begins today or later")
        if naming.days.last is not None and naming.days.last < naming.days.first:
            raise _invalid("end_date", "it is before the first day")
        appointment = Appointment(
            str(registry.ids.uuid()),
            naming.post,
            naming.officer_id,
            is_deputy=naming.is_deputy,
            on_establishment=naming.on_establishment,
            days=naming.days,
        )
        _require_admissible(appointment, files)
        kept = Kept(appointment, naming.contact)
        files.add(kept, Fact(FactKind.APPOINTED, naming.days, now))
        return write(kept)

    return await registry.store.step(naming.key, (), act)


async def end(key: RequestKey, liaison_id: str, write: Write, *, last: date, reason: str, registry: Registry) -> bytes:
    """Ends an appointment with a day, or moves its end.

    Args:
        key: Under which key it is asked.
        liaison_id: The appointment.
        write: Writes the answer that is kept.
        last: Its last day.
        reason: Why.
        registry: What is needed.

    Raises:
        XiezhiError: LIAISON_NOT_FOUND, FIELDS_INVALID, REQUEST_ID_REUSED or STORE_UNAVAILABLE; where the end is moved
            to a later day also LIAISON_LIMIT or LIAISON_EXISTS.
    """

    def act(files: Files) -> bytes:
        now = registry.clock.now()
        today, kept = legal_date(now), _find(files, liaison_id, key.court_code)
        before = kept.appointment.days
        if before.last is not None and before.last < today:
            raise _invalid("name", "the appointment has ended: make a new one")
        if last < max(today, before.first):
            raise _invalid("end_date", "it is past, or before the first day")
        after = replace(kept, appointment=replace(kept.appointment, days=Days(before.first, last)))
        if before.last is not None and before.last < last:
            _require_admissible(after.appointment, files)
        files.note(liaison_id, Fact(FactKind.END_MOVED, after.appointment.days, now, reason))
        return write(after)

    return await registry.store.step(key, (), act)


async def record_leave(key: RequestKey, liaison_id: str, write: Write, *, days: Days, registry: Registry) -> bytes:
    """Records that a liaison is on leave.

    Args:
        key: Under which key it is asked.
        liaison_id: The appointment.
        write: Writes the answer that is kept.
        days: When.
        registry: What is needed.

    Raises:
        XiezhiError: LIAISON_NOT_FOUND, FIELDS_INVALID, REQUEST_ID_REUSED or STORE_UNAVAILABLE.
    """

    def act(files: Files) -> bytes:
        kept = _find(files, liaison_id, key.court_code)
        if days.last is None or not timedelta() <= days.last - days.first <= LONGEST_LEAVE:
            raise _invalid("end_date", f"it is before the first day, or more than {LONGEST_LEAVE.days} days after it")
        if not days.overlaps(kept.appointment.days):
            raise _invalid("start_date", "the officer is not appointed in that time")
        files.note(liaison_id, Fact(FactKind.ON_LEAVE, days, registry.clock.now()))
        found = files.find(liaison_id)
        return write(kept if found is None else found)

    return await registry.store.step(key, (), act)


async def record_loss(
    key: RequestKey, liaison_id: str, write: Write, *, lost_on: date, reason: str, registry: Registry
) -> bytes:
    """Records that a liaison is no longer on the establishment.

    Args:
        key: Under which key it is asked.
        liaison_id: The appointment.
        write: Writes the answer that is kept.
        lost_on: First day of it.
        reason: Why.
        registry: What is needed.

    Raises:
        XiezhiError: LIAISON_NOT_FOUND, FIELDS_INVALID, REQUEST_ID_REUSED or STORE_UNAVAILABLE.
    """

    def act(files: Files) -> bytes:
        kept = _find(files, liaison_id, key.court_code)
        if lost_on not in kept.appointment.days:
            raise _invalid("lost_date", "the officer is not appointed on that day")
        days = Days(lost_on, None)
        files.note(liaison_id, Fact(FactKind.ESTABLISHMENT_LOST, days, registry.clock.now(), reason))
        return write(replace(kept, appointment=replace(kept.appointment, lost_on=lost_on)))

    return await registry.store.step(key, (), act)


def _require_post(naming: Naming) -> None:
    post = naming.post
    if post.organisation != naming.key.court_code:
        raise _invalid("organisation", "it is not your own: each organisation appoints its liaisons itself")
    if post.organisation.startswith(HIGH_COURT):
        if post.department != COURT:
            raise _invalid("department", "a court has none")
    elif post.department not in DEPARTMENTS:
        raise _invalid("department", "name one of the six departments of the police")


def _require_admissible(appointment: Appointment, files: Files) -> None:
    at_post, of_officer = (
        [one.appointment for one in found if one.appointment.key != appointment.key]
        for found in (files.at_post(appointment.post), files.of_officer(appointment.officer_id))
    )
    require_admissible(appointment, at_post=at_post, of_officer=of_officer)


def _find(files: Files, liaison_id: str, organisation: str) -> Kept:
    kept = files.find(liaison_id)
    if kept is None or kept.appointment.post.organisation != organisation:
        raise not_found()
    return kept


def _invalid(field: str, description: str) -> XiezhiError:
    return invalid_fields(Violation(field, description))
