"""The desk at which courts' referrals are taken in."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, TypeAlias

from services.filing import desk as filing_desk
from services.filing.desk import Desk
from services.filing.domain import Author
from services.referral.domain import Calendars
from services.referral.referrals.domain import ReferralFile
from services.referral.referrals.files import Files


class Store(filing_desk.Store[Files], Protocol):
    """The files of referrals; `services.referral.referrals.store.ReferralStore` is one."""

    async def find(self, referral_id: str) -> tuple[ReferralFile | None, Calendars]:
        """Returns a referral, None if it is not there, and the calendars."""
        ...

    async def of_suspect(
        self, author: Author, number: str, *, as_of: datetime
    ) -> tuple[tuple[ReferralFile, ...], Calendars]:
        """Returns the referrals of a case that have a suspect, and the calendars."""
        ...

    async def paper(self, sha256: bytes) -> bytes | None:
        """Returns a file exactly as it was sent; None if nobody sent it."""
        ...


ReferralDesk: TypeAlias = Desk[Store]
"""What the use cases need."""
