"""The desk at which units take their steps: each once, and letters only under the unit's seal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeAlias

from services.filing.desk import Desk
from services.filing.domain import RequestKey
from services.referral.domain import Calendars
from services.referral.investigation.domain import Officer, UnitLetter, require_lies_with
from services.referral.investigation.letters import require_mentions
from services.referral.referrals import desk as referrals_desk
from services.referral.referrals.domain import ReferralFile
from services.referral.referrals.files import Files


class Store(referrals_desk.Store, Protocol):
    """The files of referrals; `services.referral.referrals.store.ReferralStore` is one."""

    async def step(self, key: RequestKey, papers: Sequence[bytes], act: Callable[[Files], bytes]) -> bytes:
        """Makes a change, once for each key; the papers are kept with it."""
        ...

    async def of_unit(
        self, unit: str, *, state: int | None, before: int, most: int
    ) -> tuple[tuple[tuple[int, ReferralFile], ...], Calendars]:
        """Returns referrals that lie with a unit with their sequences, the newest first, and the calendars."""
        ...


UnitDesk: TypeAlias = Desk[Store]
"""What the use cases need."""


async def take(key: RequestKey, act: Callable[[Files, datetime], bytes], *, desk: UnitDesk) -> bytes:
    """Takes a step in: answers what was answered before, or makes the change.

    Args:
        key: The key, of the unit.
        act: Makes the change at the instant given and returns the answer.
        desk: What is needed.

    Raises:
        XiezhiError: REQUEST_ID_REUSED, what `act` raises, or STORE_UNAVAILABLE.
    """
    answered = await desk.store.answered(key)
    if answered is not None:
        return answered
    return await desk.store.step(key, (), lambda files: act(files, desk.clock.now()))


async def take_letter(
    key: RequestKey,
    referral_id: str,
    letter: UnitLetter,
    *,
    officer: Officer,
    admit: Callable[[ReferralFile, datetime], object],
    act: Callable[[Files, datetime], bytes],
    desk: UnitDesk,
) -> bytes:
    """Takes a letter in: as `take`, after its seal and what it says were verified.

    Args:
        key: The key, of the unit.
        referral_id: Key of the referral.
        letter: The letter.
        officer: Who gives it.
        admit: Raises the reason for which the referral does not admit the letter at the instant given.
        act: Makes the change at the instant given and returns the answer.
        desk: What is needed.

    Raises:
        XiezhiError: As `take`, what `admit` raises, the reasons of papers, or FIELDS_INVALID for a letter that does
            not say what it must.
    """
    answered = await desk.store.answered(key)
    if answered is not None:
        return answered
    found, _ = await desk.store.find(referral_id)
    file, now = require_lies_with(found, officer), desk.clock.now()
    # Before the letter is looked at, which takes far longer; what has changed until the change is looked at there.
    admit(file, now)

    def verify() -> None:
        require_mentions(desk.verify(letter.pdf, organisation=officer.unit, now=now), file, letter)

    await asyncio.to_thread(verify)
    return await desk.store.step(key, (letter.pdf,), lambda files: act(files, desk.clock.now()))
