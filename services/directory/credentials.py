"""Duty credentials (执行公务证, 工作证): when one holds, and when an officer's pair does (notice 四.3, R-4.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from types import MappingProxyType

from services.codes.legal_time import legal_date
from xiezhi.errors import Reason, XiezhiError, error


class CredentialKind(IntEnum):
    """Kinds of credentials, the values of `xiezhi.coordination.v1.CredentialKind`."""

    WORK_CARD = 1
    ENFORCEMENT_CARD = 2


class CredentialState(IntEnum):
    """States of credentials, the values of `xiezhi.coordination.v1.CredentialState`."""

    IN_FORCE = 1
    NOT_YET = 2
    EXPIRED = 3
    REVOKED = 4


NAMES: Mapping[CredentialKind, str] = MappingProxyType(
    {CredentialKind.WORK_CARD: "work card", CredentialKind.ENFORCEMENT_CARD: "enforcement card"}
)
_WHY: Mapping[CredentialState, str] = MappingProxyType(
    {
        CredentialState.NOT_YET: "is not valid yet",
        CredentialState.EXPIRED: "has expired",
        CredentialState.REVOKED: "is revoked",
    }
)


@dataclass(frozen=True, slots=True)
class Card:
    """A credential as a court issues it.

    Attributes:
        court_code: Court that issued it.
        officer_id: Whose it is.
        kind: What it is.
        number: Its number.
        first: First day, inclusive.
        last: Last day, inclusive.
    """

    court_code: str
    officer_id: str
    kind: CredentialKind
    number: str = field(repr=False)
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential, as a register or a copy of it keeps it.

    Attributes:
        key: Its key.
        court_code: Court that issued it.
        officer_id: Whose it is.
        kind: What it is.
        digest: Keyed digest of its number, by which it is compared.
        first: First day, inclusive.
        last: Last day, inclusive.
        revoked_at: From when on it is revoked, UTC; None: it is not.
    """

    key: str
    court_code: str
    officer_id: str
    kind: CredentialKind
    digest: bytes
    first: date
    last: date
    revoked_at: datetime | None = None

    def state_at(self, now: datetime) -> CredentialState:
        """Returns how it stands at an instant."""
        return state_of(self.first, self.last, self.revoked_at, now=now)


def state_of(first: date, last: date, revoked_at: datetime | None, *, now: datetime) -> CredentialState:
    """Says how a credential stands at an instant.

    Args:
        first: First day, inclusive.
        last: Last day, inclusive.
        revoked_at: From when on it is revoked, UTC; None: it is not.
        now: The instant.
    """
    if revoked_at is not None and now >= revoked_at:
        return CredentialState.REVOKED
    today = legal_date(now)
    if today < first:
        return CredentialState.NOT_YET
    return CredentialState.EXPIRED if today > last else CredentialState.IN_FORCE


def require_pair(
    registered: Iterable[Credential], *, court_code: str, shown: Mapping[CredentialKind, bytes], now: datetime
) -> None:
    """Refuses an officer of whom not both credentials are registered by the own court and in force.

    Args:
        registered: All that are registered for the officer.
        court_code: The officer's court.
        shown: Keyed digests of the numbers shown, by kind.
        now: The present instant, UTC.

    Raises:
        PermissionDenied: CREDENTIALS_REQUIRED; it says which and why, never a number.
    """
    own = [credential for credential in registered if credential.court_code == court_code]
    for kind in CredentialKind:
        states = {c.state_at(now) for c in own if c.kind is kind and c.digest == shown.get(kind)}
        if CredentialState.IN_FORCE not in states:
            raise _refusal(kind, min(states, default=None))


def _refusal(kind: CredentialKind, state: CredentialState | None) -> XiezhiError:
    why = "is not registered by the officer's court with this number" if state is None else _WHY[state]
    return error(Reason.CREDENTIALS_REQUIRED, f"The {NAMES[kind]} {why}.")
