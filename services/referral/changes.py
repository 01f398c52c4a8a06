"""What is told of referrals: each change, in the transaction that makes it, to whoever keeps duties and notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection

from services.referral.domain import Fact, Sent


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a referral: one step, which may be several facts.

    Attributes:
        referral_id: Key of the referral, a UUID.
        before: All its facts until then, the oldest first; none where it was sent just now.
        after: All its facts, which begin with those before.
        at: Instant of the last of them, which no other fact of the referral shares.
        by: Court code or unit that made it; empty where the exchange did, as when a calendar was adopted.
        traceparent: Trace context of the call that made it; empty where it has none.
    """

    referral_id: str
    before: tuple[Fact, ...]
    after: tuple[Fact, ...]
    at: datetime
    by: str
    traceparent: str = field(default="", compare=False)

    @property
    def made(self) -> tuple[Fact, ...]:
        """The facts that the change adds, the oldest first."""
        return self.after[len(self.before) :]

    @property
    def sent(self) -> Sent:
        """How the referral was sent: court, case, first unit, and the suspects in their places."""
        return next(fact for fact in self.after if isinstance(fact, Sent))


Tell: TypeAlias = Callable[[Connection, Change], None]
"""Tells of a change, within the transaction that makes it and after its facts were added; the referral is locked."""


def tell_nobody(connection: Connection, change: Change) -> None:
    """Tells nobody, as long as nobody keeps duties or notices."""
    del connection, change
