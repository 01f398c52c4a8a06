"""The copy of a restriction at a counter: how long it may be trusted while the exchange cannot be asked.

A copy never restricts beyond the restriction's own end, and never beyond its lease: after that the counter asks again,
or decides by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.exit_restriction.domain.restrictions import Standing


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of a restriction.

    Attributes:
        restriction_id: Key of the restriction.
        effective_from: Instant from which it restricts.
        valid_until: Instant from which it does not.
    """

    restriction_id: str
    effective_from: datetime
    valid_until: datetime

    def restricts_at(self, moment: datetime) -> bool:
        """Whether the copy restricts at a moment; what it says after its end is nothing."""
        return self.effective_from <= moment < self.valid_until


def lease(standing: Standing, *, duration: timedelta, now: datetime) -> Copy | None:
    """Leases a copy of a restriction to a counter.

    Args:
        standing: How the restriction stands now.
        duration: How long the copy may be trusted, more than nothing.
        now: The current instant.

    Returns:
        The copy; None of a restriction that has ended.

    Raises:
        ValueError: If the duration is nothing or less.
    """
    if duration <= timedelta():
        raise ValueError("a lease lasts longer than nothing: configure its duration")
    if not standing.is_open or standing.effective_from is None:
        return None
    return Copy(
        standing.filed.restriction_id,
        effective_from=standing.effective_from,
        valid_until=min(standing.ends_at, now + duration),
    )
