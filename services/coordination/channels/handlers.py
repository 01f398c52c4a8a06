"""The use cases of the channel: the provincial bodies declare it operational, and outages of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from services.chassis.clock import Clock
from services.chassis.ids import IdSource
from services.codes.private import find_numbers
from services.coordination.channels.domain import Declared, Files, is_court, is_declared, not_so, require_body
from services.directory.channels import ALL_DEPARTMENTS, BODIES, Declaration, Outage, Pair
from services.directory.liaisons import DEPARTMENTS
from services.filing.domain import RequestKey
from xiezhi.errors import Violation, XiezhiError, invalid_fields

LATE = timedelta(minutes=1)
"""How long before now a declaration may begin: clocks differ, and messages travel."""
BACK = timedelta(days=7)
"""How long ago an outage may have begun that is declared."""
LONGEST = timedelta(days=30)
"""How long an outage may last that is declared once."""
_EVER = datetime.max.replace(tzinfo=UTC)


class Store(Protocol):
    """What was declared; `services.coordination.channels.store.ChannelStore` is one."""

    async def step(self, key: RequestKey, papers: tuple[()], act: Callable[[Files], bytes]) -> bytes:
        """Makes a change, once for each key."""
        ...


@dataclass(frozen=True, slots=True)
class Board:
    """What the use cases need.

    Attributes:
        store: What was declared.
        clock: Source of now.
        ids: Source of ids.
    """

    store: Store
    clock: Clock
    ids: IdSource


async def declare_operational(
    key: RequestKey, pair: Pair, write: Callable[[bool], bytes], *, start: datetime, board: Board
) -> bytes:
    """Declares the platform operational for some.

    Args:
        key: Under which key it is asked.
        pair: For whom.
        write: Writes the answer that is kept, of whether the other body has still to declare the same.
        start: From when on, UTC.
        board: What is needed.

    Raises:
        XiezhiError: PERMISSION_MISSING, FIELDS_INVALID, CHANNEL_STATE, REQUEST_ID_REUSED or STORE_UNAVAILABLE.
    """
    body = require_body(key.court_code)
    _require_pair(pair)

    def act(files: Files) -> bytes:
        now = board.clock.now()
        if start < now - LATE:
            raise _invalid("start_time", "it is past: the platform is operational from the declaration on")
        known = files.declarations()
        if is_declared(pair, body, known, at=start):
            raise not_so("Your body has declared this already, from then on or earlier.")
        files.declare(Declaration(str(board.ids.uuid()), body, pair, start), at=now)
        (other,) = set(BODIES) - {body}
        return write(not is_declared(pair, other, known, at=_EVER))

    return await board.store.step(key, (), act)


async def declare_outage(
    key: RequestKey, outage: Outage, write: Callable[[Declared], bytes], *, reason: str, board: Board
) -> bytes:
    """Declares an outage.

    Args:
        key: Under which key it is asked.
        outage: For whom, and when; its key does not count.
        write: Writes the answer that is kept.
        reason: Why.
        board: What is needed.

    Raises:
        XiezhiError: PERMISSION_MISSING, FIELDS_INVALID, REQUEST_ID_REUSED or STORE_UNAVAILABLE.
    """
    body = require_body(key.court_code)
    _require_pair(outage.pair)
    if find_numbers(reason):
        raise _invalid("reason", "it names a person or a thing by a number: leave that out")

    def act(files: Files) -> bytes:
        now = board.clock.now()
        if outage.start < now - BACK:
            raise _invalid("start_time", f"it is more than {BACK.days} days ago")
        if not timedelta() < outage.end - outage.start <= LONGEST:
            raise _invalid("end_time", f"it is not after the start, or more than {LONGEST.days} days after it")
        declared = Declared(replace(outage, key=str(board.ids.uuid())), body, reason)
        files.add_outage(declared, at=now)
        return write(declared)

    return await board.store.step(key, (), act)


async def end_outage(key: RequestKey, outage_id: str, write: Callable[[Declared], bytes], *, board: Board) -> bytes:
    """Ends an outage before its end.

    Args:
        key: Under which key it is asked.
        outage_id: The outage.
        write: Writes the answer that is kept.
        board: What is needed.

    Raises:
        XiezhiError: PERMISSION_MISSING, CHANNEL_STATE, REQUEST_ID_REUSED or STORE_UNAVAILABLE.
    """
    body = require_body(key.court_code)

    def act(files: Files) -> bytes:
        now, declared = board.clock.now(), files.find_outage(outage_id)
        # One that was ended before its start ends when it starts, which may still be to come.
        if declared is None or declared.outage.end <= max(now, declared.outage.start):
            raise not_so("There is no outage of this name that is still to end.")
        files.end_outage(declared.outage, by=body, at=now)
        ended = replace(declared.outage, end=max(declared.outage.start, now))
        return write(replace(declared, outage=ended))

    return await board.store.step(key, (), act)


def _require_pair(pair: Pair) -> None:
    if not is_court(pair.court_code):
        raise _invalid("pair.court_code", "it is no court of Jiangxi")
    if pair.department != ALL_DEPARTMENTS and pair.department not in DEPARTMENTS:
        raise _invalid("pair.department", "it is none of the six departments of the police")


def _invalid(field: str, description: str) -> XiezhiError:
    return invalid_fields(Violation(field, description))
