"""The files of referrals as the use cases see them: a port, behind which a database or the tests' memory may stand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from services.filing.domain import Author
from services.referral.domain import Calendars
from services.referral.referrals.domain import ReferralFile, ReferralPaper, ReferralRecord, Step


class Files(Protocol):
    """The files of referrals within one change, which is kept as a whole or not at all.

    Whoever changes a referral keeps everybody else from changing it until the end.
    """

    def suspect_key(self, author: Author, number: str) -> str:
        """Returns the key of a suspect of a case, by their number in normal form."""
        ...

    def rivals(self, author: Author, numbers: Collection[str]) -> Sequence[ReferralFile]:
        """Returns the referrals of a case that have any of some suspects; no other one is sent in it until the end."""
        ...

    def open(self, referral_id: str) -> ReferralFile | None:
        """Opens a referral to change it; None if it is not there."""
        ...

    def calendars(self) -> Calendars:
        """Returns the calendars of working days, of which no other one is adopted until the end."""
        ...

    def send(self, record: ReferralRecord, papers: Sequence[ReferralPaper]) -> ReferralFile:
        """Adds a referral with its documents."""
        ...

    def add(self, file: ReferralFile, steps: Sequence[Step], papers: Sequence[ReferralPaper] = ()) -> ReferralFile:
        """Adds what happened to an opened referral, and documents that came with it, and tells of it.

        Returns:
            The referral as it is then.
        """
        ...
