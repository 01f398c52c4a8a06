"""Duty credentials as courts register and revoke them (notice 四.3, R-4.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from services.directory.credentials import Card, CredentialKind
from xiezhi.errors import Reason, XiezhiError, error

PREFIX = "credentials/"
EXPIRES_SOON = timedelta(days=30)
"""How long before the last day the court is told that a credential expires."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A credential as it is kept.

    Attributes:
        key: Its key.
        card: What the court issued.
        registered_at: When it was registered, UTC.
        revoked_at: From when on it is revoked, UTC; None: it is not.
    """

    key: str
    card: Card
    registered_at: datetime
    revoked_at: datetime | None = None

    def ends_before(self, day: date) -> bool:
        """Whether it counts for nothing from a day on."""
        return self.revoked_at is not None or self.card.last < day


class Files(Protocol):
    """What a change of the register sees and does, which is kept as a whole or not at all."""

    def find(self, credential_id: str) -> Registered | None:
        """Returns a credential; None if there is none."""
        ...

    def of_officer(self, court_code: str, officer_id: str, kind: CredentialKind) -> tuple[Registered, ...]:
        """Returns all credentials of a kind that a court registered for an officer."""
        ...

    def of_number(self, court_code: str, kind: CredentialKind, number: str) -> tuple[Registered, ...]:
        """Returns all credentials of a kind and number that a court registered."""
        ...

    def add(self, registered: Registered) -> None:
        """Adds a credential."""
        ...

    def revoke(self, registered: Registered, reason: str, *, at: datetime) -> None:
        """Notes that a credential is revoked."""
        ...


def require_new(card: Card, *, of_officer: Iterable[Registered], of_number: Iterable[Registered], today: date) -> None:
    """Refuses a credential beside which another one counts.

    Args:
        card: The credential.
        of_officer: All of its kind that its court registered for the officer.
        of_number: All of its kind and number that its court registered; of what others have, nothing is told.
        today: The legal date.

    Raises:
        AlreadyExists: CREDENTIAL_EXISTS.
    """
    lasting = (one.card for one in of_officer if not one.ends_before(today))
    if any(other.first <= card.last and card.first <= other.last for other in lasting):
        raise error(Reason.CREDENTIAL_EXISTS, "The officer has a credential of this kind in that time.")
    if any(one.card.officer_id != card.officer_id and one.revoked_at is None for one in of_number):
        raise error(Reason.CREDENTIAL_EXISTS, "Your court has registered the number for another officer.")


def not_found() -> XiezhiError:
    """Makes the refusal of a credential that is not there, or is another court's."""
    return error(Reason.CREDENTIAL_NOT_FOUND, "Your court has no credential of this name.")
