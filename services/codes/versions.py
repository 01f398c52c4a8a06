"""Rules in versions, of which a later one takes the place of an earlier one from a day on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar


class Versioned(Protocol):
    """A version of rules."""

    @property
    def effective_from(self) -> date:
        """First day, in Asia/Shanghai."""
        ...


Version = TypeVar("Version", bound=Versioned)


def version_on(versions: Iterable[Version], day: date) -> Version | None:
    """Returns the version in effect on a day; None where none is.

    Args:
        versions: All versions; of those that begin on one day the last counts.
        day: The day.
    """
    begun = sorted((v for v in versions if v.effective_from <= day), key=lambda v: v.effective_from)
    return begun[-1] if begun else None
