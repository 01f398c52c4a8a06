"""From cases to rows."""

from __future__ import annotations

from typing import Any

from gateway.casefile.domain import Case, Event

PARTY_INDEX = "gateway.case.party"
"""Label of the index of parties."""


def case_row(case: Case) -> dict[str, Any]:
    """Returns the row of a registration."""
    return {"case_number": case.case_number, "court_code": case.court_code, "parties": case.parties.packed}


def event_row(number: str, sequence: int, event: Event) -> dict[str, Any]:
    """Returns the row of an event.

    Args:
        number: Number of the case.
        sequence: Place in the timeline, the first is 1.
        event: The event.
    """
    return {
        "case_number": number,
        "sequence": sequence,
        "kind": event.kind.value,
        "time": event.time,
        "actor": event.actor,
        "handler": event.handler,
    }
